// Task 3.3: the skip list from behind.

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <string>
#include <thread>

#include "tests/03-memtable/looks_beside.h"
#include "tests/03-memtable/told_list.h"
#include "tests/03-memtable/visited_list.h"
#include "tests/03-memtable/wrongs.h"
#include "tests/support/drawn.h"

namespace kv::test {
namespace {

using namespace std::string_literals;

class SkipListBothWays : public testing::Test {
 protected:
  void insert_all(std::initializer_list<const char*> keys) {
    for (const char* key : keys) list.insert(key, "of "s + key);
  }

  ToldList list;
};

TEST_F(SkipListBothWays, AnEmptyListHasNoLastEntry) {
  EXPECT_EQ(list.last(), "none");
  EXPECT_EQ(list.last_at_or_before(""), "none");
  EXPECT_EQ(list.last_at_or_before("z"), "none");
  EXPECT_EQ(list.backward(), "nothing");
}

TEST_F(SkipListBothWays, TheLastEntryIsTheLargest) {
  for (const char* key : {"m", "c", "x", "a", "z", "n"}) {
    list.insert(key, "");
    list.last();
  }
  EXPECT_EQ(list.last(), "\"z\"=\"\"");
}

TEST_F(SkipListBothWays, AtOrBeforeFindsTheKeyItself) {
  insert_all({"d", "b", "f"});
  EXPECT_EQ(list.last_at_or_before("b"), "\"b\"=\"of b\"");
  EXPECT_EQ(list.last_at_or_before("d"), "\"d\"=\"of d\"");
  EXPECT_EQ(list.last_at_or_before("f"), "\"f\"=\"of f\"");
}

TEST_F(SkipListBothWays, BetweenTwoKeysTheSmallerIsFound) {
  insert_all({"d", "b", "f"});
  EXPECT_EQ(list.last_at_or_before("a"), "none");
  EXPECT_EQ(list.last_at_or_before("c"), "\"b\"=\"of b\"");
  EXPECT_EQ(list.last_at_or_before("e"), "\"d\"=\"of d\"");
  EXPECT_EQ(list.last_at_or_before("z"), "\"f\"=\"of f\"");
  EXPECT_EQ(list.last_at_or_before(""), "none");
}

TEST_F(SkipListBothWays, AWalkBackMeetsEveryEntry) {
  insert_all({"m", "c", "x", "a", "p", "", "z", "n"});
  list.forward();
  EXPECT_TRUE(list.backward().starts_with("\"z\"=\"of z\" \"x\"=\"of x\""));
}

TEST_F(SkipListBothWays, RandomListsAnswerAsTheModelDoes) {
  Drawn drawn(33);
  std::map<std::string, std::string> model;
  for (int i = 0; i < 200; ++i) {
    const std::string key = std::string(drawn.key()) + std::to_string(drawn.below(30));
    if (model.try_emplace(key, drawn.value()).second) list.insert(key, model[key]);
    const std::string sought = std::string(drawn.key()) + std::to_string(drawn.below(30));
    const auto behind = model.upper_bound(sought);
    const auto found = behind == model.begin() ? model.end() : std::prev(behind);
    EXPECT_EQ(list.last_at_or_before(sought),
              found == model.end()
                  ? "none"
                  : test::quoted(found->first) + "=" + test::quoted(found->second));
  }
  list.last();
  list.backward();
}

TEST_F(SkipListBothWays, AWalkBackBesideTheWriterLosesNothing) {
  constexpr std::uint32_t keys = 3'000;
  for (std::uint32_t i = 0; i < 300; ++i) list.list().insert("old" + std::to_string(i), "");
  ASSERT_EQ(list.last_at_or_before("old17"), "\"old17\"=\"\"");
  std::atomic<bool> written = false;
  Wrongs broken;
  announce("walks that lost or mixed up entries");
  {
    const std::jthread writer([&]() -> void {
      for (std::uint32_t i = 0; i < keys; ++i) list.list().insert(mixed_key(i), "");
      written.store(true, std::memory_order_relaxed);
    });
    do {
      int old = 0;
      const SkipListEntry* at = list.list().last();
      while (at != nullptr) {
        if (at->key().starts_with("old")) ++old;
        const SkipListEntry* const next = list.list().before(*at);
        if (next != nullptr && next->key() >= at->key()) {
          broken.add("before " + ToldList::told(at) + ": expected a smaller key, found " +
                     ToldList::told(next));
        }
        at = next;
      }
      if (old != 300) broken.add("of 300 old entries " + std::to_string(old));
    } while (!written.load(std::memory_order_relaxed));
  }
  observe("walks that lost or mixed up entries", broken.told());
  EXPECT_EQ(broken.told(), "0");
}

TEST_F(SkipListBothWays, WhatAnExpressLaneLeadsToStandsInTheLowestList) {
  // Every insert goes behind all entries there are. So where last() gives another entry than the
  // one that the lowest list has just ended at, that list goes on.
  list.insert("", "");
  ASSERT_EQ(list.last(), "\"\"=\"\"");
  Wrongs missing;
  announce("entries missing from the lowest list");
  const auto insert = [&](int i) -> void { list.list().insert(std::to_string(1'000'000 + i), ""); };
  const SkipListEntry* end = list.list().last();  // of the lowest list, as far as is known
  look_beside_inserts(20'000, insert, [&]() -> bool {
    while (const SkipListEntry* const next = list.list().after(*end)) end = next;
    const SkipListEntry* const last = list.list().last();
    if (last == end) return false;
    if (list.list().after(*end) == nullptr) {
      missing.add("the last entry was " + ToldList::told(last) + ", and behind " +
                  ToldList::told(end) + " there was none");
    }
    return true;
  });
  observe("entries missing from the lowest list", missing.told());
  EXPECT_EQ(missing.told(), "0");
}

TEST_F(SkipListBothWays, TheKeyItselfIsFoundWhateverComesBeforeItMeanwhile) {
  VisitedList visited;
  announce("wrong answers");
  Wrongs wrong;
  for (int i = 100; i < 150; ++i) {
    const std::string number = std::to_string(i);
    for (const char* key : {"a", "x"}) visited.list().insert(number + key, "");
    visited.insert_when(number + "x", number + "x", number + "c");
    const SkipListEntry* const found = visited.list().last_at_or_before(number + "x");
    if (found == nullptr || found->key() != number + "x") {
      wrong.add("last at or before " + test::quoted(number + "x") + ": expected that key, found " +
                ToldList::told(found));
    }
  }
  observe("wrong answers", wrong.told());
  EXPECT_EQ(wrong.told(), "0");
}

}  // namespace
}  // namespace kv::test
