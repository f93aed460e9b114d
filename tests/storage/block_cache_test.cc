// The cache of blocks (storage/block_cache.h): what it keeps, what it throws out, and that it does
// so for many threads at once.

#include "storage/block_cache.h"

#include <gtest/gtest.h>

#include <functional>
#include <latch>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/random.h"
#include "tests/support/story.h"

namespace kv {
namespace {

using Key = BlockCache::Key;

// A block of so many bytes, that knows where it belongs. There is nothing in it.
class Labelled final : public Block {
 public:
  Labelled(const Key& key, std::size_t bytes) : key_(key), bytes_(bytes) {}

  const Key& key() const { return key_; }

  Result<std::optional<Entry>> first_at_or_after(std::string_view, std::string&) const override {
    return std::optional<Entry>();
  }
  std::unique_ptr<InternalIterator> iterate(Direction) const override { return nullptr; }
  std::size_t bytes() const override { return bytes_; }

 private:
  const Key key_;
  const std::size_t bytes_;
};

std::shared_ptr<const Block> block(const Key& key, std::size_t bytes) {
  return std::make_shared<Labelled>(key, bytes);
}

// The key that stands in a block that was found.
Key label(const Block& found) { return static_cast<const Labelled&>(found).key(); }

// A cache with room for ten blocks of 100 bytes, of one file unless said otherwise.
class SmallCache : public testing::Test {
 protected:
  static constexpr std::size_t capacity = 1000;

  void insert(std::uint64_t offset, std::size_t bytes = 100, std::uint64_t file = 1) {
    cache_->insert({file, offset}, block({file, offset}, bytes));
    EXPECT_LE(cache_->statistics().bytes, capacity);
  }

  // Inserts the blocks of these offsets, the last included.
  void insert_each(std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t offset = first; offset <= last; ++offset) insert(offset);
  }

  bool find(std::uint64_t offset, std::uint64_t file = 1) {
    const auto found = cache_->find({file, offset});
    if (found) {
      EXPECT_EQ(label(*found), (Key{file, offset}));
    }
    return found != nullptr;
  }

  // The offsets of those that are in it, "3 7"; asking for them marks them all.
  std::string found(std::uint64_t first, std::uint64_t last) {
    std::string text;
    for (std::uint64_t offset = first; offset <= last; ++offset) {
      if (find(offset)) text += (text.empty() ? "" : " ") + std::to_string(offset);
    }
    return text;
  }

  std::shared_ptr<BlockCache> cache_ = make_block_cache(capacity);
};

TEST_F(SmallCache, FindsWhatWasPutIn) {
  EXPECT_FALSE(find(7));
  insert(7);
  EXPECT_TRUE(find(7));
  EXPECT_FALSE(find(8));
  EXPECT_FALSE(find(7, 2)) << "the same offset of another file is another block";
}

TEST_F(SmallCache, ABlockThatIsThereStays) {
  const auto first = block({1, 7}, 100);
  cache_->insert({1, 7}, first);
  cache_->insert({1, 7}, block({1, 7}, 300));
  EXPECT_EQ(cache_->find({1, 7}), first);
  EXPECT_EQ(cache_->statistics().bytes, 100U);
  EXPECT_EQ(cache_->statistics().blocks, 1U);
}

TEST_F(SmallCache, FillsItsWholeRoom) {
  insert_each(0, 9);
  EXPECT_EQ(cache_->statistics().bytes, capacity);
  EXPECT_EQ(found(0, 9), "0 1 2 3 4 5 6 7 8 9");
}

TEST_F(SmallCache, WhatEnteredFirstGoesFirst) {
  insert_each(0, 12);
  EXPECT_EQ(found(0, 12), "3 4 5 6 7 8 9 10 11 12");
}

TEST_F(SmallCache, ABlockThatWasAskedForOutlivesAScan) {
  insert_each(0, 9);
  EXPECT_TRUE(find(3));
  insert_each(100, 108);
  EXPECT_EQ(found(0, 9), "3");
}

TEST_F(SmallCache, ABlockThatIsAskedForAgainAndAgainOutlivesAnyScan) {
  insert(3);
  for (std::uint64_t i = 0; i < 100; ++i) {
    ASSERT_TRUE(find(3)) << "behind " << i * 9 << " others";
    insert_each(100 + i * 9, 108 + i * 9);
  }
}

TEST_F(SmallCache, ABlockThatIsAskedForNoMoreGoes) {
  insert_each(0, 9);
  EXPECT_TRUE(find(3));
  insert_each(100, 119);
  EXPECT_EQ(found(0, 9), "");
}

TEST_F(SmallCache, WhereAllWereAskedForOneGoes) {
  insert_each(0, 9);
  EXPECT_EQ(found(0, 9), "0 1 2 3 4 5 6 7 8 9");
  insert(100);
  EXPECT_EQ(found(0, 9), "1 2 3 4 5 6 7 8 9");
  EXPECT_TRUE(find(100));
}

TEST_F(SmallCache, ALargeBlockTakesThePlaceOfSeveral) {
  insert_each(0, 9);
  insert(100, 350);
  EXPECT_EQ(found(0, 9), "4 5 6 7 8 9");
  EXPECT_TRUE(find(100));
  insert(101, capacity);
  EXPECT_EQ(found(0, 100), "");
  EXPECT_TRUE(find(101));
}

TEST_F(SmallCache, ABlockThatIsTooLargeIsNotTaken) {
  insert_each(0, 9);
  insert(100, capacity + 1);
  EXPECT_FALSE(find(100));
  EXPECT_EQ(found(0, 9), "0 1 2 3 4 5 6 7 8 9");
}

TEST_F(SmallCache, AFileThatIsErasedLeavesTheOthers) {
  for (std::uint64_t offset = 0; offset < 5; ++offset) {
    insert(offset, 100, 1);
    insert(offset, 100, 2);
  }
  cache_->erase_file(1);
  EXPECT_EQ(cache_->statistics().blocks, 5U);
  EXPECT_EQ(cache_->statistics().bytes, 500U);
  for (std::uint64_t offset = 0; offset < 5; ++offset) {
    EXPECT_FALSE(find(offset, 1));
    EXPECT_TRUE(find(offset, 2));
  }
  insert_each(10, 14);  // into the room that this has made
  EXPECT_EQ(found(10, 14), "10 11 12 13 14");
  for (std::uint64_t offset = 0; offset < 5; ++offset) EXPECT_TRUE(find(offset, 2));
}

TEST_F(SmallCache, ABlockLivesAsLongAsSomebodyHasIt) {
  insert_each(0, 9);
  std::shared_ptr<const Block> held = cache_->find({1, 3});
  const std::weak_ptr<const Block> seen = held;
  ASSERT_TRUE(held);
  insert_each(100, 119);
  EXPECT_FALSE(find(3));
  EXPECT_EQ(label(*held), (Key{1, 3}));
  held.reset();
  EXPECT_TRUE(seen.expired()) << "the cache has thrown it out, and must not hold it";
}

TEST_F(SmallCache, CountsHitsAndMisses) {
  insert(1);
  find(1);
  find(1);
  find(2);
  EXPECT_EQ(cache_->statistics().hits, 2U);
  EXPECT_EQ(cache_->statistics().misses, 1U);
}

TEST(BlockCache, WithoutRoomKeepsNothing) {
  const auto cache = make_block_cache(0);
  cache->insert({1, 0}, block({1, 0}, 1));
  EXPECT_EQ(cache->find({1, 0}), nullptr);
  EXPECT_EQ(cache->statistics().blocks, 0U);
}

// Random steps, and after them a look at every block that may be in it.
class AnyCapacity : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Bytes, AnyCapacity, testing::Values(10'000, 1 << 20, 5'000'000),
                         testing::PrintToStringParamName());

TEST_P(AnyCapacity, IsKept) {
  const auto cache = make_block_cache(GetParam());
  Random random(test::seed());
  const std::size_t largest = GetParam() / 40;
  std::set<std::pair<std::uint64_t, std::uint64_t>> ever;
  for (int i = 0; i < 5000; ++i) {
    const Key key{random.below(3), random.below(1000) * 4096};
    if (random.below(500) == 0) cache->erase_file(key.file);
    if (const auto found = cache->find(key)) {
      ASSERT_EQ(label(*found), key);
    } else {
      cache->insert(key, block(key, 1 + random.below(largest)));
      ever.emplace(key.file, key.offset);
    }
    ASSERT_LE(cache->statistics().bytes, GetParam());
  }
  EXPECT_GT(cache->statistics().bytes, GetParam() / 2) << "room is left unused";
  std::size_t bytes = 0;
  std::size_t blocks = 0;
  for (const auto& [file, offset] : ever) {
    const auto found = cache->find({file, offset});
    if (!found) continue;
    bytes += found->bytes();
    ++blocks;
  }
  EXPECT_EQ(cache->statistics().bytes, bytes);
  EXPECT_EQ(cache->statistics().blocks, blocks);
}

TEST(BlockCache, NeighboursInAFileShareAllOfTheRoom) {
  // 256 blocks of 4096 bytes fit; were the shards filled unevenly, many of half as many would not.
  const auto cache = make_block_cache(1 << 20);
  for (const std::uint64_t step : {1U, 4096U, 1U << 20}) {
    const std::uint64_t file = cache->new_file();
    for (std::uint64_t i = 0; i < 128; ++i) {
      cache->insert({file, i * step}, block({file, i * step}, 4096));
    }
    EXPECT_GE(cache->statistics().blocks, 115U) << "a block every " << step << " bytes";
    cache->erase_file(file);
  }
}

// Runs the function in so many threads, all released at one moment.
void run_together(int threads, const std::function<void(int)>& function) {
  std::latch start(threads);
  std::vector<std::jthread> running;
  for (int i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      start.arrive_and_wait();
      function(i);
    });
  }
}

TEST(BlockCache, GivesEachFileANumberOfItsOwn) {
  const auto cache = make_block_cache(1000);
  std::vector<std::vector<std::uint64_t>> given(4);
  run_together(4, [&](int thread) {
    for (int i = 0; i < 500; ++i)
      given[static_cast<std::size_t>(thread)].push_back(cache->new_file());
  });
  std::set<std::uint64_t> all;
  for (const auto& numbers : given) all.insert(numbers.begin(), numbers.end());
  EXPECT_EQ(all.size(), 2000U);
}

TEST(BlockCache, ServesSeveralThreads) {
  constexpr int threads = 4;
  constexpr int steps = 5000;
  for (const std::size_t capacity : {std::size_t{20'000}, std::size_t{2} << 20}) {
    const auto cache = make_block_cache(capacity);
    run_together(threads, [&](int thread) {
      Random random(test::seed() + static_cast<std::uint64_t>(thread));
      for (int i = 0; i < steps; ++i) {
        const Key key{random.below(3), random.below(200)};
        if (random.below(100) == 0) cache->erase_file(key.file);
        if (const auto found = cache->find(key)) {
          EXPECT_EQ(label(*found), key);
        } else {
          cache->insert(key, block(key, capacity / 100));
        }
      }
    });
    const BlockCache::Statistics sums = cache->statistics();
    EXPECT_EQ(sums.hits + sums.misses, std::uint64_t{threads} * steps);
    EXPECT_LE(sums.bytes, capacity);
    EXPECT_EQ(sums.bytes, sums.blocks * (capacity / 100));
  }
}

}  // namespace
}  // namespace kv
