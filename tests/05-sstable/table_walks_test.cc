// Task 5.5: walks over a table, both ways.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/random.h"
#include "tests/05-sstable/told_table.h"

namespace kv::test {
namespace {

class TableWalks : public testing::Test {};

TEST_F(TableWalks, BothWaysOverAllBlocks) {
  ToldTable table(three_blocks());
  const std::string forward =
      "\"b\"@9=\"9\" \"b\"@5=\"5\" \"c\"@8 erased \"c\"@3=\"3\" \"c\"@2=\"2\" \"e\"@4=\"4\" end";
  EXPECT_EQ(table.forward().rest(), forward);
  EXPECT_EQ(
      table.reverse().rest(),
      "\"e\"@4=\"4\" \"c\"@2=\"2\" \"c\"@3=\"3\" \"c\"@8 erased \"b\"@5=\"5\" \"b\"@9=\"9\" end");
}

TEST_F(TableWalks, OneEntryInABlock) {
  const BlockEntries entries = numbered(9);
  ToldTable table(table_in_blocks(entries, 1));
  EXPECT_EQ(table.forward().rest(), told_all(entries));
  EXPECT_EQ(table.reverse().rest(), told_all(reversed(entries)));
}

TEST_F(TableWalks, MoreEntriesThanARestartIntervalInABlock) {
  const BlockEntries entries = numbered(100);
  ToldTable table(table_in_blocks(entries, 40));
  EXPECT_EQ(table.forward().rest(), told_all(entries));
  EXPECT_EQ(table.reverse().rest(), told_all(reversed(entries)));
}

TEST_F(TableWalks, SeeksAtTheBordersOfBlocks) {
  const BlockEntries entries = numbered(6);  // k000 k002 | k004 k006 | k008 k010
  ToldTable table(table_in_blocks(entries, 2));
  ToldWalk forward = table.forward();
  ToldWalk reverse = table.reverse();
  for (std::size_t i = 0; i < 6; ++i) {
    const std::string at(view_of_user_key(entries[i].key));
    const std::string next = i + 1 < 6 ? told_entry(entries[i + 1]) : "end";
    const std::string before = i > 0 ? told_entry(entries[i - 1]) : "end";
    // At the entry, and on either side of it.
    EXPECT_EQ(forward.seek(ikey(at, 1)), told_entry(entries[i]));
    EXPECT_EQ(reverse.seek(ikey(at, 1)), told_entry(entries[i]));
    EXPECT_EQ(forward.seek(ikey(at, 9)), told_entry(entries[i]));
    EXPECT_EQ(reverse.seek(ikey(at, 9)), before);
    EXPECT_EQ(forward.seek(ikey(at + "x", 1)), next);
    EXPECT_EQ(reverse.seek(ikey(at + "x", 1)), told_entry(entries[i]));
  }
}

TEST_F(TableWalks, FromASeekItGoesOn) {
  const BlockEntries entries = numbered(6);
  ToldTable table(table_in_blocks(entries, 2));
  for (const char* key : {"k001", "k002", "k003", "k004", "k005"}) {
    ToldWalk forward = table.forward();
    ToldWalk reverse = table.reverse();
    forward.seek(ikey(key));
    forward.rest();
    reverse.seek(ikey(key));
    reverse.rest();
  }
  ToldWalk forward = table.forward();
  forward.seek(ikey("k003"));
  EXPECT_EQ(forward.next(), told_entry(entries[3]));
  EXPECT_EQ(forward.next(), told_entry(entries[4]));
  ToldWalk reverse = table.reverse();
  reverse.seek(ikey("k007"));
  EXPECT_EQ(reverse.next(), told_entry(entries[2]));
  EXPECT_EQ(reverse.next(), told_entry(entries[1]));
}

TEST_F(TableWalks, ItSeeksBackAsWellAsForth) {
  const BlockEntries entries = numbered(8);
  ToldTable table(table_in_blocks(entries, 3));
  for (const Direction direction : {Direction::forward, Direction::reverse}) {
    ToldWalk walk = table.walk(direction);
    for (const char* key : {"k010", "k002", "k004", "k000", "k014", "k012", "k004", "k004"}) {
      EXPECT_EQ(walk.seek(ikey(key)).substr(0, 6), "\"" + std::string(key) + "\"");
    }
    walk.next();
  }
}

TEST_F(TableWalks, FromTheEndASeekLeadsBack) {
  const BlockEntries entries = numbered(5);
  ToldTable table(table_in_blocks(entries, 2));
  ToldWalk forward = table.forward();
  forward.rest();
  EXPECT_EQ(forward.next(), "end");
  EXPECT_EQ(forward.seek(ikey("z")), "end");
  EXPECT_EQ(forward.next(), "end");
  EXPECT_EQ(forward.seek(ikey("k008")), told_entry(entries[4]));
  EXPECT_EQ(forward.next(), "end");
  EXPECT_EQ(forward.seek(ikey("")), told_entry(entries[0]));
  ToldWalk reverse = table.reverse();
  reverse.rest();
  EXPECT_EQ(reverse.seek(ikey("")), "end");
  EXPECT_EQ(reverse.next(), "end");
  EXPECT_EQ(reverse.seek(ikey("z")), told_entry(entries[4]));
  EXPECT_EQ(reverse.next(), told_entry(entries[3]));
}

TEST_F(TableWalks, WithoutEntriesTheyEndAtOnce) {
  ToldTable table{TableBytes()};
  for (const Direction direction : {Direction::forward, Direction::reverse}) {
    ToldWalk walk = table.walk(direction);
    EXPECT_EQ(walk.next(), "end");
    EXPECT_EQ(walk.seek(ikey("")), "end");
    EXPECT_EQ(walk.seek(ikey("z")), "end");
  }
}

TEST_F(TableWalks, SeeksTellVersionsApart) {
  ToldTable table(three_blocks());
  ToldWalk forward = table.forward();
  ToldWalk reverse = table.reverse();
  for (SequenceNumber sequence = 10; sequence > 0; --sequence) {
    forward.seek(ikey("c", sequence));
    reverse.seek(ikey("c", sequence));
  }
  EXPECT_EQ(forward.seek(ikey("c", 2)), "\"c\"@2=\"2\"");
  EXPECT_EQ(reverse.seek(ikey("c", 9)), "\"b\"@5=\"5\"");
  EXPECT_EQ(reverse.seek(ikey("c", 1)), "\"c\"@2=\"2\"");
}

TEST_F(TableWalks, WalksDoNotDisturbEachOther) {
  const BlockEntries entries = numbered(6);
  ToldTable table(table_in_blocks(entries, 2));
  ToldWalk one = table.forward();
  ToldWalk other = table.forward();
  one.next();
  other.seek(ikey("k008"));
  table.find("k004");
  EXPECT_EQ(one.next(), told_entry(entries[1]));
  EXPECT_EQ(other.next(), told_entry(entries[5]));
  EXPECT_EQ(one.next(), told_entry(entries[2]));
}

TEST_F(TableWalks, WithoutACacheTheyWalkAlike) {
  const BlockEntries entries = numbered(30);
  ToldTable table(table_in_blocks(entries, 4).finish(), 7, 0);
  EXPECT_EQ(table.forward().rest(), told_all(entries));
  EXPECT_EQ(table.reverse().rest(), told_all(reversed(entries)));
}

TEST_F(TableWalks, StepsAndSeeksAtRandom) {
  Random random(test::seed());
  std::size_t wrong = 0;
  announce("steps and seeks at random");
  for (int i = 0; i < 20; ++i) {
    const BlockEntries entries = mixed_entries(random, 40);
    ToldTable table(table_in_blocks(entries, 1 + random.below(6)));
    for (const bool back : {false, true}) {
      const BlockEntries order = back ? reversed(entries) : entries;
      const auto walk = table.table().iterate(back ? Direction::reverse : Direction::forward);
      std::size_t at = 0;  // of order: the entry to which next steps
      for (int k = 0; k < 100; ++k) {
        bool stepped = false;
        if (random.below(4) != 0 || entries.empty()) {
          stepped = walk->next();
        } else {
          std::string_view key = view_of_user_key(entries[random.below(entries.size())].key);
          const std::string target = ikey(key, random.below(9'000));
          stepped = walk->seek(target);
          const auto first = std::ranges::find_if(order, [&](const BlockEntry& entry) {
            return back ? !comes_before(target, entry.key) : !comes_before(entry.key, target);
          });
          at = static_cast<std::size_t>(first - order.begin());
        }
        const bool there = at < order.size();
        if (stepped != there || (there && walk->key() != order[at].key) ||
            (there && walk->value() != order[at].value)) {
          ++wrong;
        }
        if (there) ++at;
      }
    }
  }
  observe("steps and seeks at random", std::to_string(wrong) + " wrong");
  EXPECT_EQ(wrong, 0u);
}

}  // namespace
}  // namespace kv::test
