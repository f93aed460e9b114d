// Task 5.1: the bytes of a block.

#include <gtest/gtest.h>

#include <string>

#include "tests/05-sstable/told_block.h"

namespace kv::test {
namespace {

using namespace std::string_literals;

class BlockBuilding : public testing::Test {
 protected:
  // Builds the block and says whether it is the one of the drawing.
  static void expect_drawn(ToldBlockBuilder& builder, const BlockEntries& entries,
                           std::size_t restart_interval) {
    builder.add(entries);
    const std::string built = builder.finish();
    const std::string drawn = block_of(entries, restart_interval);
    EXPECT_EQ(drawn_block(built), drawn_block(drawn));
    EXPECT_TRUE(built == drawn) << "it reads the same, but not every byte is";
  }
  static void expect_drawn(const BlockEntries& entries, std::size_t restart_interval = 16) {
    ToldBlockBuilder builder(restart_interval);
    expect_drawn(builder, entries, restart_interval);
  }
};

TEST_F(BlockBuilding, AnEntryStandsAsDrawn) {
  ToldBlockBuilder builder;
  builder.add(ikey("ab", 3), "12");
  EXPECT_EQ(builder.finish(),
            "\x00\x0a\x02"
            "ab\x01\x03\x00\x00\x00\x00\x00\x00"
            "12"
            "\x00\x00\x00\x00"
            "\x01\x00\x00\x00"s);
}

TEST_F(BlockBuilding, ABlockWithoutEntriesIsANumber) {
  ToldBlockBuilder builder;
  EXPECT_EQ(builder.size(), "0 entries, 4 bytes");
  EXPECT_EQ(builder.finish(), "\0\0\0\0"s);
}

TEST_F(BlockBuilding, AKeySaysOnlyInWhatItDiffers) {
  // The first byte of the tags is the kind, so "card" shares no more than "car" with "car".
  expect_drawn({{ikey("car", 5), "1"},
                {ikey("card", 6), "2"},
                {ikey("care", 7), "3"},
                {ikey("cat", 8), "4"}});
}

TEST_F(BlockBuilding, ItIsTheKeyBeforeThatIsShared) {
  // Each with a little more in common with its neighbour than with the restart point.
  expect_drawn({{ikey("a"), ""},
                {ikey("abc"), ""},
                {ikey("abcde"), ""},
                {ikey("abd"), ""},
                {ikey("abdzz"), ""},
                {ikey("ac"), ""}});
}

TEST_F(BlockBuilding, EveryThirdStandsInFull) {
  expect_drawn({{ikey("car"), "1"},
                {ikey("card"), "2"},
                {ikey("care"), "3"},
                {ikey("cat"), "4"},
                {ikey("cats"), "5"},
                {ikey("dog"), "6"},
                {ikey("dogs"), "7"}},
               3);
}

TEST_F(BlockBuilding, EverySixteenthStandsInFull) {
  for (const std::size_t count : {1, 15, 16, 17, 32, 33}) expect_drawn(numbered(count));
}

TEST_F(BlockBuilding, AnIntervalOfOneSharesNothing) { expect_drawn(numbered(5), 1); }

TEST_F(BlockBuilding, VersionsOfAKeyShareSomeOfTheirTags) {
  expect_drawn({{ikey("key", 0x020304), "new"},
                {ikey("key", 0x020204), "old"},
                {ikey("key", 0x0201ff, EntryKind::tombstone), ""},
                {ikey("key", 0x01ff), "older"},
                {ikey("key", 9, EntryKind::tombstone), ""}});
}

TEST_F(BlockBuilding, AUserKeyMayGoOnLikeTheTagBefore) {
  // "a", write 0x0305, has the tag 01 05 03 00 ...; the next user keys begin with just these bytes.
  expect_drawn({{ikey("a", 0x0305), "1"},
                {ikey("a\x01\x05", 7), "2"},
                {ikey("a\x01\x05\x03"s + std::string(5, '\0'), 8), "3"}});
}

TEST_F(BlockBuilding, KeysAndValuesMayBeEmpty) {
  expect_drawn({{ikey("", 7), ""},
                {ikey("", 5, EntryKind::tombstone), ""},
                {ikey("", 2), "v"},
                {ikey("\0"s), ""},
                {ikey("\xff"), ""}});
}

TEST_F(BlockBuilding, ALengthTakesAsManyBytesAsItNeeds) {
  // 127 is the last that takes one byte, 16383 the last that takes two.
  for (const std::size_t bytes : {127, 128, 16'383, 16'384, 70'000}) {
    const std::string front(bytes, 'k');
    expect_drawn({{ikey(front.substr(8)), ""},
                  {ikey(front), std::string(bytes, 'v')},
                  {ikey(front + "x"), "1"},
                  {ikey(front + "y" + front), "2"}});
  }
}

TEST_F(BlockBuilding, ABuilderIsUsedAgain) {
  ToldBlockBuilder builder(4);
  for (const std::size_t count : {6, 3, 9, 1, 4}) expect_drawn(builder, numbered(count), 4);
}

TEST_F(BlockBuilding, TheNextBlockSharesNothingWithTheLast) {
  ToldBlockBuilder builder(3);
  expect_drawn(builder, {{ikey("car"), "1"}, {ikey("card"), "2"}}, 3);
  expect_drawn(builder, {{ikey("carded"), "3"}, {ikey("cards"), "4"}, {ikey("care"), "5"}}, 3);
  EXPECT_EQ(builder.size(), "0 entries, 4 bytes");
}

TEST_F(BlockBuilding, ItSaysHowLargeTheBlockWouldBe) {
  const BlockEntries entries = numbered(35);
  ToldBlockBuilder builder;
  for (std::size_t count = 1; count <= entries.size(); ++count) {
    builder.add(entries[count - 1].key, entries[count - 1].value);
    const BlockEntries first(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(count));
    EXPECT_EQ(builder.size(), std::to_string(count) + " entries, " +
                                  std::to_string(block_of(first, 16).size()) + " bytes");
  }
}

TEST_F(BlockBuilding, TheBytesStayUntilTheNextAdd) {
  const BlockEntries entries = numbered(20);
  ToldBlockBuilder builder;
  builder.add(entries);
  const std::string call = announce("finish, and look at the bytes after asking for the size");
  const std::string_view bytes = builder.builder().finish();
  EXPECT_EQ(builder.size(), "0 entries, 4 bytes");
  observe(call, drawn_block(bytes));
  EXPECT_EQ(drawn_block(bytes), drawn_block(block_of(entries, 16)));
  expect_drawn(builder, numbered(2), 16);
}

TEST_F(BlockBuilding, WhatWasAddedMayChangeAfterwards) {
  // As it does when the keys come from a walk: all in the same place.
  const BlockEntries entries = numbered(5);
  ToldBlockBuilder builder;
  std::string key;
  std::string value;
  for (const BlockEntry& entry : entries) {
    key = entry.key;
    value = entry.value;
    builder.add(key, value);
    key.assign(key.size(), '#');
    value.assign(value.size(), '#');
  }
  EXPECT_EQ(drawn_block(builder.finish()), drawn_block(block_of(entries, 16)));
}

TEST_F(BlockBuilding, AnyBlockStandsAsDrawn) {
  Random random(test::seed() * 1000 + 51);
  for (int round = 0; round < 60; ++round) {
    const std::size_t restart_interval = 1 + random.below(18);
    expect_drawn(mixed_entries(random, 40), restart_interval);
  }
}

}  // namespace
}  // namespace kv::test
