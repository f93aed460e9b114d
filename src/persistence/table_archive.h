#pragma once

// The archive of engine `sstable` (persistence/log_archive.h): a memtable belongs to a log, and
// when the log is full, the memtable is frozen, written out to a table, and the log removed. Before
// there is a manifest (stage 06), the directory itself says which tables count:
//
//   000007.sst.new   being written; after a crash it is of no use, and removed
//   000007.sst       counts: it was synced, then renamed, then the directory was synced
//
// *Invariants*: a table has the number of the last log that it takes the place of, so a higher
// number means newer writes, and logs up to the number of the newest table are not needed. Tables
// hold the writes from 1 on without a gap: the first write of each follows the last one of the
// table before. Where that does not hold, a table is missing.
//
// Whether the newest table's name is durable, nobody knows who opens the store while the log that
// it takes the place of is still there: the process may have died before it had synced the
// directory, and the kernel may have forgotten the name after a sync that failed, so that the next
// sync proves nothing (base/file_system.h). So that table is written again before the log goes.
//
// *Thread safety*: as LogArchive; statistics: any thread. *Ownership*: shares cache and statistics.
// *Errors*: `corruption` for tables that are missing or damaged, naming file and offset, when the
// store is opened (a damaged data block is met when it is read). A write-out that fails leaves its
// memtable where it is, and is tried again into another file; when two memtables wait, no more is
// written (is_full).

#include <cstdint>
#include <memory>
#include <string_view>

#include "persistence/log_archive.h"
#include "storage/block_cache.h"
#include "storage/internal_iterator.h"
#include "storage/table.h"
#include "storage/table_writer.h"

namespace kv {

struct TableArchiveParts {
  TableOptions tables;
  std::shared_ptr<BlockCache> cache;
  std::shared_ptr<TableStatistics> statistics;
};

class TableArchive : public LogArchive {
 public:
  struct Statistics {
    std::uint64_t tables = 0;
    std::uint64_t table_bytes = 0;    // of all tables there are
    std::uint64_t write_outs = 0;     // since the store was opened
    std::uint64_t bytes_written = 0;  // by them
  };
  virtual Statistics statistics() const = 0;
};

std::unique_ptr<TableArchive> make_table_archive(ArchivePlace place, TableArchiveParts parts);

// Whether the directory's name is one of a table that was being written.
bool is_unfinished_table(std::string_view name);

// Writes a walk's entries out to a new table, which counts when this returns: the writes from
// `first` to `last`. If there is a table of that number, the new one takes its place. Returns the
// file's size.  Requires: the walk is forward, and before its first entry. Errors: those of the
// walk and of the files; then the table does not count, unless it was the directory's sync that
// failed: then it may.
Result<std::uint64_t> write_out(const ArchivePlace& place, TableNumber number,
                                InternalIterator& versions, SequenceNumber first,
                                SequenceNumber last, const TableOptions& options);

}  // namespace kv
