#pragma once

// The archive of engine `lsm` (persistence/log_archive.h): a memtable whose log is full is written
// out to a table in level 0, the manifest takes it up, the log is removed, and in the background
// tables are merged into the levels below.
//
//   log full ──> memtable ──> table ──> manifest ──> the log goes       persistence/table_levels.h
//                                  └──> level 1 ──> level 2 ──> ...     persistence/compactor.h
//
// *Thread safety*: as LogArchive; compact, make_room, levels and statistics as Compactor.
// *Errors*: those of its parts. A write-out that fails leaves its memtable where it is, and is
// tried again into another file; when two memtables wait, no more is written (is_full).

#include <cstdint>
#include <memory>
#include <vector>

#include "kv/capabilities.h"
#include "persistence/compactor.h"
#include "persistence/log_archive.h"
#include "persistence/table_archive.h"

namespace kv {

class LevelArchive : public LogArchive {
 public:
  struct Statistics {
    std::uint64_t tables = 0;
    std::uint64_t table_bytes = 0;
    std::uint64_t write_outs = 0;     // since the store was opened
    std::uint64_t bytes_written = 0;  // by them
    CompactionStatistics compaction{};
  };

  // As Compactor. Any thread asks, before it writes.
  virtual Status make_room(const Context& context) = 0;

  // As Maintenance; no frozen memtable is looked at.
  virtual Status compact(const Range& range, const Context& context) = 0;
  virtual std::vector<Maintenance::Level> levels() const = 0;

  virtual Statistics statistics() const = 0;
};

std::unique_ptr<LevelArchive> make_level_archive(ArchivePlace place, TableArchiveParts parts,
                                                 CompactorOptions compaction);

}  // namespace kv
