#pragma once

// The walks over several sources as one, in the order of internal keys or against it. A compaction
// reads its tables through it, and a read view its memtables, tables and levels.
//
//   memtable     c@12  f@11
//   table 2      a@6   b@5         ──>   a@6  a@3  b@5  c@12  f@11  g@1
//   level 1      a@3   g@1
//
// A read view of stage 05 looks at each walk's entry at every step: n comparisons for n walks. This
// one keeps the walks in an order of their own (a heap, or a tournament tree: Knuth, "The Art of
// Computer Programming", volume 3, section 5.4.1), so that a step costs log n of them, and one or
// two where the same walk comes first again and again, as is usual.
//
// *Thread safety*: as InternalIterator. *Ownership*: owns the walks; what they walk over must
// outlive it (InternalIterator::keep_alive).
// *Errors*: those of the walks. Where one of them fails, all fails: it never goes on without it.
// *Invariants*: no two walks have an entry with the same internal key.

#include <memory>
#include <vector>

#include "storage/internal_iterator.h"

namespace kv {

// Requires: each walk has this direction, and has not stepped yet. No walks at all make an empty
// one. (Task 6.1)
std::unique_ptr<InternalIterator> make_merging_iterator(
    std::vector<std::unique_ptr<InternalIterator>> walks, Direction direction);

}  // namespace kv
