// The arena (base/arena.h): its pieces do not overlap, stand where they must, and are counted.

#include "base/arena.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/random.h"
#include "tests/support/story.h"

namespace kv {
namespace {

bool aligned(const char* piece) {
  return reinterpret_cast<std::uintptr_t>(piece) % Arena::alignment == 0;
}

TEST(Arena, AnEmptyOneHoldsNothing) { EXPECT_EQ(Arena().bytes(), 0u); }

TEST(Arena, APieceOfNoBytesHasAPlaceOfItsOwn) {
  Arena arena;
  char* const first = arena.allocate(0);
  ASSERT_NE(first, nullptr);
  EXPECT_NE(arena.allocate(0), first);
}

TEST(Arena, PiecesOfEverySizeAreAlignedAndKeepTheirContent) {
  Random random(test::seed());
  Arena arena;
  struct Piece {
    char* memory;
    std::size_t bytes;
    char content;
  };
  std::vector<Piece> pieces;
  std::size_t asked = 0;
  for (int i = 0; i < 3'000; ++i) {
    const std::size_t largest = i % 500 == 0 ? 3'000'000 : i % 50 == 0 ? 60'000 : 300;
    const std::size_t bytes = random.below(largest);
    char* const memory = arena.allocate(bytes);
    ASSERT_NE(memory, nullptr);
    ASSERT_TRUE(aligned(memory)) << bytes << " bytes";
    const char content = static_cast<char>(i);
    if (bytes > 0) std::memset(memory, content, bytes);
    pieces.push_back({memory, bytes, content});
    asked += bytes;
    ASSERT_GE(arena.bytes(), asked);
  }
  for (const Piece& piece : pieces) {
    for (std::size_t at = 0; at < piece.bytes; ++at) {
      ASSERT_EQ(piece.memory[at], piece.content) << "byte " << at << " of " << piece.bytes;
    }
  }
}

TEST(Arena, SmallPiecesAreNeighbours) {
  Arena arena;
  char* const first = arena.allocate(24);
  EXPECT_EQ(arena.allocate(1), first + 24);
  EXPECT_EQ(arena.allocate(8), first + 32);
  EXPECT_EQ(arena.bytes(), Arena::min_chunk_bytes);
}

TEST(Arena, ChunksBeginSmallAndDouble) {
  Arena arena;
  std::vector<std::size_t> chunks;
  for (std::size_t before = 0; before < 5 * Arena::max_chunk_bytes;) {
    static_cast<void>(arena.allocate(512));
    if (arena.bytes() != before) chunks.push_back(arena.bytes() - before);
    before = arena.bytes();
  }
  EXPECT_EQ(chunks.front(), Arena::min_chunk_bytes);
  for (std::size_t i = 1; i < chunks.size(); ++i) {
    EXPECT_EQ(chunks[i], std::min(chunks[i - 1] * 2, Arena::max_chunk_bytes));
  }
  EXPECT_EQ(chunks.back(), Arena::max_chunk_bytes);
}

TEST(Arena, ALargePieceLeavesTheChunkInUse) {
  Arena arena;
  char* const before = arena.allocate(16);
  const std::size_t bytes = arena.bytes();
  static_cast<void>(arena.allocate(1'000'000));
  EXPECT_EQ(arena.bytes(), bytes + 1'000'000);
  EXPECT_EQ(arena.allocate(16), before + 16);
}

}  // namespace
}  // namespace kv
