#pragma once

// Which versions a compaction keeps. Of a key that was written a hundred times, most versions are
// seen by nobody; a tombstone is needed only as long as there is something left that it hides.
//
//   readers at      4              9         (a snapshot at 4; 9 is what is published now)
//   a               a@3  a@6  a@8            a@3 is seen at 4, a@8 at 9 and later: a@6 goes
//   b               b@2  b@5 erased          b@2 is seen at 4, so the tombstone stays as well
//   c               c@1  c@4 erased          no reader sees c@1: it goes. Then the tombstone has
//                                            nothing to hide, unless an older level holds a "c"
//   d               d@7  d@11                d@11 is newer than 9: a reader at 9 or 10 sees d@7
//
// *The rule.* A version is *shadowed* if there is a newer one of the same key, and no reader's
// number lies between: from its own number on, and below the newer one's. Shadowed versions go.
// (Readers may come at any number from the last one on: what is newer than that shadows nothing.) A
// tombstone that is left goes, too, if its number is at or below the smallest reader's (then
// nothing older of the key is kept here), and no older level may hold the key.
//
// *The filter.* A value that every reader but the snapshots would see as the newest (there is no
// newer version of the key, and its number lies above those of all snapshots and is published) is
// shown to the filter, if there is one. What the filter drops is treated as if that write had
// erased the key.
//
// *Thread safety*: as InternalIterator. *Ownership*: owns the walk; what it walks over must outlive
// it.
// *Errors*: those of the walk; `corruption` for bytes that are no internal key; `unimplemented` for
// seek.

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "kv/capabilities.h"
#include "kv/options.h"
#include "storage/internal_iterator.h"

namespace kv {

struct SurvivalRules {
  // The numbers at which somebody reads, ascending: snapshots, and as the last one the number up to
  // which writes are published: a snapshot at that number makes it stand there twice. Whoever comes
  // later reads at the last one or above.  Requires: at least one.
  std::vector<SequenceNumber> readers;

  // Whether a level below those that are merged may hold the user key. Asked at most once for each
  // key, the keys ascending, and only where it decides.
  std::function<bool(std::string_view user_key)> older_may_hold;

  CompactionFilter drop{};  // kv/options.h; null: nothing is dropped by it
};

// The walk without the versions that go: forward only, from its first entry on; seek is an error.
// Requires: `versions` walks forward, and has not stepped yet. (Task 6.5)
std::unique_ptr<InternalIterator> make_surviving_versions(
    std::unique_ptr<InternalIterator> versions, SurvivalRules rules);

}  // namespace kv
