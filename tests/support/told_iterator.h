#pragma once

// An Iterator whose every step becomes a step of the test's story (story.h) and is given back as
// text: `"a"="1"` where it stands on an entry, `end` where the step found none, and otherwise the
// name of the failure. The text also says so where something does not hold that must hold after
// every step: the views are empty after one that found nothing, status() is ok after one that did.
//
// *Ownership*: owns the iterator.

#include <memory>
#include <string>
#include <string_view>

#include "kv/iterator.h"

namespace kv::test {

// What the step that just returned `stepped` looks like in a story.
std::string told_step(const Iterator& iterator, bool stepped);

class ToldIterator {
 public:
  // Requires: `iterator` is not null.
  explicit ToldIterator(std::unique_ptr<Iterator> iterator, std::string name = "iterator")
      : iterator_(std::move(iterator)), name_(std::move(name)) {}

  std::string next();
  std::string seek(std::string_view key);

  // All that is left, as rest() in told_store.h tells it.
  std::string rest();

  std::string_view key() const { return iterator_->key(); }
  std::string_view value() const { return iterator_->value(); }
  std::string status() const;

 private:
  std::string saw(std::string_view call, bool stepped);

  std::unique_ptr<Iterator> iterator_;
  std::string name_;
};

}  // namespace kv::test
