#include "tests/support/told_iterator.h"

#include <fmt/format.h>

#include "tests/support/story.h"
#include "tests/support/told_store.h"

namespace kv::test {

std::string told_step(const Iterator& iterator, bool stepped) {
  const std::string status = told(iterator.status());
  const std::string entry = quoted(iterator.key()) + "=" + quoted(iterator.value());
  if (stepped) return status == "ok" ? entry : entry + ", but its status is " + status;
  const bool empty = iterator.key().empty() && iterator.value().empty();
  return (status == "ok" ? "end" : status) + (empty ? "" : ", but it still shows " + entry);
}

std::string ToldIterator::next() {
  const std::string call = announce(name_ + ": next");
  return saw(call, iterator_->next());
}

std::string ToldIterator::seek(std::string_view key) {
  const std::string call = announce(fmt::format("{}: seek {}", name_, quoted(key)));
  return saw(call, iterator_->seek(key));
}

std::string ToldIterator::rest() {
  const std::string call = announce(name_ + ": the rest");
  std::string seen = test::rest(*iterator_);
  observe(call, seen);
  return seen;
}

std::string ToldIterator::status() const { return told(iterator_->status()); }

std::string ToldIterator::saw(std::string_view call, bool stepped) {
  std::string seen = told_step(*iterator_, stepped);
  observe(call, seen);
  return seen;
}

}  // namespace kv::test
