#pragma once

// A sorted copy of entries, and a walk over it: what the stores that copy (map, hash) answer scans
// with.
//
// *Thread safety*: the entries are never changed once they are handed over, so any number of
// iterators, each on its own thread, may share them. *Ownership*: shared by whoever still reads.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kv/iterator.h"
#include "kv/range.h"

namespace kv {

using Entry = std::pair<std::string, std::string>;  // key, value
using SortedEntries = std::vector<Entry>;

// Walks over those of the entries that lie in the range. Copies the range's bounds.
// Requires: the keys are in strictly ascending order (kv/range.h).
std::unique_ptr<Iterator> make_entries_iterator(std::shared_ptr<const SortedEntries> entries,
                                                const Range& range, Iterator::Scope scope);

}  // namespace kv
