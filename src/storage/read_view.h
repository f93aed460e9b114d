#pragma once

// All that a reader looks at, at one moment: the memtable that takes the writes, those that are
// full and wait to be written out, and the tables. It never changes: when a memtable is frozen or
// has become a table, the store makes a new view, and who has the old one reads on in that.
//
//   newest   memtable        c@12 put   f@11 erased
//            frozen          a@9 put    c@8 put
//            table 2         b@6 put    f@5 put
//   oldest   table 1         a@3 put    b@2 put    g@1 put
//
//   find c at 10  ──> memtable: nothing up to 10; frozen: c@8
//   walk          ──> a@9 a@3 b@6 b@2 c@12 c@8 f@11 f@5 g@1
//
// *Thread safety*: any thread. *Ownership*: shares its sources.
// *Invariants*: of two sources, every version in the newer one has a larger sequence number than
// every version of the same key in the older one.
// *Errors*: those of the sources. What one source cannot tell, an older one must not be asked: it
// would give a value that is out of date.

#include <memory>
#include <vector>

#include "storage/source.h"

namespace kv {

class ReadView {
 public:
  virtual ~ReadView() = default;
  ReadView(const ReadView&) = delete;
  ReadView& operator=(const ReadView&) = delete;

  // The version that a reader at lookup.sequence sees, or none. A tombstone is a version.
  virtual Result<std::optional<FoundVersion>> find(const Lookup& lookup) const = 0;

  // A walk over all versions of all sources, in the order of internal keys or against it. It may
  // see entries that are added to the memtable meanwhile. The view must outlive it
  // (InternalIterator::keep_alive). Where one source fails, the walk fails: it does not go on
  // without it.
  virtual std::unique_ptr<InternalIterator> iterate(Direction direction) const = 0;

  // The sources, the newest first.
  virtual const std::vector<std::shared_ptr<const Source>>& sources() const = 0;

 protected:
  ReadView() = default;
};

// (Task 5.6)
std::shared_ptr<const ReadView> make_read_view(
    std::vector<std::shared_ptr<const Source>> newest_first);

}  // namespace kv
