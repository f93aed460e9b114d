#include "storage/merging_iterator.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/todo.h"
#include "storage/internal_key.h"

namespace kv {
namespace {

using Walks = std::vector<std::unique_ptr<InternalIterator>>;

// A walk that stands on an entry, and that entry's internal key, so that a comparison need not ask
// the walk. The view is valid until the walk steps.
struct Standing {
  explicit Standing(InternalIterator& stands) : key(stands.key()), walk(&stands) {}

  std::string_view key;
  InternalIterator* walk;
};

// Stands on the entry of the walk at the top of a heap: a binary tree in which no walk comes before
// the one above it, laid into a vector row by row. The two below place i stand at 2i + 1 and 2i
// + 2.
//
//            a@6 of table 2                    0
//          ╱                ╲                ╱   ╲
//   c@12 of memtable    a@3 of level 1      1     2
//
// Walks at their end are not in it.
class MergingWalk final : public InternalIterator {
 public:
  MergingWalk(Walks walks, Direction direction)
      : walks_(std::move(walks)), reverse_(direction == Direction::reverse) {
    heap_.reserve(walks_.size());
  }

 private:
  bool do_next() override {
    // LAB 6.1  Before the first step the heap is empty: step every walk, and let those that stand
    // on an entry into the heap (build). Later, step the walk at the top, and put the heap in order
    // again (sift_down); a walk that has come to its end leaves it, and the last one of the vector
    // takes its place. Then stand on the top's entry (arrive).
    // Hint: a walk that ended because it failed looks like one that came to its end.
    throw todo("6.1", walks_, heap_);
  }

  bool do_seek(std::string_view target) override {
    // LAB 6.1  Let every walk seek, and build the heap anew.
    // Hint: walks that came to their end are not in the heap, and may leave their end.
    throw todo("6.1", walks_, target);
  }

  // Makes the heap, of all walks that stand on an entry. The key of one that does not is empty,
  // which no internal key is.
  void build() {
    // LAB 6.1  Put them into the vector as they come, then put it in order from the lowest row up:
    // half of the places have nothing below them, and are in order as they are.
    throw todo("6.1", walks_, heap_);
  }

  // Puts the heap in order again where only the walk at `place` may stand too high: it changes
  // places with the one below that comes first, until that one does not come before it.
  void sift_down(std::size_t place) {
    // LAB 6.1  Two comparisons a row, so two in all where the walk stays at the top.
    // Hint: the last place that has anything below it may have just one.
    throw todo("6.1", place, heap_);
  }

  // Stands on the entry of the walk at the top; false where the heap is empty.
  bool arrive() {
    if (heap_.empty()) return false;
    stand_on(heap_.front().key, heap_.front().walk->value());
    return true;
  }

  // Whether entry `a` comes before `b` in the direction of the walk: as internal_key_less, without
  // a call for what every step asks for. No two entries are equal.
  bool comes_before(const Standing& a, const Standing& b) const {
    const std::size_t shared = std::min(a.key.size(), b.key.size()) - tag_bytes;
    const int order = std::memcmp(a.key.data(), b.key.data(), shared);
    if (order != 0) return (order < 0) != reverse_;
    if (a.key.size() != b.key.size()) return (a.key.size() < b.key.size()) != reverse_;
    return (tag_of(a.key) > tag_of(b.key)) != reverse_;
  }

  const Walks walks_;
  const bool reverse_;
  std::vector<Standing> heap_;  // empty before the first step, and at the end
};

}  // namespace

// One walk alone is merged, too: handed through as it is, it would lose what keeps it alive once
// the caller calls keep_alive.
std::unique_ptr<InternalIterator> make_merging_iterator(
    std::vector<std::unique_ptr<InternalIterator>> walks, Direction direction) {
  return std::make_unique<MergingWalk>(std::move(walks), direction);
}

}  // namespace kv
