#pragma once

// The blocks of one table's file: read, proven, uncompressed, and, where they are data, kept in the
// cache. Counts what it reads, and notes it in a trace. What a frame must be is up to stage 05
// (open_frame in storage/sstable.h).
//
// *Thread safety*: any thread. *Ownership*: owns the file, shares cache and statistics.
// *Errors*: those of reading, open_frame, uncompress and make_block; each `corruption` names the
// file and the offset where the frame begins.

#include <cstdint>
#include <memory>
#include <string>

#include "storage/block.h"
#include "storage/block_cache.h"
#include "storage/source.h"
#include "storage/sstable.h"
#include "storage/table.h"

namespace kv {

class TableBlocks {
 public:
  explicit TableBlocks(TableParts parts);

  // Lets go of what the cache has of this file.
  ~TableBlocks();
  TableBlocks(const TableBlocks&) = delete;
  TableBlocks& operator=(const TableBlocks&) = delete;

  // The bytes of the block that the handle leads to, from the file.  Errors: as above; `corruption`
  // where the file ends too early.
  Result<std::string> read(const BlockHandle& handle) const;

  // The data block, from the cache or the file; then it is in the cache. Past the cache, it is
  // always read, and not kept.
  Result<std::shared_ptr<const Block>> data_block(const BlockHandle& handle, Trace* trace) const;
  Result<std::shared_ptr<const Block>> data_block_past_cache(const BlockHandle& handle) const;

  const TableParts& parts() const { return parts_; }
  TableStatistics& statistics() const { return *parts_.statistics; }

 private:
  const TableParts parts_;
  const std::uint64_t cache_file_;
};

}  // namespace kv
