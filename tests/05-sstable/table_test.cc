// Task 5.5: what is found in a table, and what that costs.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/random.h"
#include "tests/05-sstable/told_table.h"

namespace kv::test {
namespace {

// A filter that says "perhaps" of every key, and one that says no.
const std::string yes_to_all = std::string(8, '\xff') + '\1';
const std::string no_to_all = std::string(8, '\0') + '\1';

class TableReading : public testing::Test {
 protected:
  static TableBytes three_blocks_and_filter(const std::string& filter) {
    TableBytes table = three_blocks();
    table.filter = filter;
    return table;
  }
};

TEST_F(TableReading, AFooterIsReadAsItIsDrawn) {
  const TableFooter any{.filter = {1, 0x20}, .index = {42, 5}, .properties = {60, 7}, .number = 8};
  const std::string call = announce("a footer");
  const auto decoded = decode_footer(footer_bytes(any, 300), 300, "000007.sst");
  observe(call, decoded && *decoded == any ? "as drawn" : "something else");
  EXPECT_TRUE(decoded && *decoded == any);
}

TEST_F(TableReading, AFrameIsOpened) {
  for (const Compression how : {Compression::none, Compression::lz4, Compression::zstd}) {
    for (const std::string block : {"", "b", "a whole block"}) {
      const std::string call = announce("open the frame of " + test::quoted(block));
      const std::string frame = framed_block(block, how, 77);
      const auto opened = open_frame(frame, {7, 77}, "000007.sst");
      const bool right = opened && opened->bytes == block && opened->how == how &&
                         opened->bytes.data() == frame.data();
      observe(call, right ? "the block, in its place" : "something else");
      EXPECT_TRUE(right);
    }
  }
}

TEST_F(TableReading, OneEntryIsFound) {
  TableBytes bytes;
  bytes.add_block({{ikey("b", 5), "1"}});
  ToldTable table(bytes);
  EXPECT_EQ(table.opened(), "ok");
  EXPECT_EQ(table.find("b"), "\"b\"@5=\"1\"");
  EXPECT_EQ(table.find("b", 5), "\"b\"@5=\"1\"");
  EXPECT_EQ(table.find("b", 4), "none");
  for (const char* key : {"", "a", "az", "ba", "c"}) EXPECT_EQ(table.find(key), "none");
}

TEST_F(TableReading, AReaderSeesTheNewestUpToItsSequence) {
  ToldTable table(three_blocks());
  const std::string c8 = "\"c\"@8 erased";
  EXPECT_EQ(table.find("b", 9), "\"b\"@9=\"9\"");
  EXPECT_EQ(table.find("b", 8), "\"b\"@5=\"5\"");
  EXPECT_EQ(table.find("b", 4), "none");
  EXPECT_EQ(table.find("c", 100), c8);
  EXPECT_EQ(table.find("c", 8), c8);
  EXPECT_EQ(table.find("c", 7), "\"c\"@3=\"3\"");
  EXPECT_EQ(table.find("c", 2), "\"c\"@2=\"2\"");
  EXPECT_EQ(table.find("c", 1), "none");
  EXPECT_EQ(table.find("e", 4), "\"e\"@4=\"4\"");
  EXPECT_EQ(table.find("e", 3), "none");
}

TEST_F(TableReading, TheVersionsOfAKeyMayFillManyBlocks) {
  BlockEntries entries = {{ikey("a", 50), "a"}};
  for (SequenceNumber sequence = 40; sequence > 0; sequence -= 2) {
    entries.push_back({ikey("key", sequence), std::to_string(sequence)});
  }
  entries.push_back({ikey("z", 1), "z"});
  ToldTable table(table_in_blocks(entries, 3));
  for (SequenceNumber sequence = 0; sequence <= 42; ++sequence) {
    const std::string newest = std::to_string(std::min<SequenceNumber>(40, sequence / 2 * 2));
    const std::string version = "\"key\"@" + newest + "=\"" + newest + "\"";
    EXPECT_EQ(table.find("key", sequence), sequence < 2 ? "none" : version);
  }
}

TEST_F(TableReading, OutOfItsRangeNothingIsAsked) {
  ToldTable table(three_blocks());
  for (const char* key : {"", "a", "azzz", "e0", "f"}) EXPECT_EQ(table.find(key), "none");
  EXPECT_EQ(table.trace("a"), "table 7: out of its range");
  EXPECT_EQ(table.counts(), "filter asked 0, said no 0, was wrong 0; blocks read 0");
}

TEST_F(TableReading, WhatIsTooNewBehindAllBlocksIsNotThere) {
  ToldTable table(three_blocks());
  EXPECT_EQ(table.find("e", 3), "none");
  EXPECT_EQ(table.counts(), "filter asked 1, said no 0, was wrong 0; blocks read 0");
}

TEST_F(TableReading, TheFirstAndTheLastKeyAreInItsRange) {
  ToldTable table(three_blocks());
  EXPECT_EQ(table.find("b", 9), "\"b\"@9=\"9\"");
  EXPECT_EQ(table.find("e", 4), "\"e\"@4=\"4\"");
  EXPECT_EQ(table.find("e", 5), "\"e\"@4=\"4\"");
  EXPECT_EQ(table.counts(), "filter asked 3, said no 0, was wrong 0; blocks read 2");
}

TEST_F(TableReading, WhatTheFilterDeniesIsNotLookedFor) {
  ToldTable table(three_blocks_and_filter(no_to_all));
  EXPECT_EQ(table.find("d"), "none");
  EXPECT_EQ(table.trace("d"), "table 7: the filter says no");
  EXPECT_EQ(table.counts(), "filter asked 2, said no 2, was wrong 0; blocks read 0");
}

TEST_F(TableReading, TheFilterIsAskedForTheUserKey) {
  BlockEntries entries;
  for (const BlockEntry& entry : numbered(100)) {
    entries.push_back({ikey(view_of_user_key(entry.key), 7), entry.value});
  }
  ToldTable table(table_in_blocks(entries, 10));
  std::size_t found = 0;
  announce("how many of 100 keys are found");
  for (const BlockEntry& entry : entries) {
    if (found_in(table.table(), view_of_user_key(entry.key), 9) == told_entry(entry)) ++found;
  }
  observe("how many of 100 keys are found", std::to_string(found));
  EXPECT_EQ(found, 100u);
  EXPECT_EQ(table.counts(), "filter asked 100, said no 0, was wrong 0; blocks read 10");
}

TEST_F(TableReading, AWrongFilterIsCounted) {
  ToldTable table(three_blocks_and_filter(yes_to_all));
  EXPECT_EQ(table.find("bb"), "none");
  EXPECT_EQ(table.find("d"), "none");
  EXPECT_EQ(table.counts(), "filter asked 2, said no 0, was wrong 2; blocks read 2");
  EXPECT_EQ(table.find("b", 4), "none");  // the table has it, though no version that is seen
  EXPECT_EQ(table.find("c", 1), "none");
  EXPECT_EQ(table.find("c", 2), "\"c\"@2=\"2\"");
  EXPECT_EQ(table.counts(), "filter asked 5, said no 0, was wrong 2; blocks read 2");
}

TEST_F(TableReading, WithoutAFilterNoneIsAsked) {
  ToldTable table(three_blocks_and_filter(""));
  EXPECT_EQ(table.find("c", 3), "\"c\"@3=\"3\"");
  EXPECT_EQ(table.find("d"), "none");
  EXPECT_EQ(table.counts(), "filter asked 0, said no 0, was wrong 0; blocks read 2");
}

TEST_F(TableReading, KeysThatAreNotThereAreNotFound) {
  // Among them those between two blocks, where the next block's first entry is another key's.
  TableBytes bytes = table_in_blocks(numbered(40), 4);
  bytes.filter = yes_to_all;
  ToldTable table(bytes);
  std::size_t found = 0;
  announce("how many keys that are not there are found");
  for (std::size_t i = 1; i < 79; i += 2) {
    const std::string key = "k" + std::to_string(1000 + i).substr(1);
    if (found_in(table.table(), key, 9) != "none") ++found;
  }
  observe("how many keys that are not there are found", std::to_string(found));
  EXPECT_EQ(found, 0u);
  EXPECT_EQ(table.find("k007"), "none");
  EXPECT_EQ(table.find("k00"), "none");
}

TEST_F(TableReading, AFoundBlockComesFromTheCacheAgain) {
  ToldTable table(three_blocks());
  EXPECT_EQ(table.trace("c", 3),
            "block at 41: read from the file | table 7: block at 41 has it: put by write 3");
  EXPECT_EQ(table.trace("c", 9),
            "block at 41: from the cache | table 7: block at 41 has it: erased by write 8");
  EXPECT_EQ(table.trace("b", 4),
            "block at 41: from the cache | table 7: block at 41 does not "
            "have it");
  EXPECT_EQ(table.counts(), "filter asked 3, said no 0, was wrong 0; blocks read 1");
}

TEST_F(TableReading, ValuesOfAnySize) {
  TableBytes bytes;
  bytes.add_block({{ikey("a", 5), ""}});
  bytes.add_block({{ikey("b", 5), std::string(300'000, 'v')}, {ikey("c", 5), "3"}});
  bytes.add_block({{ikey(std::string(5'000, 'k'), 5), "4"}});
  ToldTable table(bytes);
  EXPECT_EQ(table.find("a"), "\"a\"@5=\"\"");
  EXPECT_EQ(table.find("b"), "\"b\"@5=" + test::quoted(std::string(300'000, 'v')));
  EXPECT_EQ(table.find("c"), "\"c\"@5=\"3\"");
  EXPECT_EQ(table.find(std::string(5'000, 'k')),
            test::quoted(std::string(5'000, 'k')) + "@5=\"4\"");
  EXPECT_EQ(table.find(std::string(4'999, 'k')), "none");
}

TEST_F(TableReading, KeysOfAnyBytes) {
  BlockEntries entries = {{ikey("", 3), "empty"},
                          {ikey(std::string_view("\0", 1), 3), "zero"},
                          {ikey("a", 9), "a"},
                          {ikey(std::string_view("a\0", 2), 3), "a0"},
                          {ikey("\xff\xff", 3), "last"}};
  ToldTable table(table_in_blocks(entries, 1));
  EXPECT_EQ(table.find(""), "\"\"@3=\"empty\"");
  EXPECT_EQ(table.find(std::string_view("\0", 1)), "\"\\x00\"@3=\"zero\"");
  EXPECT_EQ(table.find("a", 4), "none");
  EXPECT_EQ(table.find(std::string_view("a\0", 2)), "\"a\\x00\"@3=\"a0\"");
  EXPECT_EQ(table.find("\xff\xff"), "\"\\xff\\xff\"@3=\"last\"");
  EXPECT_EQ(table.find("\xff\xff\xff"), "none");
}

TEST_F(TableReading, BlocksMayBeCompressed) {
  for (const Compression how : {Compression::lz4, Compression::zstd}) {
    BlockEntries entries;
    for (const BlockEntry& entry : numbered(30)) {
      entries.push_back({entry.key, std::string(200, entry.value.back())});
    }
    ToldTable table(table_in_blocks(entries, 10, how));
    EXPECT_EQ(table.find("k024"),
              told_entry(entries[12]).substr(0, 9) + test::quoted(entries[12].value));
    EXPECT_EQ(table.find("k025"), "none");
    EXPECT_EQ(table.forward().rest(), told_all(entries));
    EXPECT_EQ(table.verify(), "ok");
  }
}

TEST_F(TableReading, ATableWithoutEntriesHasNothing) {
  ToldTable table{TableBytes()};
  EXPECT_EQ(table.opened(), "ok");
  EXPECT_EQ(table.find(""), "none");
  EXPECT_EQ(table.find("a"), "none");
  EXPECT_EQ(table.verify(), "ok");
  EXPECT_EQ(table.counts(), "filter asked 0, said no 0, was wrong 0; blocks read 0");
}

TEST_F(TableReading, ItTellsWhatItIs) {
  TableBytes bytes = three_blocks();
  const std::string file = bytes.finish();
  ToldTable table(file);
  announce("properties, number and size");
  const bool right = table.table().properties() == bytes.properties &&
                     table.table().number() == 7 && table.table().file_bytes() == file.size();
  observe("properties, number and size", right ? "as written" : "something else");
  EXPECT_TRUE(right);
}

TEST_F(TableReading, VerifyReadsEveryBlockPastTheCache) {
  ToldTable table(three_blocks());
  table.find("b");
  EXPECT_EQ(table.verify(), "ok");
  EXPECT_EQ(table.verify(), "ok");
  table.find("c", 1);
  EXPECT_EQ(table.counts(), "filter asked 2, said no 0, was wrong 0; blocks read 8");
}

TEST_F(TableReading, WhateverIsInItIsFound) {
  Random random(test::seed());
  std::size_t wrong = 0;
  announce("finds in tables of random entries");
  for (int i = 0; i < 20; ++i) {
    BlockEntries entries = mixed_entries(random, 40);
    if (entries.empty()) continue;
    TableBytes bytes = table_in_blocks(entries, 1 + random.below(6));
    const std::vector<std::string> keys = bytes.user_keys;
    ToldTable table(bytes.finish());
    for (int k = 0; k < 200; ++k) {
      const std::string& key = keys[random.below(keys.size())];
      const SequenceNumber sequence = random.below(20'000);
      const auto newest = std::ranges::find_if(entries, [&](const BlockEntry& entry) {
        return view_of_user_key(entry.key) == key && tag_of(entry.key) >> 8 <= sequence;
      });
      const std::string expected = newest == entries.end() ? "none" : told_entry(*newest);
      if (found_in(table.table(), key, sequence) != expected) ++wrong;
    }
  }
  observe("finds in tables of random entries", std::to_string(wrong) + " wrong");
  EXPECT_EQ(wrong, 0u);
}

}  // namespace
}  // namespace kv::test
