#pragma once

// Several walks as one, where the same version may stand in more than one of them: the inputs of a
// compaction beside its outputs, for instance, or a table beside its log. Each version comes once.
// (make_merging_iterator wants walks without a version in common, and says nothing of others.)
//
// *Thread safety*: as InternalIterator. *Ownership*: owns the walks; what they walk over must
// outlive it. *Errors*: those of the walks; `unimplemented` for seek.

#include <memory>
#include <vector>

#include "storage/internal_iterator.h"

namespace kv {

// Requires: each walk is forward, over internal keys, and has not stepped yet.
std::unique_ptr<InternalIterator> make_distinct_walk(
    std::vector<std::unique_ptr<InternalIterator>> walks);

}  // namespace kv
