#pragma once

// Memory that is given out piece by piece and freed as a whole: for structures that only grow and
// then die at once, as a memtable does. A piece costs the addition of two numbers, where malloc
// costs a search; and neighbours in time are neighbours in memory.
//
//   chunk   | piece | piece | piece  ...  | free    |      pieces are cut off from the front
//            <------------- bytes ------------------>
//
// Chunks begin small, so that an empty structure costs little, and double up to max_chunk_bytes:
// from then on they are whole large pages where the system has them (Linux, transparent huge
// pages). What a big structure costs is the misses of caches *and* of the table of pages, and a
// large page needs one entry of that table where small ones need 512.
//
// *Thread safety*: one thread at a time allocates; bytes() may be asked by any thread meanwhile.
// *Ownership*: the pieces belong to the arena and live as long as it does. No destructor of what
// was made in them is ever called.
// *Errors*: std::bad_alloc, as operator new.
// *Simplification*: what is left of a chunk when a piece does not fit is lost.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <vector>

namespace kv {

class Arena {
 public:
  static constexpr std::size_t alignment = 8;  // of every piece
  static constexpr std::size_t min_chunk_bytes = std::size_t{4} << 10;
  static constexpr std::size_t max_chunk_bytes = std::size_t{2} << 20;

  Arena() = default;
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // So many bytes, uninitialised, aligned to `alignment`. Never null, and a place of its own also
  // for 0 bytes. A piece of more than a quarter of max_chunk_bytes gets memory of its own, unless
  // the chunk in use has room for it.
  char* allocate(std::size_t bytes) {
    const std::size_t rounded =
        (std::max<std::size_t>(bytes, 1) + alignment - 1) / alignment * alignment;
    if (rounded > left_) [[unlikely]]
      return allocate_elsewhere(rounded);
    char* const piece = free_;
    free_ += rounded;
    left_ -= rounded;
    return piece;
  }

  // What it holds of the system's memory, the free end of its last chunk included.
  std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  struct Chunk {
    char* memory;  // null where there was none to get
    std::size_t alignment;
  };

  char* allocate_elsewhere(std::size_t bytes);
  char* add_chunk(std::size_t bytes, std::size_t alignment_of_chunk);

  char* free_ = nullptr;  // where the next piece begins
  std::size_t left_ = 0;  // how many bytes of the chunk are free from there on
  std::size_t next_chunk_bytes_ = min_chunk_bytes;
  std::vector<Chunk> chunks_;
  // Relaxed: a figure for accounting, ordered with nothing.
  std::atomic<std::size_t> bytes_{0};
};

}  // namespace kv
