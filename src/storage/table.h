#pragma once

// A table (storage/sstable.h) that is open for reading. Its filter, its index and its properties
// stay in memory; data blocks are read when they are asked for, through the cache.
//
//   find   outside of smallest ... largest? ──> none
//          the filter says no?              ──> none
//          the index: the one block in which the key must be ──> the block: the entry, or none
//   iterate   over the index, and inside of each entry over its block
//
// *Thread safety*: any thread. *Ownership*: owns the file, shares the cache. Files may be removed
// while they are open (base/file_system.h).
// *Errors*: `corruption`, naming file and offset; those of reading. A block that can't be read
// fails the calls that need it, and no others.
// *Simplification*: filter and index are not in the cache, but in memory beside it, as long as the
// table is open: 1.25 bytes for each key, and 16 and a key for each block.

#include <cstdint>
#include <memory>
#include <string>

#include "base/counter.h"
#include "base/file_system.h"
#include "storage/block_cache.h"
#include "storage/source.h"
#include "storage/sstable.h"

namespace kv {

// What all tables of a store count together.
struct TableStatistics {
  Counter filter_said_no;
  Counter filter_said_perhaps;
  Counter filter_was_wrong;  // it said "perhaps", and the key was not there
  Counter blocks_read;       // from files
  Counter bytes_read;

  std::uint64_t filter_asked() const { return filter_said_no.sum() + filter_said_perhaps.sum(); }
};

class Table : public Source {
 public:
  virtual const TableProperties& properties() const = 0;
  virtual TableNumber number() const = 0;
  virtual std::uint64_t file_bytes() const = 0;

  // Reads every block past the cache, and looks whether its entries are in order and are as many as
  // the properties say, and whether the filter lets them pass. Errors: the first that is wrong.
  virtual Status verify() const = 0;
};

struct TableParts {
  std::unique_ptr<RandomAccessFile> file;
  std::string path;  // for messages
  TableNumber number;
  std::shared_ptr<BlockCache> cache;
  std::shared_ptr<TableStatistics> statistics;
};

// Reads footer, properties, index and filter. Errors: those of decode_footer, open_frame,
// uncompress, decode_properties and make_block; `corruption` if the footer names another number.
// (Task 5.5)
Result<std::shared_ptr<const Table>> open_table(TableParts parts);

}  // namespace kv
