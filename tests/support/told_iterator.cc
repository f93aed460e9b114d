#include "tests/support/told_iterator.h"

#include <fmt/format.h>

#include "tests/support/story.h"
#include "tests/support/told_store.h"

namespace kv::test {

std::string ToldIterator::next() { return saw("next", iterator_->next()); }

std::string ToldIterator::seek(std::string_view key) {
  return saw("seek " + quoted(key), iterator_->seek(key));
}

std::string ToldIterator::rest() {
  std::string seen = test::rest(*iterator_);
  observe(name_ + ": the rest", seen);
  return seen;
}

std::string ToldIterator::status() const { return told(iterator_->status()); }

std::string ToldIterator::saw(std::string_view call, bool stepped) {
  std::string seen;
  if (stepped) {
    seen = quoted(key()) + "=" + quoted(value());
    if (status() != "ok") seen += ", but its status is " + status();
  } else {
    seen = status() == "ok" ? "end" : status();
    if (!key().empty() || !value().empty()) {
      seen += fmt::format(", but it still shows {}={}", quoted(key()), quoted(value()));
    }
  }
  observe(fmt::format("{}: {}", name_, call), seen);
  return seen;
}

}  // namespace kv::test
