// Task 2.5: batches over many stripes.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "storage/hash_store.h"
#include "tests/support/drawn.h"
#include "tests/support/expect.h"
#include "tests/support/halted.h"
#include "tests/support/told_store.h"

namespace kv::test {
namespace {

using namespace std::chrono_literals;

class StripedBatches : public testing::Test {
 protected:
  // Puts the value under each of the keys 0 … 19, which lie in many stripes, in one batch. A batch
  // that goes backwards names them from 19 on.
  static Batch twenty(const std::string& value, bool backwards = false) {
    Batch batch;
    for (int i = 0; i < 20; ++i) batch.put("key " + std::to_string(backwards ? 19 - i : i), value);
    return batch;
  }

  const std::unique_ptr<Store> hash_ = make_hash_store({}).value();
  ToldStore store{*hash_};
};

TEST_F(StripedBatches, EveryChangeIsMade) {
  Batch batch = twenty("1");
  batch.erase("key 7");
  EXPECT_TRUE(ok(store.apply(batch)));
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(told(store.get("key " + std::to_string(i))), i == 7 ? "not_found" : "ok \"1\"");
  }
}

TEST_F(StripedBatches, ChangesAreMadeInTheirOrder) {
  ASSERT_TRUE(ok(store.apply(twenty("0"))));
  Batch batch;
  batch.put("twice", "1");
  batch.put("twice", "2");
  batch.erase("back");
  batch.put("back", "1");
  batch.put("gone", "1");
  batch.erase("gone");
  batch.erase("never");
  batch.erase("key 3");
  EXPECT_TRUE(ok(store.apply(batch)));
  EXPECT_EQ(told(store.get("twice")), "ok \"2\"");
  EXPECT_EQ(told(store.get("back")), "ok \"1\"");
  EXPECT_TRUE(fails_with(Code::not_found, store.get("gone")));
  EXPECT_TRUE(fails_with(Code::not_found, store.get("key 3")));
}

TEST_F(StripedBatches, AKeyMayBeNamedManyTimes) {
  // Whoever locks a stripe twice stops here.
  Batch batch;
  batch.require("k", absent);
  batch.require("k", absent);
  for (int i = 0; i < 200; ++i) batch.put("k", std::to_string(i));
  EXPECT_TRUE(ok(store.apply(batch)));
  EXPECT_EQ(told(store.get("k")), "ok \"199\"");
}

TEST_F(StripedBatches, AnEmptyBatchIsOk) {
  EXPECT_TRUE(ok(store.apply(Batch())));
  EXPECT_TRUE(ok(store.apply(twenty("1"))));
}

TEST_F(StripedBatches, AConflictChangesNothing) {
  ASSERT_TRUE(ok(store.apply(twenty("1"))));
  Batch batch = twenty("2");
  batch.erase("key 3");
  batch.put("new", "2");
  batch.require("key 19", "1");
  batch.require("key 4", "3");
  EXPECT_TRUE(fails_with(Code::conflict, store.apply(batch)));
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(told(store.get("key " + std::to_string(i))), "ok \"1\"");
  }
  EXPECT_TRUE(fails_with(Code::not_found, store.get("new")));
}

TEST_F(StripedBatches, EveryRequirementIsChecked) {
  ASSERT_TRUE(ok(store.apply(twenty("1"))));
  for (int broken = 0; broken < 20; ++broken) {
    Batch batch;
    for (int i = 0; i < 20; ++i) {
      batch.require("key " + std::to_string(i), i == broken ? "2" : "1");
    }
    batch.put("changed", "yes");
    EXPECT_TRUE(fails_with(Code::conflict, store.apply(batch)));
  }
  EXPECT_TRUE(fails_with(Code::not_found, store.get("changed")));
}

TEST_F(StripedBatches, AnEmptyValueIsNotAbsent) {
  ASSERT_TRUE(ok(store.put("empty", "")));
  const auto try_with = [&](std::string_view key, auto required) -> Status {
    Batch batch;
    batch.require(key, required);
    batch.put("changed", "yes");
    return store.apply(batch);
  };
  EXPECT_TRUE(fails_with(Code::conflict, try_with("empty", absent)));
  EXPECT_TRUE(fails_with(Code::conflict, try_with("none", "")));
  EXPECT_TRUE(ok(try_with("empty", "")));
  EXPECT_TRUE(ok(try_with("none", absent)));
}

TEST_F(StripedBatches, TheStateBeforeTheBatchCounts) {
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

TEST_F(StripedBatches, AConflictNamesTheKey) {
  ASSERT_TRUE(ok(store.put("one", "1")));
  Batch batch;
  batch.require("one", "1");
  batch.require("account:7", "1");
  const Status applied = store.apply(batch);
  ASSERT_TRUE(fails_with(Code::conflict, applied));
  const bool named = applied.error().message().find("account:7") != std::string::npos;
  observe("the message names account:7", named ? "yes" : "no");
  EXPECT_TRUE(named) << applied.error().message();
}

TEST_F(StripedBatches, NobodyComesBetweenCheckAndChange) {
  ASSERT_TRUE(ok(store.apply(twenty("1"))));
  constexpr int seats = 500;
  std::atomic<int> claimed = 0;
  std::barrier together(2);
  const auto claim = [&](const char* name) -> void {
    for (int seat = 0; seat < seats; ++seat) {
      Batch batch;
      batch.require("seat " + std::to_string(seat), absent);
      batch.put("seat " + std::to_string(seat), name);
      batch.put("claimed by", name);
      together.arrive_and_wait();
      if (hash_->apply(batch)) ++claimed;
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

TEST_F(StripedBatches, ARequirementHoldsUntilTheChange) {
  // Each leaves only if the other is on duty, which it requires of a stripe that it does not
  // change. Between that check and its change it has much else to check, so that there is time to
  // err.
  ASSERT_TRUE(ok(store.put("on duty: Ada", "yes")));
  ASSERT_TRUE(ok(store.put("on duty: Bob", "yes")));
  constexpr int days = 20;
  int nobody = 0;
  std::barrier together(3);
  const auto leave = [&](const std::string& mine, const std::string& other) -> void {
    Batch batch;
    batch.require("on duty: " + other, "yes");
    for (int i = 0; i < 40'000; ++i) batch.require("filler " + std::to_string(i), absent);
    batch.erase("on duty: " + mine);
    for (int day = 0; day < days; ++day) {
      together.arrive_and_wait();
      static_cast<void>(hash_->apply(batch));
      together.arrive_and_wait();
      together.arrive_and_wait();
    }
  };
  const std::jthread one([&]() -> void { leave("Ada", "Bob"); });
  const std::jthread two([&]() -> void { leave("Bob", "Ada"); });
  for (int day = 0; day < days; ++day) {
    together.arrive_and_wait();  // both try to leave
    together.arrive_and_wait();
    const bool ada = hash_->contains("on duty: Ada").value_or(false);
    const bool bob = hash_->contains("on duty: Bob").value_or(false);
    if (!ada && !bob) ++nobody;
    Batch back;
    back.put("on duty: Ada", "yes");
    back.put("on duty: Bob", "yes");
    static_cast<void>(hash_->apply(back));
    together.arrive_and_wait();
  }
  observe("days with nobody on duty", std::to_string(nobody));
  EXPECT_EQ(nobody, 0);
}

TEST_F(StripedBatches, TwoBatchesNeverWaitForEachOther) {
  // They name the same keys in opposite orders. A circle of waiting threads shows as a time-out.
  ASSERT_TRUE(ok(store.apply(twenty("0"))));
  constexpr int rounds = 2000;
  std::latch start(2);
  const auto write = [&](const std::string& value, bool backwards) -> void {
    const Batch batch = twenty(value, backwards);
    start.arrive_and_wait();
    for (int i = 0; i < rounds; ++i) static_cast<void>(hash_->apply(batch));
  };
  announce("keys with another batch's value");
  {
    const std::jthread one([&]() -> void { write("forward", false); });
    const std::jthread two([&]() -> void { write("backward", true); });
  }
  const std::string first = hash_->get("key 0").value_or("none");
  int others = 0;
  for (int i = 1; i < 20; ++i) {
    if (hash_->get("key " + std::to_string(i)).value_or("none") != first) ++others;
  }
  observe("keys with another batch's value", std::to_string(others));
  EXPECT_EQ(others, 0);
}

TEST_F(StripedBatches, OthersGoOnMeanwhile) {
  // Somebody who makes one long batch on one key, over and over, is halted in the middle. Of four
  // readers of other keys one at least must get through: not all can share that key's stripe.
  ASSERT_TRUE(ok(store.apply(twenty("0"))));
  Batch batch;
  for (int i = 0; i < 8; ++i) batch.put("long", std::string(4 << 20, 'v'));
  std::atomic<bool> over = false;
  std::jthread writer([&]() -> void {
    while (!over.load()) static_cast<void>(hash_->apply(batch));
  });
  std::mutex mutex;
  std::condition_variable change;
  int through = 0;
  bool one_went_on = false;
  std::latch start(1);
  std::vector<std::jthread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&, i]() -> void {
      start.wait();
      static_cast<void>(hash_->get("key " + std::to_string(i)));
      const std::lock_guard lock(mutex);
      ++through;
      change.notify_all();
    });
  }
  wait_until_it_worked(writer, 20ms);
  {
    const Halted halted(writer);
    start.count_down();
    std::unique_lock lock(mutex);
    // Who must wait for the batch waits for ever: three seconds are enough to tell.
    one_went_on = change.wait_for(lock, 3s, [&]() -> bool { return through > 0; });
  }
  over.store(true);
  observe("a reader of another stripe went on", one_went_on ? "yes" : "no");
  EXPECT_TRUE(one_went_on);
}

TEST_F(StripedBatches, WhoSawTheFirstKeySeesTheLast) {
  // A batch that lets go of each stripe as soon as it has changed it shows its parts one by one.
  ASSERT_TRUE(ok(store.apply(twenty("0"))));
  constexpr int enough = 2000;
  std::atomic<int> looks = 0;
  int older = 0;
  announce("looks that saw half a batch");
  const std::jthread writer([&]() -> void {
    for (int i = 1; i < 20'000 && looks.load(std::memory_order_relaxed) < enough; ++i) {
      static_cast<void>(hash_->apply(twenty(std::to_string(i))));
    }
  });
  for (; looks.load(std::memory_order_relaxed) < enough;
       looks.fetch_add(1, std::memory_order_relaxed)) {
    const int first = std::stoi(hash_->get("key 0").value_or("0"));
    const int last = std::stoi(hash_->get("key 19").value_or("0"));
    if (last < first) ++older;
  }
  observe("looks that saw half a batch", std::to_string(older));
  EXPECT_EQ(older, 0);
}

TEST_F(StripedBatches, RandomBatchesAnswerAsTheReferenceDoes) {
  Drawn drawn(25);
  for (int i = 0; i < 400; ++i) {
    static_cast<void>(store.apply(drawn.batch(drawn.below(3))));
    static_cast<void>(store.get(drawn.key()));
  }
}

}  // namespace
}  // namespace kv::test
