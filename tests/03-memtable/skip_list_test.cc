// Task 3.2: inserting and finding, alone and beside readers.

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <utility>

#include "tests/03-memtable/looks_beside.h"
#include "tests/03-memtable/told_list.h"
#include "tests/03-memtable/visited_list.h"
#include "tests/03-memtable/wrongs.h"
#include "tests/support/drawn.h"

namespace kv::test {
namespace {

using namespace std::string_literals;

class SkipListInsert : public testing::Test {
 protected:
  void insert_all(std::initializer_list<const char*> keys) {
    for (const char* key : keys) list.insert(key, "of "s + key);
  }

  ToldList list;
};

TEST_F(SkipListInsert, AnEmptyListHasNoEntry) {
  EXPECT_EQ(list.first_at_or_after(""), "none");
  EXPECT_EQ(list.first_at_or_after("a"), "none");
  list.insert("a", "1");
  EXPECT_EQ(list.first_at_or_after("a"), "\"a\"=\"1\"");
}

TEST_F(SkipListInsert, AnEntryIsFoundByItsKey) {
  insert_all({"b", "a", "c"});
  EXPECT_EQ(list.first_at_or_after("a"), "\"a\"=\"of a\"");
  EXPECT_EQ(list.first_at_or_after("b"), "\"b\"=\"of b\"");
  EXPECT_EQ(list.first_at_or_after("c"), "\"c\"=\"of c\"");
}

TEST_F(SkipListInsert, BetweenTwoKeysTheLargerIsFound) {
  insert_all({"d", "b", "f"});
  EXPECT_EQ(list.first_at_or_after(""), "\"b\"=\"of b\"");
  EXPECT_EQ(list.first_at_or_after("c"), "\"d\"=\"of d\"");
  EXPECT_EQ(list.first_at_or_after("da"), "\"f\"=\"of f\"");
  EXPECT_EQ(list.first_at_or_after("g"), "none");
}

TEST_F(SkipListInsert, EntriesStandInOrder) {
  insert_all({"m", "c", "x", "a", "p", "b", "z", "n"});
  EXPECT_EQ(list.first(), "\"a\"=\"of a\"");
  list.forward();
}

TEST_F(SkipListInsert, AscendingAndDescendingKeysStandInOrder) {
  for (char c = 'a'; c <= 'm'; ++c) list.insert(std::string(1, c), "");
  for (char c = 'z'; c > 'm'; --c) list.insert(std::string(1, c), "");
  list.forward();
  EXPECT_EQ(list.first_at_or_after("mm"), "\"n\"=\"\"");
}

TEST_F(SkipListInsert, KeysAndValuesAreAnyBytes) {
  for (const std::string& key : {"\xff"s, ""s, "a\0b"s, "\0"s, "a"s, "\x80"s}) {
    list.insert(key, key + "\0value"s);
  }
  list.forward();
  EXPECT_EQ(list.first_at_or_after(""), "\"\"=\"\\x00value\"");
}

TEST_F(SkipListInsert, LongKeysAndValuesAreKept) {
  list.insert(std::string(70'000, 'k'), std::string(3'000'000, 'v'));
  list.insert(std::string(70'000, 'j'), "short");
  list.insert("k", std::string(600'000, 'w'));
  EXPECT_EQ(list.first_at_or_after("l"), "none");
  list.forward();
}

TEST_F(SkipListInsert, TheListKeepsCopies) {
  std::string key = "key";
  std::string value = "value";
  list.insert(key, value);
  key = "xxx";
  value = "other";
  EXPECT_EQ(list.first(), "\"key\"=\"value\"");
}

TEST_F(SkipListInsert, RandomInsertsAreFound) {
  Drawn drawn(32);
  std::map<std::string, std::string> model;
  for (int i = 0; i < 300; ++i) {
    const std::string key = std::string(drawn.key()) + std::to_string(drawn.below(40));
    if (!model.contains(key)) {
      model[key] = drawn.value();
      list.insert(key, model[key]);
    }
    const std::string sought = std::string(drawn.key()) + std::to_string(drawn.below(40));
    const auto found = model.lower_bound(sought);
    EXPECT_EQ(list.first_at_or_after(sought),
              found == model.end()
                  ? "none"
                  : test::quoted(found->first) + "=" + test::quoted(found->second));
  }
  list.forward();
}

std::size_t comparisons = 0;  // of the list in the case below; cases have a process of their own
bool counting_less(std::string_view a, std::string_view b) {
  ++comparisons;
  return a < b;
}

TEST_F(SkipListInsert, ASearchLooksAtFewEntries) {
  // A list with express lanes compares some 25 times among 20,000 entries; one without, 10,000.
  Arena arena;
  const auto counted = make_skip_list(arena, counting_less);
  announce("comparisons are few");
  for (std::uint32_t i = 0; i < 20'000; ++i) counted->insert(mixed_key(i), {});
  comparisons = 0;
  for (std::uint32_t i = 0; i < 1'000; ++i) {
    static_cast<void>(counted->first_at_or_after(mixed_key(i * 20)));
  }
  const bool few = comparisons < 1'000 * 60;
  observe("comparisons are few", few ? "yes" : "no");
  EXPECT_TRUE(few) << comparisons << " for 1000 searches";
}

TEST_F(SkipListInsert, TheExpressLanesTakeLittleMemory) {
  // An entry stands in 1.5 lists on average, so has 12 bytes of links beside 16 of its own. 16 may
  // be meant well, and an arena holds up to twice what was taken: its last chunk is half of it. So
  // few entries that without express lanes, too, the case comes to its end.
  Arena arena;
  const auto built = make_skip_list(arena, bytes_less);
  announce("links are few");
  constexpr std::size_t count = 10'000;
  for (std::uint32_t i = 0; i < count; ++i) built->insert(mixed_key(i), {});
  const bool few = arena.bytes() < 2 * count * (16 + 16) + Arena::min_chunk_bytes;
  observe("links are few", few ? "yes" : "no");
  EXPECT_TRUE(few) << arena.bytes() << " bytes for " << count << " entries";
}

// Counts what readers see that must not be, while a writer inserts. An entry's value says its key.
class SkipListReaders : public SkipListInsert {
 protected:
  static constexpr std::uint32_t keys = 20'000;

  static bool whole(const SkipListEntry& entry) {
    return entry.value() == "of " + std::string(entry.key());
  }

  static std::string sought(const std::string& key, const std::string& expected,
                            const SkipListEntry* found) {
    return "first at or after " + test::quoted(key) + ": expected " + test::quoted(expected) +
           ", found " + ToldList::told(found);
  }
  static std::string step_to(const SkipListEntry& from, const SkipListEntry* to) {
    return "after " + ToldList::told(&from) + ": expected a larger key, found " +
           ToldList::told(to);
  }

  void write() {
    for (std::uint32_t i = 0; i < keys; ++i) {
      const std::string key = mixed_key(i);
      list.list().insert(key, "of " + key);
      written_.store(i + 1, std::memory_order_release);
    }
  }
  bool writing() const { return written_.load(std::memory_order_relaxed) < keys; }

  std::atomic<std::uint32_t> written_ = 0;  // how many inserts have returned
};

TEST_F(SkipListReaders, WhatWasInsertedIsFoundBesideTheWriter) {
  list.insert("a", "1");
  ASSERT_EQ(list.first_at_or_after("a"), "\"a\"=\"1\"");
  Wrongs missed;
  announce("entries missed");
  {
    const std::jthread writer([&]() -> void { write(); });
    const auto read = [&](std::uint32_t turn) -> void {
      do {
        const std::uint32_t known = written_.load(std::memory_order_acquire);
        if (known == 0) continue;
        turn = turn * 1'664'525 + 1'013'904'223;
        const std::string key = mixed_key((turn >> 8) % known);
        const SkipListEntry* found = list.list().first_at_or_after(key);
        if (found == nullptr || found->key() != key) missed.add(sought(key, key, found));
      } while (writing());
    };
    const std::jthread one([&]() -> void { read(1); });
    const std::jthread two([&]() -> void { read(2); });
  }
  observe("entries missed", missed.told());
  EXPECT_EQ(missed.told(), "0");
}

TEST_F(SkipListReaders, ReadersSeeWholeEntriesInOrder) {
  // Nothing but the list itself orders the two threads.
  list.insert("a", "of a");
  ASSERT_EQ(list.first_at_or_after("a"), "\"a\"=\"of a\"");
  Wrongs broken;
  announce("entries broken or out of order");
  {
    const std::jthread writer([&]() -> void { write(); });
    const std::jthread reader([&]() -> void {
      std::uint32_t turn = 1;
      do {
        turn = turn * 1'664'525 + 1'013'904'223;
        const SkipListEntry* at = list.list().first_at_or_after(mixed_key(turn >> 8));
        for (int steps = 0; at != nullptr && steps < 50; ++steps) {
          if (!whole(*at)) broken.add("a value that is not of its key: " + ToldList::told(at));
          const SkipListEntry* const next = list.list().after(*at);
          if (next != nullptr && next->key() <= at->key()) broken.add(step_to(*at, next));
          at = next;
        }
      } while (writing());
    });
  }
  observe("entries broken or out of order", broken.told());
  EXPECT_EQ(broken.told(), "0");
}

TEST_F(SkipListReaders, ThePastOfAWalkStays) {
  // A walk over a list that grows sees every entry that was there when it began.
  for (std::uint32_t i = 0; i < 2'000; ++i) {
    const std::string key = "old" + std::to_string(i);
    list.list().insert(key, "of " + key);
  }
  ASSERT_EQ(list.first_at_or_after("old17"), "\"old17\"=\"of old17\"");
  Wrongs short_walks;
  announce("walks that lost an old entry");
  {
    const std::jthread writer([&]() -> void { write(); });
    do {
      int old = 0;
      const SkipListEntry* last = nullptr;
      for (auto* at = list.list().first(); at != nullptr; at = list.list().after(*at)) {
        if (at->key().starts_with("old")) ++old;
        last = at;
      }
      if (old != 2'000) {
        short_walks.add("of 2000 old entries " + std::to_string(old) + "; it ended at " +
                        ToldList::told(last));
      }
    } while (writing());
  }
  observe("walks that lost an old entry", short_walks.told());
  EXPECT_EQ(short_walks.told(), "0");
}

TEST_F(SkipListReaders, WhoSeesAnEntrySeesTheWayOn) {
  // Every insert goes before all entries there are, so that each but the last has one behind it.
  list.insert("z", "");
  ASSERT_EQ(list.first_at_or_after("a"), "\"z\"=\"\"");
  Wrongs dead_ends;
  announce("entries with nothing behind them");
  const SkipListEntry* before = nullptr;
  const auto insert = [&](int i) -> void { list.list().insert(std::to_string(9'999'999 - i), ""); };
  look_beside_inserts(50'000, insert, [&]() -> bool {
    const SkipListEntry* const at = list.list().first();
    if (at == std::exchange(before, at) || at->key() == "z") return false;
    const SkipListEntry* const next = list.list().after(*at);
    if (next == nullptr || next->key() <= at->key()) dead_ends.add(step_to(*at, next));
    return true;
  });
  observe("entries with nothing behind them", dead_ends.told());
  EXPECT_EQ(dead_ends.told(), "0");
}

TEST_F(SkipListReaders, TheAnswerIsTheEntryThatWasCompared) {
  // While the search ends at x, the writer puts c before it, which the search may find or not, but
  // not in place of what it looked at.
  VisitedList visited;
  announce("wrong answers");
  Wrongs wrong;
  for (int i = 100; i < 150; ++i) {
    const std::string number = std::to_string(i);
    for (const char* key : {"a", "x"}) visited.list().insert(number + key, "");
    visited.insert_when(number + "x", number + "m", number + "c");
    const SkipListEntry* const found = visited.list().first_at_or_after(number + "m");
    if (found == nullptr || found->key() != number + "x") {
      wrong.add(sought(number + "m", number + "x", found));
    }
  }
  observe("wrong answers", wrong.told());
  EXPECT_EQ(wrong.told(), "0");
}

}  // namespace
}  // namespace kv::test
