#pragma once

// A walk, in key order, over entries that are in no order yet. It sorts no more of them than a
// limited scan asks for: the first ten of a million are found without sorting the million.
//
// *Thread safety*: as Iterator. *Ownership*: owns the entries.
// *Invariants*: walks as every iterator does (kv/iterator.h), so seek may go to any entry of the
// range, also to those behind the first `limit`.
//
// *Cost*, for n entries and a limit of k: n + k log k comparisons as long as nobody seeks, and
// n log n with the first seek, or where there is no limit.

#include <memory>

#include "kv/iterator.h"
#include "kv/range.h"
#include "storage/sorted_entries.h"

namespace kv {

// Requires: the keys differ, and all of them lie in the range.
std::unique_ptr<Iterator> make_unsorted_entries_iterator(SortedEntries entries, const Range& range,
                                                         Iterator::Scope scope);

}  // namespace kv
