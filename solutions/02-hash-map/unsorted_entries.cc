#include "storage/unsorted_entries.h"

#include <algorithm>
#include <utility>

#include "base/todo.h"

namespace kv {
namespace {

class UnsortedEntriesIterator final : public Iterator {
 public:
  UnsortedEntriesIterator(SortedEntries entries, bool reverse, Scope scope)
      : Iterator(scope), entries_(std::move(entries)), reverse_(reverse), limit_(scope.limit) {}

 private:
  // Whether `a` comes before `b` in the direction of the walk.
  bool before(const Entry& a, const Entry& b) const {
    return reverse_ ? b.first < a.first : a.first < b.first;
  }

  // Brings the first `count` entries of the walk to the front, in order; the rest stays unsorted.
  void sort_first(std::size_t count) {
    // LAB 2.6  Sort so many and no more; sorted_ remembers how many are in order from now on. Those
    // that are in order already stay where they are: the iterator may stand on one.
    // Hint: std::nth_element puts the smallest of what is left in front, then std::sort orders
    // them. Neither may be told to go beyond the end.
    //[ throw todo("2.6", entries_, sorted_, before({}, {}), count);
    const auto order = [this](const Entry& a, const Entry& b) { return before(a, b); };
    const auto at = [this](std::size_t i) {
      return entries_.begin() + static_cast<std::ptrdiff_t>(i);
    };
    count = std::min(count, entries_.size());
    if (count < entries_.size()) std::nth_element(at(sorted_), at(count), entries_.end(), order);
    std::sort(at(sorted_), at(count), order);
    sorted_ = count;
    //]
  }

  bool do_next() override {
    // LAB 2.6  Step to the entry number next_ of the walk. Sort first what is not sorted yet: the
    // first limit_ entries suffice as long as nobody has called seek; a limit of 0 means all.
    //[ throw todo("2.6", entries_, sorted_, next_, limit_);
    if (next_ == entries_.size()) return false;
    if (next_ >= sorted_) sort_first(sorted_ == 0 && limit_ > 0 ? limit_ : entries_.size());
    const Entry& entry = entries_[next_++];
    stand_on(entry.first, entry.second);
    return true;
    //]
  }

  bool do_seek(std::string_view key) override {
    // LAB 2.6  Step to the first entry at or after `key` in the direction of the walk. It may be
    // any of them, so now all must be in order.
    //[ throw todo("2.6", entries_, sorted_, next_, reverse_, key);
    if (sorted_ < entries_.size()) sort_first(entries_.size());
    const auto behind_us = [&](const Entry& entry) {
      return reverse_ ? entry.first > key : entry.first < key;
    };
    const auto found = std::partition_point(entries_.begin(), entries_.end(), behind_us);
    next_ = static_cast<std::size_t>(found - entries_.begin());
    return do_next();
    //]
  }

  SortedEntries entries_;  // in the direction of the walk, as far as they are sorted
  const bool reverse_;
  const std::size_t limit_;
  std::size_t sorted_ = 0;  // the first so many are the first of the walk, in order
  std::size_t next_ = 0;    // the number of the entry that do_next steps to
};

}  // namespace

std::unique_ptr<Iterator> make_unsorted_entries_iterator(SortedEntries entries, const Range& range,
                                                         Iterator::Scope scope) {
  return std::make_unique<UnsortedEntriesIterator>(std::move(entries), range.reverse,
                                                   std::move(scope));
}

}  // namespace kv
