#pragma once

// Tools to write checks with (storage/store_checks.h): one that notes a complaint, and some that
// say in one word what a store answers.
//
// *Thread safety*: one thread at a time.

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "kv/reader.h"
#include "storage/store_checks.h"

namespace kv {

// Notes a promise that was not kept, as a sentence that says what should have happened.
inline void expect(Complaints& complaints, bool kept, std::string promise) {
  if (!kept) complaints.push_back(std::move(promise));
}

// Whether the key has just this value; whether it has none.
inline bool gives(Reader& reader, std::string_view key, std::string_view value) {
  const Result<std::string> found = reader.get(key);
  return found && *found == value;
}

inline bool misses(Reader& reader, std::string_view key) {
  return failed_with(Code::not_found, reader.get(key));
}

// A scan, told as text: "a=1" for an entry, "a=1 b=2" for several; "end" where there is none, or
// the name of the error, "closed" for instance.
class Walk {
 public:
  explicit Walk(Reader& reader, const Range& range = {}) : iterator_(reader.scan(range)) {}

  std::string next() { return iterator_ && (*iterator_)->next() ? entry() : ending(); }

  std::string seek(std::string_view key) {
    return iterator_ && (*iterator_)->seek(key) ? entry() : ending();
  }

  // All that next still steps to, and the name of the error where that is what ended it.
  std::string rest() {
    std::string all;
    while (iterator_ && (*iterator_)->next()) all += entry() + " ";
    if (all.empty() || ending() != "end") return all + ending();
    all.pop_back();
    return all;
  }

  // Where it stands; the name of the error where there is no iterator.
  std::string entry() const {
    if (!iterator_) return ending();
    return std::string((*iterator_)->key()) + "=" + std::string((*iterator_)->value());
  }

 private:
  std::string ending() const {
    if (!iterator_) return std::string(name(iterator_.error().code()));
    const Status status = (*iterator_)->status();
    return status ? "end" : std::string(name(status.error().code()));
  }

  Result<std::unique_ptr<Iterator>> iterator_;
};

}  // namespace kv
