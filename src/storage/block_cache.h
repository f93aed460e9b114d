#pragma once

// Blocks of tables that were read lately, so that they need not be read, checked and uncompressed
// again. A database's working set is small most of the time: this is where it lives.
//
// *Policy*: CLOCK, also called second chance (Corbató, "A Paging Experiment with the Multics
// System", MIT, 1968). Blocks stand in a ring; a hit sets a block's mark; when room is needed, a
// hand goes round, takes marks away and throws out the first block without one. So it keeps what
// was asked for again, like LRU, but a hit moves nothing. A block enters without a mark: what a
// scan reads once is the first to go.
// It is cut into shards by the hash of the key, each with a mutex of its own and a share of the
// room, so that threads seldom meet.
//
// *Thread safety*: any thread. *Ownership*: shares its blocks: whoever has found one keeps it
// alive, even when the cache has thrown it out. *Errors*: std::bad_alloc.

#include <cstddef>
#include <cstdint>
#include <memory>

#include "storage/block.h"

namespace kv {

class BlockCache {
 public:
  // A block of a file: `file` is unique among the files that share the cache (new_file), `offset`
  // where the block begins.
  struct Key {
    std::uint64_t file;
    std::uint64_t offset;

    bool operator==(const Key&) const = default;
  };

  struct Statistics {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::size_t bytes = 0;  // of the blocks that are in it now
    std::size_t blocks = 0;
  };

  virtual ~BlockCache() = default;
  BlockCache(const BlockCache&) = delete;
  BlockCache& operator=(const BlockCache&) = delete;

  // A number that no file had before.
  virtual std::uint64_t new_file() = 0;

  // The block, or null.
  virtual std::shared_ptr<const Block> find(const Key& key) = 0;

  // Puts a block in; others go where the room is used up. One that is larger than a shard's room
  // is not taken; one that is there already stays.
  virtual void insert(const Key& key, std::shared_ptr<const Block> block) = 0;

  // Takes out all blocks of a file that is no longer needed.
  virtual void erase_file(std::uint64_t file) = 0;

  virtual Statistics statistics() const = 0;

 protected:
  BlockCache() = default;
};

// A cache with room for blocks of so many bytes altogether (Block::bytes); 0: it keeps nothing.
std::shared_ptr<BlockCache> make_block_cache(std::size_t capacity_bytes);

}  // namespace kv
