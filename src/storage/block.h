#pragma once

// A block: a few kilobytes of entries in the order of their internal keys, the unit that a table
// (storage/sstable.h) is read in. Neighbours in order look alike, so an entry says only in what its
// key differs from the one before; every so often, at a *restart point*, a key stands in full, and
// these are what a search jumps to. (LevelDB, table/block_builder.cc.)
//
//   entry     varint   shared: how many bytes the key has in common with the one before
//             varint   unshared: how many more it has
//             varint   value bytes
//             the unshared bytes of the key, then the value
//   block     entries, one behind the other
//             fixed32  where each restart point's entry begins; the first is 0, they ascend
//             fixed32  how many restart points there are: one for every `restart_interval` entries,
//                      the first entry of each has shared = 0; 0 for a block without entries
//
//   "car"=1 "card"=2 "care"=3 "cat"=4, restart interval 3 (user keys; their tags left out):
//
//     0 3 1 car 1 │ 3 1 1 d 2 │ 3 1 1 e 3 │ 0 3 1 cat 4 │ 0, 17 │ 2
//     ^ restart                           ^ restart       the points and their number
//
// *Thread safety*: a builder: one thread at a time; a block: any thread.
// *Errors*: a block's bytes come from a disk, and a checksum proves only that they are what was
// once written, perhaps by somebody else: every length is compared with what is there before it is
// used. What does not fit is `corruption`; its message says where in the block, and whoever knows
// the file adds that (storage/table.h).

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "storage/internal_iterator.h"

namespace kv {

class BlockBuilder {
 public:
  virtual ~BlockBuilder() = default;
  BlockBuilder(const BlockBuilder&) = delete;
  BlockBuilder& operator=(const BlockBuilder&) = delete;

  // Adds an entry.  Requires: `key` is an internal key behind all that were added since the last
  // finish; the block stays below 4 GiB.
  virtual void add(std::string_view key, std::string_view value) = 0;

  // The block's bytes, and the next add begins a new one. Valid until then.
  virtual std::string_view finish() = 0;

  // How many bytes finish would give now.
  virtual std::size_t bytes() const = 0;

  // How many entries were added since the last finish.
  virtual std::size_t entries() const = 0;

 protected:
  BlockBuilder() = default;
};

// Requires: restart_interval >= 1. (Task 5.1)
std::unique_ptr<BlockBuilder> make_block_builder(std::size_t restart_interval);

class Block {
 public:
  // An entry, its key put together.
  struct Entry {
    std::string_view key;
    std::string_view value;
  };

  virtual ~Block() = default;
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  // The first entry at or after the internal key `target`, or none. The key's bytes may stand in
  // `key`, the value's in the block: valid until `key` changes, and as long as the block.
  // Errors: `corruption`.
  virtual Result<std::optional<Entry>> first_at_or_after(std::string_view target,
                                                         std::string& key) const = 0;

  // A walk over the entries. The block must outlive it (InternalIterator::keep_alive). Every step
  // costs the same, in reverse too: a walk in reverse takes a restart interval at a time.
  virtual std::unique_ptr<InternalIterator> iterate(Direction direction) const = 0;

  // What it holds of the system's memory, about.
  virtual std::size_t bytes() const = 0;

 protected:
  Block() = default;
};

// A block of these bytes. Errors: `corruption` where the restart points cannot be right: more of
// them than there are bytes, the first not 0, not ascending, behind the entries' end, or one whose
// entry shares bytes. (Task 5.2)
Result<std::unique_ptr<const Block>> make_block(std::string bytes);

}  // namespace kv
