#pragma once

// A Store or Snapshot whose every call becomes a step of the test's story (story.h), and whose
// every answer is observed. Results come back as they are, for the test to look at.
//
// *Ownership*: borrows the reader.

#include <cstddef>
#include <string>
#include <string_view>

#include "kv/store.h"

namespace kv::test {

// What a result looks like in a story: `ok "1"`, `not_found`, `true`. A range: `["b", "d")
// reverse`; `first` and `last` stand for no start and no end, so `[first, last)` is everything.
std::string told(const Status& status);
std::string told(const Result<std::string>& value);
std::string told(const Result<bool>& yes);
std::string told(const Range& range);
std::string told(const Batch& batch);

// The rest of an iterator, entry by entry, as text: `"a"="1" "b"="2"`, with the failure at the end
// if any.
std::string rest(Iterator& iterator);

class ToldReader {
 public:
  explicit ToldReader(Reader& reader, std::string name = {})
      : reader_(reader), name_(std::move(name)) {}

  Result<std::string> get(std::string_view key);
  Result<bool> contains(std::string_view key);

  // Everything in the range, as rest() tells it.
  std::string scan(const Range& range = {});

 protected:
  // Announces the call (story.h), with the name before it.
  std::string begins(std::string call) const;

 private:
  Reader& reader_;
  std::string name_;  // stands before each step: "snapshot: get ..."
};

class ToldStore : public ToldReader {
 public:
  explicit ToldStore(Store& store, std::string name = {})
      : ToldReader(store, std::move(name)), store_(store) {}

  Status put(std::string_view key, std::string_view value);
  Status erase(std::string_view key);
  Status apply(const Batch& batch);

 private:
  Store& store_;
};

}  // namespace kv::test
