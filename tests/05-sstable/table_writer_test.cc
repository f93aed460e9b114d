// Task 5.4: the bytes of a table, and what stands in the file when.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "tests/05-sstable/told_table_writer.h"

namespace kv::test {
namespace {

class TableWriting : public testing::Test {
 protected:
  // The frame that append_frame gives behind what is there already.
  static std::string frame(std::string_view block, Compression how, std::uint64_t offset,
                           const std::string& before = {}, TableNumber number = 7) {
    const std::string call =
        announce("the frame of " + test::quoted(block) + ", compressed by way " +
                 std::to_string(static_cast<int>(how)) + ", in table " + std::to_string(number) +
                 " at " + std::to_string(offset));
    std::string out = before;
    append_frame(out, block, how, {number, offset});
    observe(call, test::quoted(out));
    return out;
  }

  static std::string footer(const TableFooter& what, std::uint64_t file_bytes) {
    const std::string call = announce("the footer of table " + std::to_string(what.number) +
                                      ", in a file of " + std::to_string(file_bytes) + " bytes");
    std::string bytes = encode_footer(what, file_bytes);
    observe(call, test::quoted(bytes.substr(0, 64)) + " " +
                      test::quoted(bytes.substr(std::min<std::size_t>(64, bytes.size()))));
    return bytes;
  }

  // The file of a table as it is drawn, without a filter.
  static std::string drawn(TableBytes table) {
    table.filter = "";
    return table.finish();
  }

  // How many entries each data block of the finished file has.
  static std::string entries_in_blocks(const ToldTableWriter& writer) {
    const std::string call = announce("how many entries each block has");
    std::string seen;
    for (const DrawnBlock& block : DrawnTable(writer.bytes()).data) {
      seen += std::to_string(entries_in(block.bytes).size()) + " ";
    }
    observe(call, seen);
    return seen;
  }
};

TEST_F(TableWriting, AFooterStandsAsDrawn) {
  const TableFooter any{.filter = {1, 0x0203}, .index = {4, 5}, .properties = {6, 7}, .number = 8};
  EXPECT_EQ(footer(any, 300), footer_bytes(any, 300));
  const TableFooter large{.filter = {std::uint64_t{1} << 40, std::uint64_t{1} << 33},
                          .index = {std::uint64_t{3} << 40, 1},
                          .properties = {std::uint64_t{7} << 40, 2},
                          .number = ~std::uint64_t{0}};
  EXPECT_EQ(footer(large, std::uint64_t{8} << 40), footer_bytes(large, std::uint64_t{8} << 40));
}

TEST_F(TableWriting, TheFilesSizeIsPartOfTheFootersChecksum) {
  const TableFooter any{.filter = {1, 2}, .index = {3, 4}, .properties = {5, 6}, .number = 7};
  const std::string one = footer(any, 300);
  const std::string other = footer(any, 301);
  EXPECT_EQ(one.substr(0, 64), other.substr(0, 64));
  EXPECT_NE(one.substr(64, 8), other.substr(64, 8));
}

TEST_F(TableWriting, AFrameStandsAsDrawn) {
  EXPECT_EQ(frame("block", Compression::none, 0), framed_block("block", Compression::none, 0));
  EXPECT_EQ(frame("block", Compression::zstd, 9), framed_block("block", Compression::zstd, 9));
  EXPECT_EQ(frame("", Compression::lz4, 1 << 20), framed_block("", Compression::lz4, 1 << 20));
}

TEST_F(TableWriting, TheCompressionIsPartOfAFramesChecksum) {
  const std::string none = frame("block", Compression::none, 5);
  const std::string lz4 = frame("block", Compression::lz4, 5);
  EXPECT_NE(none.substr(none.size() - 8), lz4.substr(lz4.size() - 8));
}

TEST_F(TableWriting, TheOffsetIsPartOfAFramesChecksum) {
  const std::string here = frame("block", Compression::none, 5);
  const std::string there = frame("block", Compression::none, 4096);
  EXPECT_EQ(here.substr(0, 6), there.substr(0, 6));
  EXPECT_NE(here.substr(6), there.substr(6));
}

TEST_F(TableWriting, TheTablesNumberIsPartOfAFramesChecksum) {
  const std::string of_7 = frame("block", Compression::none, 5);
  const TableNumber large = std::uint64_t{1} << 40 | 8;
  for (const TableNumber other : {TableNumber{8}, large}) {
    const std::string of_other = frame("block", Compression::none, 5, {}, other);
    EXPECT_EQ(of_7.substr(0, 6), of_other.substr(0, 6));
    EXPECT_EQ(of_other, framed_block("block", Compression::none, 5, other));
  }
}

TEST_F(TableWriting, AFrameGoesBehindWhatIsThere) {
  EXPECT_EQ(frame("block", Compression::none, 3, "abc"),
            "abc" + framed_block("block", Compression::none, 3));
}

TEST_F(TableWriting, OneEntryStandsAsDrawn) {
  ToldTableWriter writer;
  writer.add(ikey("a", 7), "1");
  EXPECT_EQ(writer.finish(7, 7),
            "1 blocks, 1 entries, 0 tombstones, 10 bytes, \"a\"@7 to \"a\"@7, writes 7 to 7");
  TableBytes table;
  table.add_block({{ikey("a", 7), "1"}});
  table.properties.first_sequence = table.properties.last_sequence = 7;
  EXPECT_EQ(writer.file(), drawn(table));
}

TEST_F(TableWriting, ATableWithoutEntriesIsOne) {
  ToldTableWriter writer;
  EXPECT_EQ(writer.finish(3, 5),
            "0 blocks, 0 entries, 0 tombstones, 0 bytes, none to none, writes 3 to 5");
  TableBytes table;
  table.properties.first_sequence = 3;
  table.properties.last_sequence = 5;
  EXPECT_EQ(writer.file(), drawn(table));
}

TEST_F(TableWriting, BlocksStandBehindEachOther) {
  // Three entries of 34 bytes, together with 8 for one restart point, reach 100.
  ToldTableWriter writer(plain(100));
  BlockEntries entries;
  for (char letter = 'a'; letter <= 'g'; ++letter) {
    entries.push_back({ikey(std::string(1, letter), 7), std::string(22, letter)});
  }
  writer.add(entries);
  writer.finish();
  EXPECT_EQ(writer.file(), drawn(table_in_blocks(entries, 3)));
}

TEST_F(TableWriting, ABlockEndsWithTheEntryByWhichItIsFull) {
  // With the first entry of its value's size: 3 + 9 + size, and 8 for the restart point.
  for (const std::size_t size : {79u, 80u, 81u}) {
    ToldTableWriter writer(plain(100));
    for (const char* key : {"a", "b", "c"}) writer.add(ikey(key), std::string(size, 'v'));
    writer.finish();
    EXPECT_EQ(entries_in_blocks(writer), size < 80 ? "2 1 " : "1 1 1 ");
  }
}

TEST_F(TableWriting, ALargeValueHasABlockThatIsLargeEnough) {
  ToldTableWriter writer(plain(100));
  writer.add(ikey("a"), "1");
  writer.add(ikey("b"), std::string(100'000, 'v'));
  writer.add(ikey("c"), "3");
  writer.finish();
  EXPECT_EQ(entries_in_blocks(writer), "2 1 ");
  writer.file();
}

TEST_F(TableWriting, RestartPointsStandEvery16) {
  ToldTableWriter writer;
  const BlockEntries entries = numbered(40);
  writer.add_quietly(entries);
  writer.finish();
  EXPECT_EQ(writer.file(), drawn(table_in_blocks(entries, 40)));
}

TEST_F(TableWriting, TheIndexHasTheLastKeyOfEachBlock) {
  ToldTableWriter writer(plain(64));
  writer.add_quietly(numbered(20));
  writer.finish();
  announce("the index and the blocks' last keys");
  const DrawnTable table(writer.bytes());
  std::string seen;
  for (std::size_t i = 0; i < table.data.size(); ++i) {
    const BlockEntries entries = entries_in(table.data[i].bytes);
    seen += told_key(table.index[i].key) + " ";
    if (entries.empty()) continue;
    EXPECT_EQ(told_key(table.index[i].key), told_key(entries.back().key));
  }
  observe("the index and the blocks' last keys", seen);
  EXPECT_GT(table.data.size(), 3u);
}

TEST_F(TableWriting, TheVersionsOfAKeyMayStandInTwoBlocks) {
  ToldTableWriter writer(plain(60));
  BlockEntries entries;
  for (SequenceNumber sequence = 9; sequence > 0; --sequence) {
    entries.push_back({ikey("key", sequence), "v" + std::to_string(sequence)});
  }
  writer.add(entries);
  writer.finish();
  const DrawnTable table(writer.bytes());
  EXPECT_GT(table.data.size(), 1u);
  writer.told_file();
}

TEST_F(TableWriting, TombstonesAreEntriesThatAreCounted) {
  ToldTableWriter writer;
  writer.add({{ikey("a", 9, EntryKind::tombstone), ""},
              {ikey("a", 4), "1"},
              {ikey("b", 5), ""},
              {ikey("c", 3, EntryKind::tombstone), ""}});
  EXPECT_EQ(writer.finish(3, 9),
            "1 blocks, 4 entries, 2 tombstones, 37 bytes, \"a\"@9 erased to \"c\"@3 erased, "
            "writes 3 to 9");
  writer.told_file();
}

TEST_F(TableWriting, ThePropertiesInTheFileAreThoseReturned) {
  ToldTableWriter writer(plain(64));
  writer.add_quietly(numbered(30));
  const std::string returned = writer.finish(1, 17);
  const DrawnTable table(writer.bytes());
  EXPECT_EQ(table.properties ? told(*table.properties) : "none", returned);
}

TEST_F(TableWriting, TheFilterIsOfUserKeys) {
  TableOptions options = plain(200);
  options.filter_bits_per_key = 10;
  ToldTableWriter writer(options);
  BlockEntries entries;
  for (const BlockEntry& entry : numbered(50)) {
    for (SequenceNumber sequence = 3; sequence > 0; --sequence) {
      entries.push_back({ikey(view_of_user_key(entry.key), sequence), "v"});
    }
  }
  writer.add_quietly(entries);
  writer.finish();
  announce("the filter");
  const DrawnTable table(writer.bytes());
  std::vector<std::string> keys;
  std::size_t denied = 0;
  for (const BlockEntry& entry : numbered(50)) {
    keys.emplace_back(view_of_user_key(entry.key));
    if (table.filter.bytes.size() < 9 || !drawn_may_contain(table.filter.bytes, keys.back())) {
      ++denied;
    }
  }
  observe("the filter", test::quoted(table.filter.bytes));
  EXPECT_EQ(denied, 0u);
  EXPECT_EQ(table.filter.bytes, filter_of(keys)) << "50 keys, whatever their versions";
}

TEST_F(TableWriting, WithoutFilterBitsTheFilterIsEmpty) {
  ToldTableWriter writer;
  writer.add_quietly(numbered(50));
  writer.finish();
  announce("the filter");
  const DrawnTable table(writer.bytes());
  observe("the filter", table.broken + test::quoted(table.filter.bytes));
  EXPECT_EQ(table.broken, "");
  EXPECT_EQ(table.filter.bytes, "");
}

TEST_F(TableWriting, DataAndIndexAreCompressedAsAsked) {
  for (const Compression how : {Compression::lz4, Compression::zstd}) {
    TableOptions options = plain(400);
    options.compression = how;
    ToldTableWriter writer(options);
    BlockEntries entries;
    for (const BlockEntry& entry : numbered(100)) {
      entries.push_back({entry.key, std::string(60, entry.value.back())});
    }
    writer.add_quietly(entries);
    writer.finish();
    writer.told_file();
    const DrawnTable table(writer.bytes());
    ASSERT_EQ(table.broken, "");
    for (const DrawnBlock& block : table.data) EXPECT_EQ(block.how, how);
    EXPECT_EQ(table.index_block.how, how);
    EXPECT_EQ(table.filter.how, Compression::none);
    EXPECT_EQ(block_of(table.entries(), 16), block_of(entries, 16));
  }
}

TEST_F(TableWriting, WhatDoesNotGetSmallerIsLeftAsItIs) {
  Random random(test::seed());
  TableOptions options = plain(1000);
  options.compression = Compression::lz4;
  ToldTableWriter writer(options);
  writer.add_quietly({{ikey("a"), random.bytes(1000)},
                      {ikey("b"), std::string(1000, 'v')},
                      {ikey("c"), random.bytes(1000)}});
  writer.finish();
  const std::string call = announce("how each block is compressed");
  std::string seen;
  const DrawnTable table(writer.bytes());
  for (const DrawnBlock& block : table.data) seen += std::to_string(static_cast<int>(block.how));
  observe(call, table.broken + seen);
  EXPECT_EQ(table.broken + seen, "010");
}

TEST_F(TableWriting, AFullBlockIsWrittenAtOnce) {
  ToldTableWriter writer(plain(100));
  for (int i = 0; i < 9; ++i) {
    writer.add(ikey("k" + std::to_string(i)), std::string(30, 'v'));
    EXPECT_EQ(writer.size() > 0, i >= 2);
  }
}

TEST_F(TableWriting, ItTellsHowLargeTheFileIs) {
  ToldTableWriter writer(plain(1000));
  announce("bytes beside those that were added");
  std::uint64_t added = 0;
  bool near = true;
  for (const BlockEntry& entry : numbered(300)) {
    EXPECT_TRUE(ok(writer.writer().add(entry.key, std::string(50, 'v'))));
    added += 50;
    const std::uint64_t bytes = writer.writer().bytes();
    near = near && bytes > added && bytes < added + added / 2 + 100;
  }
  observe("bytes beside those that were added", near ? "few" : "too few or too many");
  EXPECT_TRUE(near);
}

TEST_F(TableWriting, AfterAFailureNothingMoreIsWritten) {
  for (const std::uint64_t passing : {0u, 2u}) {
    ToldTableWriter writer(plain(64));
    writer.files().fail(Fault::disk_full, passing);
    step("the disk is full after " + std::to_string(passing) + " appends");
    std::string answers;
    announce("add entries until one fails");
    std::size_t i = 0;
    const BlockEntries entries = numbered(100);
    while (i < entries.size() && writer.writer().add(entries[i].key, "value")) ++i;
    observe("add entries until one fails", std::to_string(i) + " were added");
    writer.files().clear_faults();
    const std::uint64_t size = writer.size();
    EXPECT_EQ(writer.add(entries[i + 1].key, "value"), "no_space");
    for (std::size_t more = i + 2; more < i + 20; ++more) {
      EXPECT_TRUE(fails_with(Code::no_space, writer.writer().add(entries[more].key, "value")));
    }
    EXPECT_EQ(writer.finish(), "no_space");
    EXPECT_EQ(writer.finish(), "no_space");
    EXPECT_EQ(writer.size(), size);
  }
}

TEST_F(TableWriting, FinishFailsAtAnyOfItsAppends) {
  std::string seen;
  announce("finish, with a disk that is full after so many appends");
  for (std::uint64_t passing = 0; passing < 8; ++passing) {
    ToldTableWriter writer;
    EXPECT_TRUE(ok(writer.writer().add(ikey("a"), "1")));
    writer.files().fail(Fault::disk_full, passing);
    const auto finished = writer.writer().finish(1, 1);
    writer.files().clear_faults();
    if (finished) {
      seen += DrawnTable(writer.bytes()).broken.empty() ? "whole " : "broken ";
      continue;
    }
    const std::size_t size = writer.bytes().size();
    const auto again = writer.writer().finish(1, 1);
    const bool same = failed_with(Code::no_space, finished) && failed_with(Code::no_space, again) &&
                      writer.bytes().size() == size;
    seen += same ? "no_space " : "something else ";
  }
  // How many appends it takes is up to the writer.
  const bool right = seen.starts_with("no_space ") && seen.ends_with("whole ") &&
                     seen.find("broken") == seen.npos && seen.find("else") == seen.npos;
  observe("finish, with a disk that is full after so many appends", right ? "fails" : seen);
  EXPECT_TRUE(right) << seen;
}

TEST_F(TableWriting, WhateverIsAddedStandsInTheTable) {
  Random random(test::seed());
  std::string wrong;
  announce("tables of random entries, taken apart");
  for (int i = 0; i < 60 && wrong.empty(); ++i) {
    const BlockEntries entries = mixed_entries(random, 60);
    TableOptions options = plain(1 + random.below(300));
    options.compression = static_cast<Compression>(random.below(3));
    options.filter_bits_per_key = random.below(2) * 10;
    ToldTableWriter writer(options, 1 + random.below(1'000'000));
    for (const auto& [key, value] : entries) EXPECT_TRUE(ok(writer.writer().add(key, value)));
    EXPECT_TRUE(ok(writer.writer().finish(1, 1 << 20)));
    const DrawnTable table(writer.bytes());
    if (!table.broken.empty()) wrong = table.broken;
    if (block_of(table.entries(), 16) != block_of(entries, 16)) wrong = "other entries";
    if (!table.properties || table.properties->entries != entries.size()) wrong = "properties";
  }
  observe("tables of random entries, taken apart", wrong.empty() ? "all right" : wrong);
  EXPECT_EQ(wrong, "");
}

}  // namespace
}  // namespace kv::test
