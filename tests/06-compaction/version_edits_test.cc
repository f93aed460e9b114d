// Task 6.2: edits as bytes, and what they make of a version.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

#include "base/random.h"
#include "tests/06-compaction/told_version.h"
#include "tests/support/expect.h"

namespace kv::test {
namespace {

constexpr std::uint64_t largest_number = std::numeric_limits<std::uint64_t>::max();

// An edit of any fields.
VersionEdit any_edit(Random& random) {
  Edit edit;
  const auto number = [&] { return random.next() >> random.below(64); };
  if (random.below(2) == 0) edit.next_log(number());
  if (random.below(2) == 0) edit.put_away(number());
  if (random.below(2) == 0) edit.known_from(number());
  if (random.below(2) == 0) edit.next_table(number());
  for (std::size_t left = random.below(4); left > 0; --left) {
    edit.remove(random.below(level_count), number());
  }
  for (std::size_t left = random.below(4); left > 0; --left) {
    std::string keys[] = {random.bytes(random.below(20)), random.bytes(random.below(20))};
    std::ranges::sort(keys);
    TableInfo one = table(number(), keys[0], keys[1], {3, 3 + random.below(9)});
    one.bytes = number();
    one.entries = 1 + random.below(1'000'000);
    edit.add(random.below(level_count), one);
  }
  return edit;
}

class VersionEdits : public testing::Test {
 protected:
  // The picture in storage/version.h.
  void draw_picture() {
    version.apply(edit()
                      .next_table(8)
                      .add(0, table(7, "b", "q", {50, 59}))
                      .add(0, table(6, "a", "k", {40, 49}))
                      .add(0, table(4, "f", "z", {30, 39}))
                      .add(1, table(2, "a", "h"))
                      .add(1, table(3, "k", "r"))
                      .add(1, table(5, "s", "z"))
                      .add(2, table(1, "a", "z")));
  }

  ToldVersion version;
};

TEST_F(VersionEdits, EachFieldHasItsBytes) {
  EXPECT_EQ(encoded(edit().next_log(7)), "next log 7");
  EXPECT_EQ(encoded(edit().put_away(300)), "put away 300");
  EXPECT_EQ(encoded(edit().known_from(70'000)), "known from 70000");
  EXPECT_EQ(encoded(edit().next_table(1)), "next table 1");
  EXPECT_EQ(encoded(edit().remove(6, 129)), "- 129 of level 6");
  EXPECT_EQ(encoded(edit().add(3, table(8, "a", "m", {2, 9}))),
            "+ 8 [\"a\" ... \"m\"] 2-9 in level 3");
}

TEST_F(VersionEdits, AFieldThatIsNotSetTakesNoBytes) {
  const std::string call = announce("encode an empty edit");
  const std::string bytes = encode_edit({});
  observe(call, std::to_string(bytes.size()) + " bytes");
  EXPECT_EQ(bytes, "");
  EXPECT_EQ(encoded(edit().put_away(0).next_log(0)), "next log 0, put away 0");
}

TEST_F(VersionEdits, EachFieldIsReadFromItsBytes) {
  EXPECT_EQ(decoded(""), "an empty edit");
  EXPECT_EQ(decoded(numbers({1, 7})), "next log 7");
  EXPECT_EQ(decoded(numbers({2, 300})), "put away 300");
  EXPECT_EQ(decoded(numbers({3, 70'000})), "known from 70000");
  EXPECT_EQ(decoded(numbers({4, 0})), "next table 0");
  EXPECT_EQ(decoded(numbers({5, 6, 129})), "- 129 of level 6");
  EXPECT_EQ(decoded(added_field(3, table(8, "a", "m", {2, 9}))),
            "+ 8 [\"a\" ... \"m\"] 2-9 in level 3");
}

TEST_F(VersionEdits, FieldsMayComeInAnyOrder) {
  const std::string four = added_field(1, table(4, "a", "b"));
  const std::string five = added_field(0, table(5, "c", "d"));
  EXPECT_EQ(decoded(five + numbers({5, 1, 3, 4, 9}) + four + numbers({5, 0, 2, 2, 8, 1, 7})),
            "next log 7, put away 8, next table 9, - 3 of level 1, - 2 of level 0, "
            "+ 5 [\"c\" ... \"d\"] 1-1 in level 0, + 4 [\"a\" ... \"b\"] 1-1 in level 1");
}

TEST_F(VersionEdits, NumbersMayBeLarge) {
  Edit large;
  large.next_log(largest_number).put_away(largest_number - 1).known_from(largest_number >> 1);
  large.next_table(largest_number).remove(0, largest_number);
  EXPECT_EQ(decoded(encode_edit(large)), told(large));
  EXPECT_EQ(decoded(drawn_bytes(large)), told(large));
}

TEST_F(VersionEdits, KeysMayBeAnyBytes) {
  const std::string zeros(3, '\0');
  for (const std::string& key : {std::string(), zeros, std::string("\xff\xff"),
                                 std::string(127 - tag_bytes, 'k'), std::string(70'000, 'k')}) {
    const VersionEdit one = edit().add(2, table(3, key, key + "x", {5, 6}));
    EXPECT_EQ(encoded(one), told(one));
    EXPECT_EQ(decoded(drawn_bytes(one)), told(one));
  }
}

TEST_F(VersionEdits, ATableMayHoldOneKeyOnly) {
  TableInfo one = table(3, "k", "k", {5, 5});
  one.entries = 1;
  EXPECT_EQ(decoded(added_field(0, one)), told(edit().add(0, one)));
}

TEST_F(VersionEdits, AnyEditComesBack) {
  Random random(test::seed() * 1000 + 61);
  for (int i = 0; i < 100; ++i) {
    const VersionEdit any = any_edit(random);
    EXPECT_EQ(encoded(any), told(any));
    EXPECT_EQ(decoded(drawn_bytes(any)), told(any));
    const Result<VersionEdit> again = decode_edit(encode_edit(any));
    EXPECT_TRUE(again && *again == any);
  }
}

TEST_F(VersionEdits, NumbersThatAreNotSetStay) {
  EXPECT_EQ(version.apply(edit()), "next table 1");
  EXPECT_EQ(version.apply(edit().next_log(3)), "next log 3, next table 1");
  EXPECT_EQ(version.apply(edit().put_away(9)), "next log 3, put away 9, next table 1");
  EXPECT_EQ(version.apply(edit().known_from(4).next_table(6)),
            "next log 3, put away 9, known from 4, next table 6");
  EXPECT_EQ(version.apply(edit()), "next log 3, put away 9, known from 4, next table 6");
}

TEST_F(VersionEdits, NumbersMayBeSetToWhatTheyAre) {
  const VersionEdit same = edit().next_log(3).put_away(9).known_from(4).next_table(6);
  const std::string expected = version.apply(same);
  EXPECT_EQ(version.apply(same), expected);
  EXPECT_EQ(expected, "next log 3, put away 9, known from 4, next table 6");
}

TEST_F(VersionEdits, TheNewestTableOfLevelZeroStandsFirst) {
  EXPECT_EQ(version.apply(edit().next_table(9).add(0, table(3, "a", "z", {10, 19}))),
            "0: 3 [\"a\" ... \"z\"] 10-19 | next table 9");
  EXPECT_EQ(version.apply(edit().add(0, table(4, "b", "y", {20, 20}))),
            "0: 4 [\"b\" ... \"y\"] 20-20, 3 [\"a\" ... \"z\"] 10-19 | next table 9");
}

TEST_F(VersionEdits, NewIsWhatHasTheNewerWrites) {
  // A table that was begun later, and that comes later, may hold older writes: one that several of
  // level 0 were merged into, for instance.
  EXPECT_EQ(version.apply(edit()
                              .next_table(9)
                              .add(0, table(3, "a", "z", {30, 39}))
                              .add(0, table(8, "c", "d", {1, 9}))
                              .add(0, table(1, "b", "y", {40, 49}))),
            "0: 1 [\"b\" ... \"y\"] 40-49, 3 [\"a\" ... \"z\"] 30-39, 8 [\"c\" ... \"d\"] 1-9 | "
            "next table 9");
  EXPECT_EQ(version.apply(edit().add(0, table(7, "q", "q", {10, 29}))),
            "0: 1 [\"b\" ... \"y\"] 40-49, 3 [\"a\" ... \"z\"] 30-39, 7 [\"q\" ... \"q\"] 10-29, "
            "8 [\"c\" ... \"d\"] 1-9 | next table 9");
}

TEST_F(VersionEdits, TheOtherLevelsAscendByKey) {
  for (std::size_t level = 1; level < level_count; ++level) {
    ToldVersion one;
    const std::string text = one.apply(edit()
                                           .next_table(9)
                                           .add(level, table(3, "k", "r", {3, 9}))
                                           .add(level, table(4, "s", "z", {1, 2}))
                                           .add(level, table(5, "a", "j", {1, 9})));
    EXPECT_EQ(text, std::to_string(level) +
                        ": 5 [\"a\" ... \"j\"] 1-9, 3 [\"k\" ... \"r\"] 3-9, "
                        "4 [\"s\" ... \"z\"] 1-2 | next table 9");
  }
}

TEST_F(VersionEdits, KeysAreInOrderAsUserKeys) {
  // "a" stands before "a\0", though behind its last byte, in its tag, something larger follows.
  EXPECT_EQ(version.apply(edit()
                              .next_table(9)
                              .add(1, table(4, {"a\0", 2}, "ab", {1, 2}))
                              .add(1, table(3, "a", "a", {0xff, 0xffff}))),
            "1: 3 [\"a\" ... \"a\"] 255-65535, 4 [\"a\\x00\" ... \"ab\"] 1-2 | next table 9");
}

TEST_F(VersionEdits, TablesMayAdjoin) {
  EXPECT_EQ(version.apply(edit()
                              .next_table(9)
                              .add(0, table(1, "a", "z", {1, 5}))
                              .add(0, table(2, "a", "z", {6, 6}))
                              .add(0, table(3, "a", "z", {7, 9}))),
            "0: 3 [\"a\" ... \"z\"] 7-9, 2 [\"a\" ... \"z\"] 6-6, 1 [\"a\" ... \"z\"] 1-5 | next "
            "table 9");
  EXPECT_EQ(version.apply(edit()
                              .remove(0, 1)
                              .remove(0, 2)
                              .remove(0, 3)
                              .add(1, table(5, "a", "b"))
                              .add(1, table(4, {"b\0", 2}, "c"))),
            "1: 5 [\"a\" ... \"b\"] 1-1, 4 [\"b\\x00\" ... \"c\"] 1-1 | next table 9");
}

TEST_F(VersionEdits, LevelsDoNotConcernEachOther) {
  // Keys may overlap in level 0, and writes in the others; across levels both may.
  EXPECT_EQ(version.apply(edit()
                              .next_table(9)
                              .add(0, table(4, "a", "z", {5, 9}))
                              .add(0, table(3, "a", "z", {1, 4}))
                              .add(1, table(2, "a", "m", {1, 9}))
                              .add(1, table(1, "n", "z", {1, 9}))
                              .add(6, table(5, "a", "z", {1, 9}))),
            "0: 4 [\"a\" ... \"z\"] 5-9, 3 [\"a\" ... \"z\"] 1-4 | "
            "1: 2 [\"a\" ... \"m\"] 1-9, 1 [\"n\" ... \"z\"] 1-9 | 6: 5 [\"a\" ... \"z\"] 1-9 | "
            "next table 9");
}

TEST_F(VersionEdits, TablesGoAndOthersCome) {
  draw_picture();
  Edit merge;
  for (const TableNumber number : {7, 6, 4}) merge.remove(0, number);
  for (const TableNumber number : {2, 3, 5}) merge.remove(1, number);
  merge.next_table(10).add(1, table(8, "a", "m", {1, 59})).add(1, table(9, "n", "z", {1, 59}));
  EXPECT_EQ(version.apply(merge),
            "1: 8 [\"a\" ... \"m\"] 1-59, 9 [\"n\" ... \"z\"] 1-59 | 2: 1 [\"a\" ... \"z\"] 1-1 | "
            "next table 10");
}

TEST_F(VersionEdits, WhatIsNotNamedStays) {
  draw_picture();
  EXPECT_EQ(version.apply(edit().remove(0, 6).remove(1, 3)),
            "0: 7 [\"b\" ... \"q\"] 50-59, 4 [\"f\" ... \"z\"] 30-39 | "
            "1: 2 [\"a\" ... \"h\"] 1-1, 5 [\"s\" ... \"z\"] 1-1 | 2: 1 [\"a\" ... \"z\"] 1-1 | "
            "next table 8");
}

TEST_F(VersionEdits, ATableMayMoveToAnotherLevel) {
  draw_picture();
  EXPECT_EQ(version.apply(edit().remove(1, 3).add(3, table(3, "k", "r")).remove(2, 1)),
            "0: 7 [\"b\" ... \"q\"] 50-59, 6 [\"a\" ... \"k\"] 40-49, 4 [\"f\" ... \"z\"] 30-39 | "
            "1: 2 [\"a\" ... \"h\"] 1-1, 5 [\"s\" ... \"z\"] 1-1 | 3: 3 [\"k\" ... \"r\"] 1-1 | "
            "next table 8");
}

TEST_F(VersionEdits, TheRoomOfATableThatGoesIsFree) {
  version.apply(edit().next_table(9).add(1, table(3, "a", "m")).add(0, table(4, "a", "b", {2, 9})));
  EXPECT_EQ(version.apply(edit()
                              .add(1, table(5, "f", "z"))
                              .remove(1, 3)
                              .add(0, table(6, "a", "b", {1, 9}))
                              .remove(0, 4)),
            "0: 6 [\"a\" ... \"b\"] 1-9 | 1: 5 [\"f\" ... \"z\"] 1-1 | next table 9");
}

TEST_F(VersionEdits, TheEditsNextTableCountsForItsTables) {
  EXPECT_EQ(version.apply(edit().add(0, table(1, "a", "b"))), "corruption");
  EXPECT_EQ(version.apply(edit().add(0, table(1, "a", "b")).next_table(2)),
            "0: 1 [\"a\" ... \"b\"] 1-1 | next table 2");
}

TEST_F(VersionEdits, AVersionIsAnEditOfNothing) {
  draw_picture();
  version.apply(edit().next_log(4).put_away(59).known_from(30));
  const std::string call = announce("decode and apply the version's own edit");
  const Result<VersionEdit> edit = decode_edit(encode_edit(as_edit(version.version())));
  ASSERT_TRUE(ok(edit));
  const Result<Version> again = kv::apply({}, *edit);
  observe(call, told_result(again));
  EXPECT_TRUE(again && *again == version.version());
}

}  // namespace
}  // namespace kv::test
