#pragma once

// What a reader at a sequence number sees of a walk over all versions: of each user key the newest
// version with a number up to it, and of that, nothing where it is a tombstone.
//
//   entries, forward     a@9 put   a@4 erased   a@2 put   b@3 put   c@8 put   c@5 put
//   seen at 9            a=9       ·            ·         b=3       c=8       ·
//   seen at 5            ·         (no value)   ·         b=3       ·         c=5
//   seen at 3            ·         ·            a=2       b=3       ·         ·
//
// In reverse the oldest version of a key comes first: that one has the newest is known only when
// the walk has left the key, and its entry is then one step behind. So what may be delivered is
// copied on the way; and of a key that the walk fails in before it has left it, nothing is
// delivered: a newer version or a tombstone may have been next.
//
// *Thread safety*: as Iterator. *Ownership*: owns the walk.
// *Errors*: those of the walk; `corruption` for bytes that are no internal key; those of the
// context, asked now and then while nothing is found to deliver.
// *Simplification*: versions that are not seen are passed one by one; a key that was overwritten a
// million times costs a million steps, until compaction (stage 06) drops them. In reverse over a
// memtable each step is a search (SkipList::before). One seek to the version that is seen cannot
// take their place: it stands just behind where a seek in reverse comes to, and this walk does not
// turn round. (RocksDB's does, after 8 versions.)

#include <memory>

#include "kv/iterator.h"
#include "kv/range.h"
#include "storage/internal_iterator.h"
#include "storage/internal_key.h"

namespace kv {

// The entries of the range, as a reader at `sequence` sees them. Copies the range's bounds.
// Requires: `versions` has not stepped yet, and its direction is the range's.
std::unique_ptr<Iterator> make_visible_iterator(std::unique_ptr<InternalIterator> versions,
                                                const Range& range, SequenceNumber sequence,
                                                Iterator::Scope scope);

}  // namespace kv
