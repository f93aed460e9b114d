#pragma once

// The tables that a directory holds without a manifest: those of engine `sstable`
// (persistence/table_archive.h says what their numbers mean), which engine `lsm` takes over.
//
// *Thread safety*: one thread at a time for each directory.
// *Errors*: `corruption` for tables that are missing or damaged, naming file and offset; those of
// the files.

#include <memory>
#include <string>
#include <vector>

#include "persistence/log_archive.h"
#include "persistence/table_archive.h"
#include "storage/table.h"

namespace kv {

using Tables = std::vector<std::shared_ptr<const Table>>;

// "db/000007.sst"
inline std::string table_path(const ArchivePlace& place, TableNumber number) {
  return join(place.directory, table_name(number));
}

// Opens a table of the directory.
Result<std::shared_ptr<const Table>> open_table_of(const ArchivePlace& place,
                                                   const TableArchiveParts& parts,
                                                   TableNumber number);

struct ArchivedTables {
  Tables newest_first;
  CheckpointHeader put_away{};  // the writes that they hold, and the first log behind them
  std::vector<std::string> unfinished{};  // paths that a crash has left, of no use
};

// Opens all tables there are, and looks whether the first log that is needed begins behind them.
// Changes nothing.
Result<ArchivedTables> open_archived_tables(const ArchivePlace& place,
                                            const TableArchiveParts& parts);

// Looks whether the first log that is needed begins behind what was put away. If it begins with
// writes that the tables hold, `named`, the file that says so, does not belong here: recovery would
// pass over the log's writes. If it begins later, writes are missing, and it is recovery that
// judges: where nothing proves them, that is what a failed sync leaves, too.
Status check_first_log(const ArchivePlace& place, const CheckpointHeader& put_away,
                       const std::string& named);

// Writes the newest table again if its name may not be durable.
Status make_newest_durable(const ArchivePlace& place, const TableArchiveParts& parts,
                           ArchivedTables& tables);

}  // namespace kv
