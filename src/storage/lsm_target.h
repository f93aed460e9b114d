#pragma once

// What the LSM core (storage/lsm_store.h) lets its commit do to it: commit, and put what is in
// memory away into tables (persistence/log_archive.h).
//
// *Thread safety*: as CommitTarget; the rest as each says.

#include <memory>
#include <vector>

#include "storage/commit.h"
#include "storage/memtable.h"
#include "storage/source.h"

namespace kv {

class LsmTarget : public CommitTarget {
 public:
  // What is inserted from now on goes into a new memtable. Returns the one that took it so far:
  // readers see it until a table has taken its place. The committing thread calls it.
  // Errors: std::bad_alloc; then nothing has changed.
  virtual std::shared_ptr<const Memtable> freeze() = 0;

  // From now on readers see these tables and levels of tables, the newest first, and no more the
  // frozen memtable that one of them was made of (null: none was). Any thread, one at a time.
  virtual void show(std::vector<std::shared_ptr<const Source>> tables, const Memtable* written) = 0;

  // The numbers at which readers read, for whoever is about to drop versions of writes up to
  // `dropping` (storage/snapshot_numbers.h). Any thread.
  virtual std::vector<SequenceNumber> readers(SequenceNumber dropping) = 0;

  // Of writes before this one, only what they led to is known, by what was dropped. Any thread.
  virtual SequenceNumber known_from() const = 0;
};

}  // namespace kv
