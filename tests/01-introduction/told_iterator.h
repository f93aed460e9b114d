#pragma once

// An iterator whose every step becomes part of the test's story and is observed.
//
// *Ownership*: owns the iterator.

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "kv/iterator.h"
#include "tests/support/story.h"
#include "tests/support/told_store.h"

namespace kv::test {

class ToldIterator {
 public:
  explicit ToldIterator(std::unique_ptr<Iterator> iterator) : iterator_(std::move(iterator)) {}

  // The entry it stepped to, `"a"="1"`, or "end", or the name of the error.
  std::string next() { return saw("next", iterator_->next()); }
  std::string seek(std::string_view key) {
    return saw("seek " + quoted(key), iterator_->seek(key));
  }

  // All that next still steps to.
  std::string rest() {
    std::string entries = test::rest(*iterator_);
    observe("the rest", entries);
    return entries;
  }

 private:
  std::string saw(std::string_view call, bool stepped) {
    std::string seen = "end";
    if (stepped) {
      seen = quoted(iterator_->key()) + "=" + quoted(iterator_->value());
    } else if (const Status status = iterator_->status(); !status) {
      seen = told(status);
    }
    observe(call, seen);
    return seen;
  }

  const std::unique_ptr<Iterator> iterator_;
};

}  // namespace kv::test
