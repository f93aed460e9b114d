#pragma once

// The tables of an `lsm` store, and in which levels they stand: the version (storage/version.h),
// the open tables that it names, the manifest that keeps it (persistence/manifest.h), and the files
// that nobody needs any more.
//
//   open      manifest ──> version ──> its tables are opened           nothing is changed
//   start     a new manifest of it; what the directory holds besides is removed
//   install   an edit ──> the manifest ──> the next version ──> readers see it
//
// A table that a version lets go of stays in the directory as long as a reader has it.
//
// A directory of engine `sstable`, which has no manifest, is taken over as it is: its tables stand
// in level 0. The manifest's presence says that this was done, whatever FORMAT says still.
//
// *Thread safety*: open and start: one thread, before any other call. The rest: any thread; edits
// are installed one after the other.
// *Ownership*: borrows the target that start is given.
// *Errors*: `corruption` for a manifest that is missing or damaged, and for tables that it names
// and that are missing, damaged or others, naming the file and what to do; those of the files.
// *Simplification*: every table is open, with its filter and its index in memory, and takes one of
// the process's file descriptors.

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "persistence/archived_tables.h"
#include "persistence/log_archive.h"
#include "persistence/manifest.h"
#include "persistence/table_archive.h"
#include "storage/version.h"

namespace kv {

// What a version is to know of the table.
TableInfo table_info(const Table& table);

// A version and its tables, at one moment; it never changes.
struct LevelState {
  Version version;
  std::map<TableNumber, std::shared_ptr<const Table>> tables;

  // The tables of a level, in its order.
  Tables tables_in(std::size_t level) const;
};

class TableLevels {
 public:
  TableLevels(ArchivePlace place, TableArchiveParts parts)
      : place_(std::move(place)), parts_(std::move(parts)) {}

  // Finds out what there is. Changes nothing.
  Status open();

  // A torn edit at the manifest's end that was dropped, if there was one.
  const std::optional<Damage>& dropped() const { return dropped_; }

  // From now on edits are installed, and the target is shown what they lead to.
  Status start(LsmTarget& target);

  // Whether an edit can be installed still: asked before the work for one is done. Errors: why not.
  Status ready() const;

  std::shared_ptr<const LevelState> state() const;
  std::size_t level0_tables() const { return level0_tables_.load(std::memory_order_relaxed); }

  // A number that no table has had.
  TableNumber new_number() { return next_table_.fetch_add(1, std::memory_order_relaxed); }

  // Makes the edit's version the current one, durable and seen. `added`: the tables that it brings,
  // open; their files are synced, and their names durable. `written`: as LsmTarget::show.
  // Errors: those of the manifest. Then nothing has changed for readers, but the next opening may
  // find the edit: the files of its tables must not be removed, and no edit is installed any more.
  Status install(VersionEdit edit, const Tables& added, const Memtable* written);

  // Removes the files of tables that no version and no reader has, as far as there is memory for
  // it.
  void remove_obsolete();

  // Ends the manifest. No edit is installed any more.
  Status close();

  const ArchivePlace& place() const { return place_; }
  const TableArchiveParts& parts() const { return parts_; }

 private:
  Status open_tables(Version version);
  Status take_over();
  void remove_orphans();
  void show(const LevelState& state, const Memtable* written);
  Status append(const VersionEdit& edit, const Version& next);
  Error broken(const Error& cause) const;

  const ArchivePlace place_;
  const TableArchiveParts parts_;
  LsmTarget* target_ = nullptr;        // set by start
  std::uint64_t manifest_number_ = 0;  // set by open: of the one that was found
  std::optional<Damage> dropped_;      // set by open
  ArchivedTables taken_over_;          // by open, used up by start: not from a manifest

  // Relaxed: numbers only have to differ.
  std::atomic<TableNumber> next_table_{1};

  // Relaxed: a hint for writers, who wait for nothing else by it.
  std::atomic<std::size_t> level0_tables_{0};

  mutable std::mutex install_mutex_;
  // Guarded by install_mutex_:
  std::unique_ptr<ManifestWriter> manifest_;
  std::optional<Error> manifest_failed_;  // nobody knows what it holds, or what this has of it

  struct Obsolete {
    TableNumber number;
    std::weak_ptr<const Table> table;
  };

  mutable std::mutex mutex_;  // held for moments only
  // Guarded by mutex_:
  std::shared_ptr<const LevelState> state_ = std::make_shared<LevelState>();
  std::vector<Obsolete> obsolete_;
};

}  // namespace kv
