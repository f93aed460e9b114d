#include "base/arena.h"

#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace kv {

Arena::~Arena() {
  for (const Chunk& chunk : chunks_) {
    ::operator delete(chunk.memory, std::align_val_t(chunk.alignment));
  }
}

char* Arena::allocate_elsewhere(std::size_t bytes) {
  // The chunk that is in use is kept for the small pieces that follow.
  if (bytes > max_chunk_bytes / 4) return add_chunk(bytes, alignment);
  const std::size_t chunk_bytes = std::max(next_chunk_bytes_, bytes);
  next_chunk_bytes_ = std::min(next_chunk_bytes_ * 2, max_chunk_bytes);
  const bool large_page = chunk_bytes == max_chunk_bytes;
  char* const piece = add_chunk(chunk_bytes, large_page ? max_chunk_bytes : alignment);
  free_ = piece + bytes;
  left_ = chunk_bytes - bytes;
  return piece;
}

char* Arena::add_chunk(std::size_t bytes, std::size_t alignment_of_chunk) {
  // The place first, so that nothing can fail with the memory in hand. If there is no memory, the
  // place stays empty.
  chunks_.push_back({nullptr, alignment_of_chunk});
  auto* const memory =
      static_cast<char*>(::operator new(bytes, std::align_val_t(alignment_of_chunk)));
  chunks_.back().memory = memory;
  bytes_.fetch_add(bytes, std::memory_order_relaxed);
#if defined(__linux__)
  // Advice: where the system has no large page to give, small ones do.
  if (alignment_of_chunk == max_chunk_bytes) ::madvise(memory, bytes, MADV_HUGEPAGE);
#endif
  return memory;
}

}  // namespace kv
