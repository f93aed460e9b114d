// Task 6.2: bytes that are no edit, and edits that do not fit.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "tests/06-compaction/told_version.h"
#include "tests/support/at_the_edge.h"
#include "tests/support/expect.h"

namespace kv::test {
namespace {

using namespace std::string_literals;

constexpr std::uint64_t largest_number = std::numeric_limits<std::uint64_t>::max();

VersionEdit some_edit() {
  return edit()
      .next_log(300)
      .put_away(70'000)
      .known_from(5)
      .next_table(20)
      .remove(0, 7)
      .remove(1, 300)
      .add(1, table(8, "alpha", "mike", {1, 300}))
      .add(6, table(9, "november", "zulu", {7, 8}));
}

class BrokenEdits : public testing::Test {
 protected:
  // Tables 1 and 2 in level 0, 3 and 4 in level 1, 5 in level 2.
  ToldVersion store() {
    ToldVersion version;
    version.apply(edit()
                      .next_log(5)
                      .put_away(19)
                      .known_from(7)
                      .next_table(8)
                      .add(0, table(2, "a", "z", {15, 19}))
                      .add(0, table(1, "c", "d", {10, 12}))
                      .add(1, table(3, "d", "h"))
                      .add(1, table(4, "m", "q"))
                      .add(2, table(5, "a", "z")));
    return version;
  }

  void expect_refused(const VersionEdit& edit) {
    ToldVersion version = store();
    EXPECT_EQ(version.apply(edit), "corruption");
  }
  void expect_taken(const VersionEdit& edit) {
    ToldVersion version = store();
    EXPECT_NE(version.apply(edit), "corruption");
  }
};

TEST_F(BrokenEdits, ThereAreSixKindsOfFields) {
  for (const std::uint64_t tag :
       {std::uint64_t{0}, std::uint64_t{7}, std::uint64_t{8}, std::uint64_t{257}, largest_number}) {
    EXPECT_EQ(decoded(numbers({tag, 1})), "corruption");
    EXPECT_EQ(decoded(numbers({1, 1, tag, 1})), "corruption");
    EXPECT_EQ(decoded(numbers({tag})), "corruption");
  }
}

TEST_F(BrokenEdits, TheFirstFourComeOnce) {
  for (std::uint64_t tag = 1; tag <= 4; ++tag) {
    EXPECT_EQ(decoded(numbers({tag, 7, tag, 7})), "corruption");
    EXPECT_EQ(decoded(numbers({tag, 0, 5, 0, 1, tag, 8})), "corruption");
  }
}

TEST_F(BrokenEdits, ThereAreSevenLevels) {
  const std::uint64_t wrapped = (std::uint64_t{1} << 32) + 1;
  for (const std::uint64_t level : {std::uint64_t{level_count}, wrapped, largest_number}) {
    EXPECT_EQ(decoded(numbers({5, level, 1})), "corruption");
    EXPECT_EQ(decoded(added_field(level, table(3, "a", "b"))), "corruption");
  }
}

TEST_F(BrokenEdits, ATableHasEntries) {
  TableInfo one = table(3, "a", "b");
  one.entries = 0;
  EXPECT_EQ(decoded(added_field(1, one)), "corruption");
  EXPECT_EQ(decoded(added_field(1, table(4, "c", "d")) + added_field(1, one)), "corruption");
}

TEST_F(BrokenEdits, KeysAreInternalKeys) {
  const std::string good = ikey("k", 5);
  std::string other_kind = good;
  other_kind[1] = 2;
  for (const std::string& bad :
       {std::string(), std::string("k"), std::string(7, '\0'), other_kind}) {
    TableInfo one = table(3, "k", "k", {5, 5});
    one.smallest = bad;
    EXPECT_EQ(decoded(added_field(1, one)), "corruption");
    one = table(3, "k", "k", {5, 5});
    one.largest = bad;
    EXPECT_EQ(decoded(added_field(1, one)), "corruption");
  }
}

TEST_F(BrokenEdits, KeysEndWhereTheyBeginOrBehind) {
  EXPECT_EQ(decoded(added_field(1, table(3, "b", "a"))), "corruption");
  EXPECT_EQ(decoded(added_field(1, table(3, "aa", "a"))), "corruption");
  TableInfo versions = table(3, "a", "a", {4, 9});
  EXPECT_NE(decoded(added_field(1, versions)), "corruption");
  std::swap(versions.smallest, versions.largest);  // the older version of one key first
  EXPECT_EQ(decoded(added_field(1, versions)), "corruption");
}

TEST_F(BrokenEdits, WritesEndWhereTheyBeginOrBehind) {
  TableInfo one = table(3, "a", "b", {5, 5});
  EXPECT_NE(decoded(added_field(0, one)), "corruption");
  one.last_sequence = 4;
  EXPECT_EQ(decoded(added_field(0, one)), "corruption");
}

TEST_F(BrokenEdits, AKeyIsNoLongerThanTheBytes) {
  const std::string front = numbers({6, 1, 3, 100, 10, 1, 1});
  const std::string key = ikey("k", 1);
  std::string behind;
  append_string(behind, key);
  for (const std::uint64_t size : {std::uint64_t{10}, std::uint64_t{1} << 32, largest_number}) {
    EXPECT_EQ(decoded(front + numbers({size}) + key), "corruption");
    EXPECT_EQ(decoded(front + behind + numbers({size}) + key), "corruption");
  }
  EXPECT_NE(decoded(front + behind + behind), "corruption");
}

TEST_F(BrokenEdits, OnlyTheShortestFormOfANumberIsOne) {
  EXPECT_EQ(decoded("\x01\x87\x00"s), "corruption");
  EXPECT_EQ(decoded("\x81\x00\x07"s), "corruption");
}

TEST_F(BrokenEdits, CutAtEveryByteItIsWholeOnlyBetweenFields) {
  const std::string bytes = drawn_bytes(some_edit());
  const std::string call = announce("decode the edit, cut at every byte");
  std::string seen;
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const std::string_view cut = at_the_edge(std::string_view(bytes).substr(0, size));
    const Result<VersionEdit> edit = decode_edit(cut);
    const std::optional<VersionEdit> drawn = drawn_edit(cut);
    EXPECT_EQ(told_result(edit), drawn ? told(*drawn) : "corruption");
    seen += edit ? 'e' : '.';
  }
  observe(call, seen);
  EXPECT_EQ(std::ranges::count(seen, 'e'), 9);
}

TEST_F(BrokenEdits, WithABitFlippedItIsAnotherEditOrNone) {
  const std::string bytes = drawn_bytes(some_edit());
  const std::string call = announce("decode the edit, with each bit flipped");
  std::string seen;
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    const Result<VersionEdit> edit = decode_edit(at_the_edge(flipped));
    seen += edit ? 'e' : '.';
    if (!edit) {
      EXPECT_TRUE(fails_with(Code::corruption, edit));
      continue;
    }
    const Result<VersionEdit> again = decode_edit(encode_edit(*edit));
    EXPECT_TRUE(again && *again == *edit) << bit;
  }
  observe(call, seen);
}

TEST_F(BrokenEdits, AnyBytesAreAnEditOrNone) {
  Random random(test::seed() * 1000 + 63);
  const std::string call = announce("decode random bytes");
  std::string seen;
  for (int i = 0; i < 3'000; ++i) {
    std::string bytes = random.bytes(random.below(60));
    for (char& byte : bytes) byte = static_cast<char>(random.below(3) == 0 ? byte : byte & 7);
    const Result<VersionEdit> edit = decode_edit(at_the_edge(bytes));
    if (i < 300) seen += edit ? 'e' : '.';
    EXPECT_TRUE(edit ? ok(decode_edit(encode_edit(*edit))) : fails_with(Code::corruption, edit));
  }
  observe(call, seen);
}

TEST_F(BrokenEdits, NoTableGoesThatIsNotThere) {
  expect_refused(edit().remove(0, 3));
  expect_refused(edit().remove(1, 1));
  expect_refused(edit().remove(0, 7));
  expect_refused(edit().remove(1, 3).remove(1, 3));
  expect_taken(edit().remove(1, 3).remove(0, 1));
}

TEST_F(BrokenEdits, WhatComesDoesNotGoInTheSameEdit) {
  // Tables go first, wherever the fields stand.
  expect_refused(edit().add(3, table(6, "a", "b")).remove(3, 6));
}

TEST_F(BrokenEdits, NoNumberComesTwice) {
  expect_refused(edit().add(1, table(3, "x", "y")));
  expect_refused(edit().add(4, table(3, "x", "y")));
  expect_refused(edit().add(0, table(5, "x", "y", {30, 31})));
  expect_refused(edit().add(4, table(6, "a", "b")).add(4, table(6, "c", "d")));
  expect_refused(edit().add(4, table(6, "a", "b")).add(5, table(6, "a", "b")));
  expect_refused(edit().remove(1, 3).add(2, table(4, "x", "y")));
}

TEST_F(BrokenEdits, NoTableComesThatWasNeverBegun) {
  expect_taken(edit().add(3, table(7, "a", "b")));
  expect_refused(edit().add(3, table(8, "a", "b")));
  expect_refused(edit().next_table(9).add(3, table(9, "a", "b")));
  expect_refused(edit().add(3, table(largest_number, "a", "b")));
  expect_taken(edit().next_table(9).add(3, table(8, "a", "b")));
}

TEST_F(BrokenEdits, WritesOfLevelZeroDoNotOverlap) {
  for (const Writes& writes : {Writes{19, 25}, Writes{12, 15}, Writes{13, 15}, Writes{9, 10},
                               Writes{11, 11}, Writes{16, 18}, Writes{1, 30}, Writes{15, 19}}) {
    expect_refused(edit().add(0, table(6, "x", "y", writes)));
  }
  for (const Writes& writes : {Writes{20, 25}, Writes{13, 14}, Writes{1, 9}}) {
    expect_taken(edit().add(0, table(6, "x", "y", writes)));
  }
}

TEST_F(BrokenEdits, KeysOfTheOtherLevelsDoNotOverlap) {
  for (const auto& [first, last] : {std::pair{"a", "d"},
                                    {"h", "i"},
                                    {"e", "f"},
                                    {"a", "z"},
                                    {"h", "m"},
                                    {"q", "z"},
                                    {"d", "h"},
                                    {"n", "n"}}) {
    expect_refused(edit().add(1, table(6, first, last)));
  }
  for (const auto& [first, last] : {std::pair{"a", "c"}, {"i", "l"}, {"hh", "ll"}, {"r", "z"}}) {
    expect_taken(edit().add(1, table(6, first, last)));
  }
}

TEST_F(BrokenEdits, VersionsOfAKeyStandInOneTable) {
  // As internal keys, "h" of write 1 stands behind "h" of write 9 and before "h" of write 0.
  TableInfo older = table(6, "h", "l", {1, 9});
  older.smallest = ikey("h", 0);
  expect_refused(edit().add(1, older));
  TableInfo newer = table(6, "a", "d", {1, 9});
  newer.largest = ikey("d", 2);
  expect_refused(edit().add(1, newer));
}

TEST_F(BrokenEdits, NoNumberGoesBack) {
  expect_refused(edit().next_log(4));
  expect_refused(edit().put_away(18));
  expect_refused(edit().known_from(6));
  expect_refused(edit().next_table(7));
  expect_refused(edit().next_log(0).put_away(30).known_from(30).next_table(30));
  expect_taken(edit().next_log(5).put_away(19).known_from(7).next_table(8));
}

// Whether the two may not stand in that level together.
bool collide(const TableInfo& a, const TableInfo& b, std::size_t level) {
  if (level == 0) {
    return a.first_sequence <= b.last_sequence && b.first_sequence <= a.last_sequence;
  }
  return user_key_of(a.smallest) <= user_key_of(b.largest) &&
         user_key_of(b.smallest) <= user_key_of(a.largest);
}

std::string told_tables(const std::vector<TableInfo>& tables) {
  std::string text;
  for (const TableInfo& table : tables) text += (text.empty() ? "" : ", ") + told(table);
  return text;
}

// The tables of a level in the order of the contract: the newest first, or by key.
std::string told_in_order(std::vector<TableInfo> tables, std::size_t level) {
  std::ranges::sort(tables, [&](const TableInfo& a, const TableInfo& b) {
    return level == 0 ? a.last_sequence > b.last_sequence
                      : user_key_of(a.smallest) < user_key_of(b.smallest);
  });
  return told_tables(tables);
}

// Of single letters and small numbers, so that tables meet often.
TableInfo any_table(TableNumber number, Random& random) {
  const auto first = static_cast<char>('a' + random.below(26));
  const auto last =
      static_cast<char>(first + random.below(static_cast<std::size_t>('z' - first) + 1));
  const SequenceNumber write = 1 + random.below(40);
  return table(number, std::string(1, first), std::string(1, last),
               {write, write + random.below(4)});
}

TEST_F(BrokenEdits, AnyEditsFitOrDoNot) {
  Random random(test::seed() * 1000 + 62);
  Version version;
  std::size_t applied = 0;
  for (TableNumber number = 1; number <= 400; ++number) {
    const std::size_t level = random.below(3);
    std::vector<TableInfo> tables = version.levels[level];
    Edit edit;
    if (!tables.empty() && random.below(3) == 0) {
      const TableNumber gone = tables[random.below(tables.size())].number;
      edit.remove(level, gone);
      std::erase_if(tables, [&](const TableInfo& table) { return table.number == gone; });
    }
    const TableInfo one = any_table(number, random);
    edit.next_table(number + 1).add(level, one);
    std::vector<TableInfo> met = tables;
    std::erase_if(met, [&](const TableInfo& table) { return !collide(table, one, level); });
    tables.push_back(one);
    const std::string call = announce("apply " + told(edit) + ", where it meets " +
                                      (met.empty() ? "none" : told_tables(met)));
    Result<Version> next = kv::apply(version, edit);
    const std::string seen =
        next ? told_tables(next->levels[level]) : std::string(name(next.error().code()));
    observe(call, seen);
    // What went wrong once would go wrong in every step from here on.
    ASSERT_EQ(seen, met.empty() ? told_in_order(tables, level) : "corruption");
    if (!next) continue;
    version = *std::move(next);
    ++applied;
  }
  EXPECT_GT(applied, 20u);
}

}  // namespace
}  // namespace kv::test
