#pragma once

// How a broken store mistakes the range of a scan, and how its iterators step.

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "kv/store.h"
#include "tests/01-introduction/broken_stores.h"

namespace kv::test {

// The key and value that an iterator stands on, where closing the store can reach them.
struct View {
  std::string key;
  std::string value;
};

// All views that iterators made from one store still show.
class Views {
 public:
  std::shared_ptr<View> add();
  void wipe();

 private:
  std::mutex mutex_;
  std::vector<std::weak_ptr<View>> views_;  // guarded by mutex_
};

// A scan of `source` that makes the mistakes of the fault. `live` is the store whose writes an
// iterator may see by mistake; the iterator keeps all three alive.
Result<std::unique_ptr<Iterator>> faulty_scan(Fault fault, const Range& range,
                                              Iterator::Scope scope, std::shared_ptr<Reader> source,
                                              std::shared_ptr<Reader> live,
                                              std::shared_ptr<Views> views);

}  // namespace kv::test
