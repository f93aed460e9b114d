// Task 5.2: what a block holds: by searching, and by walking both ways.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "tests/05-sstable/told_block.h"

namespace kv::test {
namespace {

using namespace std::string_literals;

// As many entries as there are, and so many that a restart interval of 16 is just full or not.
constexpr std::array<std::size_t, 6> some_counts = {0, 1, 15, 16, 17, 33};

// What a search, and a walk in the direction, must come to: of the entries alone.
std::string expected_at(const BlockEntries& entries, std::string_view target, Direction direction,
                        std::string_view none) {
  const BlockEntry* found = nullptr;
  for (const BlockEntry& entry : entries) {
    if (direction == Direction::forward) {
      if (found == nullptr && !comes_before(entry.key, target)) found = &entry;
    } else if (!comes_before(target, entry.key)) {
      found = &entry;
    }
  }
  return found == nullptr ? std::string(none) : told_entry(*found);
}

// All entries in the direction, as ToldWalk::rest tells them.
std::string expected_rest(const BlockEntries& entries, Direction direction) {
  std::string all;
  for (const BlockEntry& entry : entries) {
    const std::string told = told_entry(entry) + " ";
    all = direction == Direction::forward ? all + told : told + all;
  }
  return all + "end";
}

// What to search for: each key, what comes right before and right behind it, and both ends.
std::vector<std::string> targets(const BlockEntries& entries) {
  std::vector<std::string> keys = {ikey("", max_sequence), ikey("\xff\xff", 0)};
  for (const BlockEntry& entry : entries) {
    const std::string user_key(user_key_of(entry.key));
    for (const SequenceNumber sequence :
         {SequenceNumber{0}, tag_of(entry.key) >> 8, max_sequence}) {
      keys.push_back(ikey(user_key, sequence));
    }
    keys.push_back(ikey(user_key + '\0', 1));
  }
  return keys;
}

class BlockReading : public testing::Test {
 protected:
  static void expect_found(const BlockEntries& entries, std::size_t restart_interval) {
    ToldBlock block(entries, restart_interval);
    for (const std::string& target : targets(entries)) {
      EXPECT_EQ(block.first_at_or_after(target),
                expected_at(entries, target, Direction::forward, "none"));
    }
  }
};

TEST_F(BlockReading, OneEntryIsFound) {
  ToldBlock block(
      "\x00\x0a\x02"
      "ab\x01\x03\x00\x00\x00\x00\x00\x00"
      "12"
      "\x00\x00\x00\x00"
      "\x01\x00\x00\x00"s);
  EXPECT_EQ(block.first_at_or_after(ikey("ab", 3)), "\"ab\"@3=\"12\"");
  EXPECT_EQ(block.first_at_or_after(ikey("a", 3)), "\"ab\"@3=\"12\"");
  EXPECT_EQ(block.first_at_or_after(ikey("ab", 2)), "none");
  EXPECT_EQ(block.first_at_or_after(ikey("b", 9)), "none");
}

TEST_F(BlockReading, ABlockWithoutEntriesHasNone) {
  ToldBlock block("\0\0\0\0"s);
  EXPECT_EQ(block.first_at_or_after(ikey("a")), "none");
}

TEST_F(BlockReading, EveryKeyIsFoundAndWhatComesBehindAGap) {
  for (const std::size_t count : some_counts) expect_found(numbered(count), 16);
}

TEST_F(BlockReading, TheNumberOfRestartPointsIsNoMatter) {
  for (const std::size_t restart_interval : {1, 2, 3, 5, 100}) {
    expect_found(numbered(11), restart_interval);
  }
}

TEST_F(BlockReading, BehindTheLastOfAnIntervalComesTheNextOne) {
  // The search begins in the interval where the target would stand, and its answer is behind it.
  ToldBlock block({{ikey("a"), "1"}, {ikey("b"), "2"}, {ikey("d"), "3"}, {ikey("e"), "4"}}, 2);
  EXPECT_EQ(block.first_at_or_after(ikey("c")), "\"d\"@1=\"3\"");
}

TEST_F(BlockReading, OfTheVersionsOfAKeyTheNewestUpToTheTarget) {
  const BlockEntries entries = {{ikey("a", 9), "new"},
                                {ikey("a", 4, EntryKind::tombstone), ""},
                                {ikey("a", 2), "old"},
                                {ikey("aa", 7), "aa"},
                                {ikey("b", 8), "b"}};
  for (const std::size_t restart_interval : {1, 2, 3, 16}) {
    ToldBlock block(entries, restart_interval);
    for (const SequenceNumber sequence : {10, 9, 8, 4, 3, 2, 1}) {
      const std::string target = ikey("a", sequence);
      EXPECT_EQ(block.first_at_or_after(target),
                expected_at(entries, target, Direction::forward, "none"));
    }
  }
}

TEST_F(BlockReading, KeysMayBeginLikeOthers) {
  const BlockEntries entries = {
      {ikey("", 3), ""},       {ikey("\0"s, 9), "z"}, {ikey("a", 0x0305), "1"},
      {ikey("a\1\5", 7), "2"}, {ikey("aa"), "3"},     {ikey("aaa"), ""},
      {ikey("aaab"), "4"},     {ikey("ab"), "5"},     {ikey("\xff"), "6"}};
  for (const std::size_t restart_interval : {1, 2, 4, 16}) expect_found(entries, restart_interval);
}

TEST_F(BlockReading, LengthsMayTakeSeveralBytes) {
  for (const std::size_t bytes : {127, 128, 16'384, 70'000}) {
    const std::string front(bytes, 'k');
    expect_found({{ikey(front), std::string(bytes, 'v')},
                  {ikey(front + "x"), "1"},
                  {ikey(front + "y" + front), "2"}},
                 2);
  }
}

TEST_F(BlockReading, TheViewsStayAsLongAsTheKeyAndTheBlock) {
  const ToldBlock block(numbered(20), 16);
  const std::string call = announce("two searches, each with a string of its own");
  std::string first_key = "what was there before does not count, however long it is";
  std::string second_key;
  const auto first = block.block().first_at_or_after(ikey("k010"), first_key);
  const auto second = block.block().first_at_or_after(ikey("k035"), second_key);
  const bool both = first && *first && second && *second;
  const std::string seen = !both ? "not found"
                                 : told_entry((*first)->key, (*first)->value) + " and " +
                                       told_entry((*second)->key, (*second)->value);
  observe(call, seen);
  EXPECT_EQ(seen, "\"k010\"@1=\"v5\" and \"k036\"@1=\"v18\"");
}

TEST_F(BlockReading, AnyKeyIsFoundInAnyBlock) {
  Random random(test::seed() * 1000 + 52);
  for (int round = 0; round < 40; ++round) {
    const std::size_t restart_interval = 1 + random.below(18);
    expect_found(mixed_entries(random, 20), restart_interval);
  }
}

class BlockWalks : public testing::Test {
 protected:
  static constexpr std::array both = {Direction::forward, Direction::reverse};

  static ToldWalk walk(ToldBlock& block, Direction direction) {
    return direction == Direction::forward ? block.forward() : block.reverse();
  }

  static void expect_walked(const BlockEntries& entries, std::size_t restart_interval) {
    ToldBlock block(entries, restart_interval);
    for (const Direction direction : both) {
      EXPECT_EQ(walk(block, direction).rest(), expected_rest(entries, direction));
    }
  }
  static void expect_sought(const BlockEntries& entries, std::size_t restart_interval) {
    ToldBlock block(entries, restart_interval);
    for (const Direction direction : both) {
      ToldWalk one = walk(block, direction);
      for (const std::string& target : targets(entries)) {
        EXPECT_EQ(one.seek(target), expected_at(entries, target, direction, "end"));
      }
    }
  }
};

TEST_F(BlockWalks, ForwardFromTheFirstEntry) {
  for (const std::size_t count : some_counts) {
    const BlockEntries entries = numbered(count);
    EXPECT_EQ(ToldBlock(entries, 16).forward().rest(), expected_rest(entries, Direction::forward));
  }
}

TEST_F(BlockWalks, InReverseFromTheLastEntry) {
  for (const std::size_t count : some_counts) {
    const BlockEntries entries = numbered(count);
    EXPECT_EQ(ToldBlock(entries, 16).reverse().rest(), expected_rest(entries, Direction::reverse));
  }
}

TEST_F(BlockWalks, TheNumberOfRestartPointsIsNoMatter) {
  for (const std::size_t restart_interval : {1, 2, 3, 4, 11}) {
    expect_walked(numbered(11), restart_interval);
  }
}

TEST_F(BlockWalks, KeysGrowAndShrink) {
  const BlockEntries entries = {{ikey("", 3), "0"},
                                {ikey("aaaa"), "1"},
                                {ikey("aaab"), ""},
                                {ikey("ab"), "3"},
                                {ikey("abcdefghijkl"), "4"},
                                {ikey("abcdefghijkm"), "5"},
                                {ikey("abcx", 70'000), "6"},
                                {ikey("abcx", 300), "7"},
                                {ikey("b"), "8"},
                                {ikey("bbbbbbbbbbbb"), "9"},
                                {ikey("c"), ""}};
  for (const std::size_t restart_interval : {1, 3, 4, 16}) expect_walked(entries, restart_interval);
}

TEST_F(BlockWalks, LengthsMayTakeSeveralBytes) {
  for (const std::size_t bytes : {127, 128, 16'384}) {
    const std::string front(bytes, 'k');
    expect_walked({{ikey(front), std::string(bytes, 'v')},
                   {ikey(front + "x"), "1"},
                   {ikey(front + "y" + front), "2"}},
                  2);
  }
}

TEST_F(BlockWalks, SeekComesToEachKeyAndIntoEachGap) {
  for (const std::size_t count : some_counts) expect_sought(numbered(count), 16);
  for (const std::size_t restart_interval : {1, 2, 3}) expect_sought(numbered(7), restart_interval);
}

TEST_F(BlockWalks, SeekAmongVersions) {
  const BlockEntries entries = {{ikey("a", 9), "new"},
                                {ikey("a", 4, EntryKind::tombstone), ""},
                                {ikey("a", 2), "old"},
                                {ikey("aa", 7), "aa"},
                                {ikey("b", 8), "b"}};
  for (const std::size_t restart_interval : {1, 2, 3, 16}) expect_sought(entries, restart_interval);
}

TEST_F(BlockWalks, FromWhereSeekCameToTheWalkGoesOn) {
  const BlockEntries entries = numbered(10);
  for (const std::size_t restart_interval : {1, 3, 4, 16}) {
    ToldBlock block(entries, restart_interval);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      ToldWalk forward = block.forward();
      ToldWalk reverse = block.reverse();
      EXPECT_EQ(forward.seek(entries[i].key), told_entry(entries[i]));
      EXPECT_EQ(forward.next(), i + 1 < 10 ? told_entry(entries[i + 1]) : "end");
      EXPECT_EQ(reverse.seek(entries[i].key), told_entry(entries[i]));
      EXPECT_EQ(reverse.next(), i > 0 ? told_entry(entries[i - 1]) : "end");
    }
  }
}

TEST_F(BlockWalks, SeekGoesBackAsWellAsForth) {
  const BlockEntries entries = numbered(12);
  for (const Direction direction : both) {
    ToldBlock block(entries, 4);
    ToldWalk one = walk(block, direction);
    for (const std::size_t i : {5, 6, 4, 11, 0, 1, 1, 8, 7, 3}) {
      EXPECT_EQ(one.seek(entries[i].key), told_entry(entries[i]));
    }
  }
}

TEST_F(BlockWalks, TheEndIsLeftBySeekAlone) {
  ToldBlock block(numbered(3), 2);
  for (const Direction direction : both) {
    ToldWalk one = walk(block, direction);
    one.rest();
    EXPECT_EQ(one.next(), "end");
    EXPECT_EQ(one.seek(ikey("k002")), "\"k002\"@1=\"v1\"");
    EXPECT_EQ(one.seek(direction == Direction::forward ? ikey("z") : ikey("a")), "end");
    EXPECT_EQ(one.next(), "end");
    EXPECT_EQ(one.seek(ikey("k002")), "\"k002\"@1=\"v1\"");
    EXPECT_EQ(one.next(),
              direction == Direction::forward ? "\"k004\"@1=\"v2\"" : "\"k000\"@1=\"v0\"");
  }
}

TEST_F(BlockWalks, WalksOverOneBlockDoNotMeet) {
  const BlockEntries entries = numbered(9);
  ToldBlock block(entries, 4);
  ToldWalk forward = block.forward();
  ToldWalk reverse = block.reverse();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(forward.next(), told_entry(entries[i]));
    EXPECT_EQ(reverse.next(), told_entry(entries[entries.size() - 1 - i]));
    EXPECT_EQ(block.first_at_or_after(entries[4].key), told_entry(entries[4]));
    EXPECT_EQ(told_entry(forward.walk().key(), forward.walk().value()), told_entry(entries[i]));
  }
}

TEST_F(BlockWalks, AStepInReverseCostsAsMuchAsAnyOther) {
  // One interval of very many entries: whoever reads it anew for each step is not done in time.
  BlockEntries entries;
  for (SequenceNumber sequence = 30'000; sequence > 0; --sequence) {
    entries.push_back({ikey("key", sequence), "v"});
  }
  ToldBlock block(entries, entries.size());
  ToldWalk reverse = block.reverse();
  const std::string call = announce("walk it in reverse");
  std::size_t right = 0;
  while (right < entries.size() && reverse.walk().next() &&
         reverse.walk().key() == entries[entries.size() - 1 - right].key) {
    ++right;
  }
  observe(call, std::to_string(right) + " entries");
  EXPECT_EQ(right, entries.size());
}

TEST_F(BlockWalks, AnyWalkOverAnyBlock) {
  Random random(test::seed() * 1000 + 53);
  for (int round = 0; round < 40; ++round) {
    const BlockEntries entries = mixed_entries(random, 30);
    ToldBlock block(entries, 1 + random.below(18));
    const Direction direction = both[random.below(2)];
    ToldWalk one = walk(block, direction);
    // A walk and a list, side by side: seek, a few steps, and again.
    for (std::size_t seeks = random.below(8); seeks > 0 && !entries.empty(); --seeks) {
      const auto sought = targets(entries);
      const std::string target = sought[random.below(sought.size())];
      std::string expected = expected_at(entries, target, direction, "end");
      EXPECT_EQ(one.seek(target), expected);
      const auto at = std::ranges::find(entries, expected,
                                        [](const BlockEntry& entry) { return told_entry(entry); });
      if (at == entries.end()) continue;
      auto place = at - entries.begin();
      for (std::size_t steps = random.below(20); steps > 0; --steps) {
        place += direction == Direction::forward ? 1 : -1;
        const bool inside = place >= 0 && place < std::ssize(entries);
        EXPECT_EQ(one.next(),
                  inside ? told_entry(entries[static_cast<std::size_t>(place)]) : "end");
        if (!inside) break;
      }
    }
    EXPECT_EQ(walk(block, direction).rest(), expected_rest(entries, direction));
  }
}

}  // namespace
}  // namespace kv::test
