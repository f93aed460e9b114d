#pragma once

// Writes a table (storage/sstable.h) from entries in order, a block at a time: it holds no more
// than one block, the index and the hashes for the filter in memory.
//
// *Thread safety*: one thread at a time.
// *Ownership*: borrows the file, which must outlive it. Syncing the file, and giving it its name,
// is up to the caller. *Errors*: those of AppendFile::append; after one nothing more is written,
// and each later call gives the same. The file is of no use then.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/file_system.h"
#include "base/result.h"
#include "kv/options.h"
#include "storage/sstable.h"

namespace kv {

struct TableOptions {
  std::size_t block_bytes = std::size_t{4} << 10;
  std::size_t filter_bits_per_key = 10;  // 0: no filter
  Compression compression = Compression::lz4;
};

class TableWriter {
 public:
  virtual ~TableWriter() = default;
  TableWriter(const TableWriter&) = delete;
  TableWriter& operator=(const TableWriter&) = delete;

  // Adds an entry.  Requires: `key` is an internal key behind all that were added.
  virtual Status add(std::string_view key, std::string_view value) = 0;

  // Writes what is left, and all that follows the data blocks. `first` and `last` say which writes
  // the table holds. Nothing may be added any more. Returns the table's properties.
  virtual Result<TableProperties> finish(SequenceNumber first, SequenceNumber last) = 0;

  // How large the file is now, about: the block that is being filled included.
  virtual std::uint64_t bytes() const = 0;

 protected:
  TableWriter() = default;
};

// A writer of the table of this number into a file that is empty. (Task 5.4)
std::unique_ptr<TableWriter> make_table_writer(AppendFile& file, TableNumber number,
                                               const TableOptions& options);

}  // namespace kv
