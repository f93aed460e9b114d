// The blocks of a table's file (storage/table_blocks.h): read once and then from the cache, and
// what is wrong with one is told with its place.

#include "storage/table_blocks.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "base/coding.h"
#include "base/simulated_file_system.h"
#include "storage/compression.h"
#include "storage/internal_key.h"
#include "tests/support/expect.h"

namespace kv {
namespace {

using test::fails_with;
using test::ok;

std::string internal_key(std::string_view user_key) {
  std::string key;
  append_internal_key(key, {user_key, 1, EntryKind::put});
  return key;
}

// A block of one entry.
std::string block_of(std::string_view user_key, std::string_view value) {
  const auto builder = make_block_builder(table_layout::restart_interval);
  builder->add(internal_key(user_key), value);
  return std::string(builder->finish());
}

// The block's first entry, "a=1".
std::string first_of(const Result<std::shared_ptr<const Block>>& block) {
  if (!block) return block.error().text();
  std::string key;
  const auto entry = (*block)->first_at_or_after(internal_key(""), key);
  if (!entry || !*entry) return "nothing";
  return std::string(user_key_of((*entry)->key)) + "=" + std::string((*entry)->value);
}

// A file that begins with 100 bytes of something else.
class Blocks : public testing::Test {
 protected:
  static constexpr std::string_view path = "db/000007.sst";

  // Appends the block's frame, compressed as asked where that pays.
  BlockHandle add(std::string_view block, Compression how = Compression::none) {
    std::string compressed;
    const Compression done = compress(block, how, compressed);
    return add_frame(done == Compression::none ? block : compressed, done);
  }

  BlockHandle add_frame(std::string_view bytes, Compression how) {
    const BlockHandle handle{content_.size(), bytes.size()};
    append_frame(content_, bytes, how, {7, content_.size()});
    return handle;
  }

  // Opens the file with what was added.
  TableBlocks& open() {
    EXPECT_TRUE(ok(files_.create_directory("db")));
    auto file = files_.create(path);
    EXPECT_TRUE(ok(file));
    EXPECT_TRUE(ok((*file)->append(content_)));
    auto opened = files_.open(path);
    EXPECT_TRUE(ok(opened));
    blocks_ = std::make_unique<TableBlocks>(
        TableParts{std::move(*opened), std::string(path), 7, cache_, statistics_});
    return *blocks_;
  }

  std::string traced(const BlockHandle& handle) {
    Trace trace;
    EXPECT_TRUE(ok(blocks_->data_block(handle, &trace)));
    return trace.empty() ? "" : trace.back();
  }

  // Whether the result is corruption that names file and offset.
  template <class T>
  static testing::AssertionResult is_damage_at(std::uint64_t offset, const Result<T>& result) {
    auto corrupt = fails_with(Code::corruption, result);
    if (!corrupt) return corrupt;
    const std::string& message = result.error().message();
    const std::string place = "\"db/000007.sst\", offset " + std::to_string(offset) + ": ";
    if (!message.starts_with(place) || message.find("kvcli inspect") == std::string::npos) {
      return testing::AssertionFailure() << message;
    }
    return corrupt;
  }

  SimulatedFileSystem files_;
  std::string content_ = std::string(100, 'x');
  const std::shared_ptr<BlockCache> cache_ = make_block_cache(1 << 20);
  const std::shared_ptr<TableStatistics> statistics_ = std::make_shared<TableStatistics>();
  std::unique_ptr<TableBlocks> blocks_;
};

TEST_F(Blocks, GiveTheBytesThatWereFramed) {
  const std::string large(5'000'000, 'v');
  const BlockHandle plain = add("plain");
  const BlockHandle empty = add("");
  const BlockHandle lz4 = add(large, Compression::lz4);
  const BlockHandle zstd = add(large, Compression::zstd);
  const BlockHandle whole = add(large);
  EXPECT_LT(lz4.bytes, large.size() / 100);
  EXPECT_LT(zstd.bytes, large.size() / 100);
  const TableBlocks& blocks = open();
  EXPECT_EQ(blocks.read(plain).value_or("?"), "plain");
  EXPECT_EQ(blocks.read(empty).value_or("?"), "");
  for (const BlockHandle& handle : {lz4, zstd, whole}) {
    EXPECT_TRUE(blocks.read(handle).value_or("?") == large);
  }
}

TEST_F(Blocks, ComeFromTheCacheTheSecondTime) {
  const BlockHandle a = add(block_of("a", "1"));
  const BlockHandle b = add(block_of("b", std::string(1000, '2')), Compression::lz4);
  open();
  EXPECT_EQ(traced(a), "block at 100: read from the file");
  EXPECT_EQ(traced(a), "block at 100: from the cache");
  EXPECT_EQ(traced(b), "block at " + std::to_string(b.offset) + ": read from the file");
  EXPECT_EQ(first_of(blocks_->data_block(a, nullptr)), "a=1");
  EXPECT_EQ(first_of(blocks_->data_block(b, nullptr)), "b=" + std::string(1000, '2'));
  EXPECT_EQ(statistics_->blocks_read.sum(), 2U);
  EXPECT_EQ(statistics_->bytes_read.sum(), a.bytes + b.bytes + 2 * table_layout::frame_end_bytes);
}

TEST_F(Blocks, PastTheCacheAreReadEachTimeAndNotKept) {
  const BlockHandle a = add(block_of("a", "1"));
  open();
  EXPECT_EQ(first_of(blocks_->data_block_past_cache(a)), "a=1");
  EXPECT_EQ(cache_->statistics().blocks, 0U);
  EXPECT_EQ(traced(a), "block at 100: read from the file");
  EXPECT_EQ(first_of(blocks_->data_block_past_cache(a)), "a=1");
  EXPECT_EQ(statistics_->blocks_read.sum(), 3U);
}

TEST_F(Blocks, LeaveTheCacheWithTheirTable) {
  const BlockHandle a = add(block_of("a", "1"));
  open();
  const auto held = blocks_->data_block(a, nullptr);
  EXPECT_EQ(cache_->statistics().blocks, 1U);
  blocks_.reset();
  EXPECT_EQ(cache_->statistics().blocks, 0U);
  EXPECT_EQ(first_of(held), "a=1");
}

TEST_F(Blocks, OfTwoTablesDoNotMeetInTheCache) {
  const BlockHandle a = add(block_of("a", "1"));
  open();
  EXPECT_EQ(first_of(blocks_->data_block(a, nullptr)), "a=1");
  const auto first = std::move(blocks_);
  ASSERT_TRUE(ok(files_.unlink(path)));
  content_.resize(100);
  ASSERT_EQ(add(block_of("b", "2")), a);
  open();
  EXPECT_EQ(first_of(blocks_->data_block(a, nullptr)), "b=2");
  EXPECT_EQ(first_of(first->data_block(a, nullptr)), "a=1");
}

TEST_F(Blocks, ThatTheDiskChangedAreCorruption) {
  const BlockHandle a = add(block_of("a", "1"));
  open();
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    files_.fail(Fault::read_flips_bit, 0, seed);
    ASSERT_TRUE(is_damage_at(100, blocks_->data_block(a, nullptr)));
  }
  EXPECT_EQ(cache_->statistics().blocks, 0U);
  EXPECT_EQ(first_of(blocks_->data_block(a, nullptr)), "a=1") << "the next read may succeed";
}

TEST_F(Blocks, ThatCannotBeReadSayWhatTheDiskSaid) {
  const BlockHandle a = add(block_of("a", "1"));
  open();
  files_.fail(Fault::read_fails);
  EXPECT_TRUE(fails_with(Code::io_error, blocks_->data_block(a, nullptr)));
  EXPECT_EQ(first_of(blocks_->data_block(a, nullptr)), "a=1");
}

TEST_F(Blocks, ThatAreNoneThoughTheirChecksumIsRightAreCorruption) {
  const BlockHandle nonsense = add("no restart points");
  std::string bomb;
  append_varint(bomb, table_layout::max_block_bytes + 1);
  const BlockHandle lz4 = add_frame(bomb + "bomb", Compression::lz4);
  const BlockHandle zstd = add_frame("\x05hello", Compression::zstd);
  open();
  EXPECT_TRUE(is_damage_at(nonsense.offset, blocks_->data_block(nonsense, nullptr)));
  EXPECT_TRUE(is_damage_at(nonsense.offset, blocks_->data_block_past_cache(nonsense)));
  EXPECT_TRUE(is_damage_at(lz4.offset, blocks_->data_block(lz4, nullptr)));
  EXPECT_TRUE(is_damage_at(zstd.offset, blocks_->read(zstd)));
}

TEST_F(Blocks, BehindTheFilesEndAreCorruption) {
  const BlockHandle a = add(block_of("a", "1"));
  open();
  constexpr std::uint64_t huge = std::uint64_t{1} << 63;
  for (const BlockHandle& handle :
       {BlockHandle{a.offset, a.bytes + 1}, BlockHandle{content_.size(), 10},
        BlockHandle{content_.size() - 4, 0}, BlockHandle{huge, 10}, BlockHandle{~0ULL, 10},
        BlockHandle{a.offset, std::uint64_t{1} << 29}, BlockHandle{a.offset, huge},
        BlockHandle{a.offset, ~0ULL}, BlockHandle{~0ULL, std::uint64_t{1} << 29}}) {
    EXPECT_TRUE(is_damage_at(handle.offset, blocks_->read(handle))) << handle.bytes << " bytes";
  }
}

}  // namespace
}  // namespace kv
