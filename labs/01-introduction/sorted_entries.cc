#include "storage/sorted_entries.h"

#include <algorithm>

#include "base/todo.h"

namespace kv {
namespace {

class EntriesIterator final : public Iterator {
 public:
  EntriesIterator(std::shared_ptr<const SortedEntries> entries, const Range& range, Scope scope)
      : Iterator(std::move(scope)), entries_(std::move(entries)), reverse_(range.reverse) {
    // The entries of the range are those from first_ up to, and without, last_.
    first_ = at_or_after(range.start);
    last_ = range.end.empty() ? entries_->size() : std::max(first_, at_or_after(range.end));
    next_ = 0;
  }

 private:
  // How many entries have a smaller key: the index of the first that has not.
  std::size_t at_or_after(std::string_view key) const {
    const auto smaller = [](const Entry& entry, std::string_view bound) {
      return entry.first < bound;
    };
    const auto found = std::lower_bound(entries_->begin(), entries_->end(), key, smaller);
    return static_cast<std::size_t>(found - entries_->begin());
  }

  bool do_next() override {
    // LAB 1.3  Step to the next entry of the range: from first_ upwards, or, where reverse_ is set,
    // from the last one downwards. next_ counts the steps so far; stand_on(key, value) says where
    // you are. Hint: entry number n from the back is last_ - 1 - n.
    throw todo("1.3", entries_, first_, last_, next_, reverse_);
  }

  bool do_seek(std::string_view key) override {
    // LAB 1.3  Step to the first entry at or after `key` in the direction of the scan, and never
    // out of the range (kv/iterator.h). Contract: Iterator::seek. Hint: in reverse, that is the
    // last entry whose key is not larger. Set next_, then let do_next step.
    throw todo("1.3", key, at_or_after(key), first_, last_, next_, reverse_);
  }

  const std::shared_ptr<const SortedEntries> entries_;
  const bool reverse_;
  std::size_t first_;
  std::size_t last_;
  std::size_t next_;  // how many entries of the range, in its direction, lie behind us
};

}  // namespace

std::unique_ptr<Iterator> make_entries_iterator(std::shared_ptr<const SortedEntries> entries,
                                                const Range& range, Iterator::Scope scope) {
  return std::make_unique<EntriesIterator>(std::move(entries), range, std::move(scope));
}

}  // namespace kv
