// Tasks 1.1 and 1.2: the map store, key by key. What each call answers is observed and compared
// with the reference's answer; the expectations here explain the rules.

#include "storage/map_store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <initializer_list>
#include <latch>
#include <memory>
#include <string>
#include <thread>

#include "tests/support/drawn.h"
#include "tests/support/expect.h"
#include "tests/support/story.h"
#include "tests/support/told_store.h"

namespace kv::test {
namespace {

using namespace std::string_literals;

class MapStoreTest : public testing::Test {
 protected:
  // Observes how it went, by a call of the store that needs no scan.
  void get_all(std::initializer_list<const char*> keys) {
    for (const char* key : keys) static_cast<void>(store.get(key));
  }

  const std::unique_ptr<Store> map_ = make_map_store({});
  ToldStore store{*map_};
};

// Task 1.1.
using PointOperations = MapStoreTest;

TEST_F(PointOperations, GetGivesWhatPutStored) {
  EXPECT_TRUE(ok(store.put("name", "Ada")));
  EXPECT_EQ(told(store.get("name")), "ok \"Ada\"");
  EXPECT_EQ(told(store.contains("name")), "true");
}

TEST_F(PointOperations, AnAbsentKeyIsNotFound) {
  EXPECT_TRUE(ok(store.put("b", "1")));
  for (const char* key : {"", "a", "bb", "c"}) {
    EXPECT_TRUE(fails_with(Code::not_found, store.get(key)));
    EXPECT_EQ(told(store.contains(key)), "false");
  }
}

TEST_F(PointOperations, PutReplacesTheValue) {
  for (const char* value : {"first", "", "second", "second"}) {
    EXPECT_TRUE(ok(store.put("k", value)));
    EXPECT_EQ(told(store.get("k")), "ok " + quoted(value));
  }
}

TEST_F(PointOperations, EraseTakesOneKeyAway) {
  for (const char* key : {"a", "b", "ba", "c"}) EXPECT_TRUE(ok(store.put(key, "1")));
  EXPECT_TRUE(ok(store.erase("b")));
  EXPECT_TRUE(fails_with(Code::not_found, store.get("b")));
  for (const char* key : {"a", "ba", "c"}) EXPECT_EQ(told(store.get(key)), "ok \"1\"");
  EXPECT_TRUE(ok(store.put("b", "again")));
  EXPECT_EQ(told(store.get("b")), "ok \"again\"");
}

TEST_F(PointOperations, EraseOfAnAbsentKeyIsOk) {
  EXPECT_TRUE(ok(store.erase("k")));
  EXPECT_TRUE(ok(store.put("k", "1")));
  EXPECT_TRUE(ok(store.erase("k")));
  EXPECT_TRUE(ok(store.erase("k")));
  EXPECT_EQ(told(store.contains("k")), "false");
}

TEST_F(PointOperations, KeysAndValuesAreAnyBytes) {
  for (const std::string& key : {""s, "\0"s, "a\0b"s, "a\0c"s, "\x80"s, "\xff"s}) {
    EXPECT_TRUE(ok(store.put(key, key + "\0value"s)));
  }
  EXPECT_TRUE(ok(store.put("long", std::string(100'000, 'v'))));
  for (const std::string& key : {""s, "\0"s, "a"s, "a\0b"s, "a\0c"s, "\x80"s, "\xff"s, "long"s}) {
    static_cast<void>(store.get(key));
  }
}

TEST_F(PointOperations, ChangesOfABatchRunInTheirOrder) {
  EXPECT_TRUE(ok(store.put("there", "0")));
  Batch batch;
  batch.put("twice", "1");
  batch.put("twice", "2");
  batch.erase("back");
  batch.put("back", "1");
  batch.put("gone", "1");
  batch.erase("gone");
  batch.erase("never");
  batch.erase("there");
  EXPECT_TRUE(ok(store.apply(batch)));
  EXPECT_EQ(told(store.get("twice")), "ok \"2\"");
  EXPECT_EQ(told(store.get("back")), "ok \"1\"");
  EXPECT_TRUE(fails_with(Code::not_found, store.get("gone")));
  EXPECT_TRUE(fails_with(Code::not_found, store.get("there")));
}

TEST_F(PointOperations, TwoStoresShareNothing) {
  const std::unique_ptr<Store> second = make_map_store({});
  ToldStore other(*second, "the other store");
  EXPECT_TRUE(ok(store.put("k", "1")));
  EXPECT_TRUE(fails_with(Code::not_found, other.get("k")));
  EXPECT_TRUE(ok(other.put("k", "2")));
  EXPECT_EQ(told(store.get("k")), "ok \"1\"");
}

TEST_F(PointOperations, ThreadsMayReadAndWriteAtOnce) {
  // Before any thread starts: an unwritten body is a failure here and an abort there.
  ASSERT_TRUE(ok(store.put("shared", "1")));
  ASSERT_TRUE(ok(store.get("shared")));
  // After every round a writer lets the reader read, and the reader goes on until nobody writes.
  // Relaxed: the counters must not order what the store has to order by itself.
  constexpr int keys = 30;
  constexpr int rounds = 20;
  std::atomic<int> reads = 0;
  std::atomic<int> writers = 2;
  std::latch start(3);
  const auto write = [&](const std::string& prefix) -> void {
    start.arrive_and_wait();
    for (int round = 1; round <= rounds; ++round) {
      for (int i = 0; i < keys; ++i) {
        static_cast<void>(map_->put(prefix + std::to_string(i), std::to_string(i)));
        if (i % 3 == 0) static_cast<void>(map_->erase(prefix + std::to_string(i)));
      }
      while (reads.load(std::memory_order_relaxed) < round * keys) std::this_thread::yield();
    }
    writers.fetch_sub(1, std::memory_order_relaxed);
  };
  const auto read = [&]() -> void {
    start.arrive_and_wait();
    while (writers.load(std::memory_order_relaxed) > 0) {
      const int number = reads.fetch_add(1, std::memory_order_relaxed);
      static_cast<void>(map_->get("a" + std::to_string(number % keys)));
    }
  };
  {
    const std::jthread one([&]() -> void { write("a"); });
    const std::jthread two([&]() -> void { write("b"); });
    const std::jthread three(read);
  }
  for (int i = 0; i < keys; ++i) {
    for (const char* prefix : {"a", "b"}) {
      static_cast<void>(store.get(prefix + std::to_string(i)));
    }
  }
}

TEST_F(PointOperations, RandomCallsAnswerAsTheReferenceDoes) {
  Drawn drawn(1);
  for (int i = 0; i < 300; ++i) {
    const std::string_view key = drawn.key();
    switch (drawn.below(4)) {
      case 0: static_cast<void>(store.put(key, drawn.value())); break;
      case 1: static_cast<void>(store.erase(key)); break;
      case 2: static_cast<void>(store.get(key)); break;
      default: static_cast<void>(store.contains(key));
    }
  }
}

TEST_F(PointOperations, RandomBatchesAnswerAsTheReferenceDoes) {
  Drawn drawn(2);
  for (int i = 0; i < 200; ++i) {
    static_cast<void>(store.apply(drawn.batch(0)));
    static_cast<void>(store.get(drawn.key()));
    static_cast<void>(store.get(drawn.key()));
  }
}

// Task 1.2.
class Requirements : public MapStoreTest {
 protected:
  void SetUp() override {
    ASSERT_TRUE(ok(store.put("one", "1")));
    ASSERT_TRUE(ok(store.put("empty", "")));
  }

  // Tries a batch that has this one requirement and a change.
  template <class Value>
  Status try_with(std::string_view key, Value required) {
    Batch batch;
    batch.require(key, required);
    batch.put("changed", "yes");
    Status applied = store.apply(batch);
    static_cast<void>(store.get("changed"));
    return applied;
  }
};

TEST_F(Requirements, TheValueMustBeJustThis) {
  EXPECT_TRUE(fails_with(Code::conflict, try_with("one", "2")));
  EXPECT_TRUE(fails_with(Code::conflict, try_with("one", "")));
  EXPECT_TRUE(fails_with(Code::conflict, try_with("one", "11")));
  EXPECT_TRUE(ok(try_with("one", "1")));
}

TEST_F(Requirements, AnAbsentKeyHasNoValue) {
  EXPECT_TRUE(fails_with(Code::conflict, try_with("none", "")));
  EXPECT_TRUE(fails_with(Code::conflict, try_with("none", "1")));
  EXPECT_TRUE(ok(try_with("none", absent)));
}

TEST_F(Requirements, AnEmptyValueIsNotAbsent) {
  EXPECT_TRUE(fails_with(Code::conflict, try_with("empty", absent)));
  EXPECT_TRUE(fails_with(Code::conflict, try_with("one", absent)));
  EXPECT_TRUE(ok(try_with("empty", "")));
}

TEST_F(Requirements, EveryOneIsChecked) {
  for (int broken = 0; broken < 3; ++broken) {
    Batch batch;
    for (int i = 0; i < 3; ++i) batch.require("one", i == broken ? "2" : "1");
    batch.put("changed", "yes");
    EXPECT_TRUE(fails_with(Code::conflict, store.apply(batch)));
    EXPECT_TRUE(fails_with(Code::not_found, store.get("changed")));
  }
}

TEST_F(Requirements, AConflictChangesNothing) {
  Batch batch;
  batch.put("first", "1");
  batch.erase("one");
  batch.require("none", "1");
  batch.put("last", "1");
  EXPECT_TRUE(fails_with(Code::conflict, store.apply(batch)));
  EXPECT_EQ(told(store.get("one")), "ok \"1\"");
  get_all({"first", "last", "empty"});
}

TEST_F(Requirements, TheStateBeforeTheBatchCounts) {
  Batch create;
  create.put("k", "1");
  create.require("k", absent);
  EXPECT_TRUE(ok(store.apply(create)));
  Batch cheat;
  cheat.put("k", "2");
  cheat.require("k", "2");
  EXPECT_TRUE(fails_with(Code::conflict, store.apply(cheat)));
  EXPECT_EQ(told(store.get("k")), "ok \"1\"");
}

TEST_F(Requirements, ABatchMayOnlyAsk) {
  Batch batch;
  batch.require("one", "1");
  EXPECT_TRUE(ok(store.apply(batch)));
  batch.require("empty", absent);
  EXPECT_TRUE(fails_with(Code::conflict, store.apply(batch)));
}

TEST_F(Requirements, AConflictNamesTheKey) {
  Batch batch;
  batch.require("one", "1");
  batch.require("account:7", "1");
  const Status applied = store.apply(batch);
  ASSERT_TRUE(fails_with(Code::conflict, applied));
  const bool named = applied.error().message().find("account:7") != std::string::npos;
  observe("the message names account:7", named ? "yes" : "no");
  EXPECT_TRUE(named) << applied.error().message();
}

TEST_F(Requirements, NobodyComesBetweenCheckAndChange) {
  ASSERT_TRUE(ok(try_with("one", "1")));
  // Two threads claim the same seat at the same moment, seat after seat; each goes to just one.
  constexpr int seats = 500;
  std::atomic<int> claimed = 0;
  std::barrier together(2);
  const auto claim = [&](const char* name) -> void {
    for (int seat = 0; seat < seats; ++seat) {
      Batch batch;
      batch.require("seat " + std::to_string(seat), absent);
      batch.put("seat " + std::to_string(seat), name);
      together.arrive_and_wait();
      if (map_->apply(batch)) ++claimed;
    }
  };
  announce("seats claimed");
  {
    const std::jthread one([&]() -> void { claim("Ada"); });
    const std::jthread two([&]() -> void { claim("Bob"); });
  }
  observe("seats claimed", std::to_string(claimed));
  EXPECT_EQ(claimed, seats);
}

TEST_F(Requirements, RandomBatchesAnswerAsTheReferenceDoes) {
  Drawn drawn(3);
  for (int i = 0; i < 400; ++i) {
    static_cast<void>(store.apply(drawn.batch(1 + drawn.below(2))));
    static_cast<void>(store.get(drawn.key()));
  }
}

}  // namespace
}  // namespace kv::test
