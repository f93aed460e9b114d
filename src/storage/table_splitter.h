#pragma once

// Writes a walk out to as many tables as it takes: what a compaction does with the versions that
// survive.
//
//   a@9 a@3 b@7 │ c@8 ... │ m@2 ...      a new table begins where the last one is large enough,
//     table 12    table 13   table 14    and never between two versions of one user key
//
// *Thread safety*: one thread at a time. *Ownership*: as each says.
// *Errors*: those of the walk and of the files. After one, the files that were made are of no use:
// whoever made them knows their names, and removes them.

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "storage/internal_iterator.h"
#include "storage/table_writer.h"
#include "storage/version.h"

namespace kv {

// A file for the next table, and its number. Errors: those of making it.
struct NewTableFile {
  TableNumber number;
  std::unique_ptr<AppendFile> file;
};
using MakeTableFile = std::function<Result<NewTableFile>()>;

struct SplitOptions {
  TableOptions table{};
  std::uint64_t table_bytes = std::uint64_t{2} << 20;  // a table ends once it is so large

  // What the tables say of themselves: their versions are of writes from this one to this one.
  SequenceNumber first_sequence = 0;
  SequenceNumber last_sequence = 0;

  // Asked before each entry: whether to give up. Null: never.
  std::function<bool()> stop{};
};

// Writes all that the walk yields, each table synced when it is complete (its name is not durable
// yet). No file is made for no entries. Returns what is to be known of the tables, in order.
// Requires: `versions` walks forward over internal keys, and has not stepped yet.
// Errors: as above; `closed` when told to stop. (Task 6.6)
Result<std::vector<TableInfo>> write_tables(InternalIterator& versions, const MakeTableFile& make,
                                            const SplitOptions& options);

}  // namespace kv
