#pragma once

// The core that engines `memtable`, `wal`, `sstable` and `lsm` have in common: the wiring of a
// log-structured merge tree (O'Neil, Cheng, Gawlick, O'Neil, "The Log-Structured Merge-Tree", Acta
// Informatica 33, 1996). The ideas stand in the parts, which an engine hands in; what an engine
// does not hand in is not plugged in.
//
//   what was there    ──> recover ─> memtable        when the store is opened
//   put, erase, apply ──> commit ──> memtable        one writer at a time, inside the commit
//                            └─────> published       the number up to which readers see
//   get, scan, snapshot ──> published and the view   (nobody waits)
//
//   freeze    memtable ──> frozen, and a new memtable takes what follows
//   show      frozen ──> a table                     when it was written out
//             view: memtable, frozen ones, tables    replaced by each of the two
//
// *Thread safety*: as Store. Readers never wait for writers, nor writers for readers. A snapshot is
// a sequence number (storage/snapshot_numbers.h): it copies nothing.
// *Ownership*: the store, its snapshots and its iterators share memtables and tables; the last one
// frees them.
// *Errors*: as Store; `invalid_argument` when opened with limits that a memtable cannot hold.
// *Simplification*: every version is kept, unless a part drops those that nobody can see
// (storage/surviving_versions.h). Versioned::changes_since looks at every version that there is,
// and collects what it hands over beforehand.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "kv/capabilities.h"
#include "kv/options.h"
#include "kv/store.h"
#include "persistence/recovery.h"
#include "storage/commit.h"
#include "storage/lsm_target.h"
#include "storage/memtable.h"
#include "storage/read_view.h"

namespace kv {

// What a reader at a sequence number sees of a walk (storage/visible_iterator.h).
using MakeVisibleIterator = std::function<std::unique_ptr<Iterator>(
    std::unique_ptr<InternalIterator> versions, const Range& range, SequenceNumber sequence,
    Iterator::Scope scope)>;

// storage/read_view.h
using MakeReadView = std::function<std::shared_ptr<const ReadView>(
    std::vector<std::shared_ptr<const Source>> newest_first)>;

// Hands over what the store held before (persistence/recovery.h). Errors: those that opening the
// store gives.
using Recover = std::function<Result<Recovered>(const AddVersion& add)>;

// Figures by name, for people.
using Figures = std::map<std::string, double>;

struct LsmParts {
  std::function<std::unique_ptr<Memtable>()> make_memtable;  // storage/memtable.h
  MakeReadView make_read_view{};  // absent: one memtable, which is never frozen
  Recover recover{};              // absent: a new store is empty

  // storage/commit.h; asked after what was recovered is in.
  std::function<Result<std::unique_ptr<Commit>>(LsmTarget& target)> make_commit;
  MakeVisibleIterator make_visible_iterator;

  // Waits until there is room for a batch; asked by each thread that applies one, before the commit
  // has it: so nobody waits beyond his own context. Writers who come at the same moment find the
  // same room; what they are too many for it is no more than their batches hold in memory already.
  // Its requirements are looked at afterwards. Absent: there always is. Errors: why there is none,
  // and those of the context; the batch is refused with it, and nothing was done.
  std::function<Status(const Context& context)> make_room{};

  // As Maintenance::compact. Absent: everything has its smallest form at all times.
  std::function<Status(const Range& range, const Context& context)> compact{};

  // As Maintenance::levels. Absent: there are none.
  std::function<std::vector<Maintenance::Level>()> levels{};

  // Adds what the parts count to Maintenance::statistics.
  std::function<void(Figures& figures)> count{};
};

// A store of these parts, which are used up when this returns, but for those that it keeps asking.
// Requires: the parts of which it is not said what their absence means are there.
// Errors: those of the parts.
Result<std::unique_ptr<Store>> make_lsm_store(const Options& options, const LsmParts& parts);

}  // namespace kv
