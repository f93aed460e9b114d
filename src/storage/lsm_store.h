#pragma once

// The core that engines `memtable`, `wal`, `sstable` and `lsm` have in common: the wiring of a
// log-structured merge tree (O'Neil, Cheng, Gawlick, O'Neil, "The Log-Structured Merge-Tree", Acta
// Informatica 33, 1996). The ideas stand in the parts, which an engine hands in; what an engine
// does not hand in is not plugged in.
//
//   what was there    ──> recover ─> memtable        when the store is opened
//   put, erase, apply ──> commit ──> memtable        one writer at a time, inside the commit
//                            └─────> published       the number up to which readers see
//   get, scan, snapshot ──> published, then memtable (no lock, nobody waits)
//
// *Thread safety*: as Store. Readers never wait for writers, nor writers for readers. A snapshot is
// a sequence number and a share of the memtable: it copies nothing.
// *Ownership*: the store, its snapshots and its iterators share the memtable; the last one frees
// it.
// *Errors*: as Store; `invalid_argument` when opened with limits that a memtable cannot hold.
// *Simplification*: one memtable, which grows for ever and keeps every version; from stage 05 on
// full ones are written out to tables. Versioned::changes_since looks at every version that there
// is, and collects what it hands over beforehand.

#include <functional>
#include <memory>

#include "base/result.h"
#include "kv/options.h"
#include "kv/store.h"
#include "persistence/recovery.h"
#include "storage/commit.h"
#include "storage/internal_iterator.h"
#include "storage/memtable.h"

namespace kv {

// What a reader at a sequence number sees of a walk (storage/visible_iterator.h).
using MakeVisibleIterator = std::function<std::unique_ptr<Iterator>(
    std::unique_ptr<InternalIterator> versions, const Range& range, SequenceNumber sequence,
    Iterator::Scope scope)>;

// Hands over what the store held before (persistence/recovery.h). Errors: those that opening the
// store gives.
using Recover = std::function<Result<Recovered>(const AddVersion& add)>;

struct LsmParts {
  std::function<std::unique_ptr<Memtable>()> make_memtable;  // storage/memtable.h
  Recover recover{};                                         // absent: a new store is empty
  MakeCommit make_commit;  // storage/commit.h; asked after what was recovered is in
  MakeVisibleIterator make_visible_iterator;
};

// A store of these parts, which are used up when this returns. Errors: those of the parts.
// Requires: none but `recover` is absent.
Result<std::unique_ptr<Store>> make_lsm_store(const Options& options, const LsmParts& parts);

}  // namespace kv
