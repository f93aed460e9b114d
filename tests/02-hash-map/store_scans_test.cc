// Task 2.7: scans and snapshots of the hash store.

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <utility>

#include "storage/hash_store.h"
#include "tests/support/drawn.h"
#include "tests/support/expect.h"
#include "tests/support/told_iterator.h"
#include "tests/support/told_store.h"

namespace kv::test {
namespace {

class StripedScans : public testing::Test {
 protected:
  void fill(std::initializer_list<const char*> keys) {
    for (const char* key : keys) ASSERT_TRUE(ok(store.put(key, key)));
  }

  ToldIterator scan(const Range& range = {}) {
    step("scan " + told(range));
    return ToldIterator(hash_->scan(range).value());
  }

  std::unique_ptr<Snapshot> snapshot() {
    step("take a snapshot");
    return hash_->snapshot().value();
  }

  std::unique_ptr<Store> hash_ = make_hash_store({}).value();
  ToldStore store{*hash_};
};

// A clock on which each look costs a second.
class SlowClock final : public Clock {
 public:
  Time now() const override {
    looks_.fetch_add(1, std::memory_order_relaxed);
    return Time(std::chrono::seconds(looks_.load(std::memory_order_relaxed)));
  }

 private:
  mutable std::atomic<int> looks_ = 0;
};

TEST_F(StripedScans, DeliverEverythingInOrder) {
  fill({"c", "a", "", "b", "aa", "\xff", "B"});
  store.scan();
  store.scan({.reverse = true});
}

TEST_F(StripedScans, DeliverManyKeysInOrder) {
  for (int i = 0; i < 1000; ++i) {
    const std::string number = std::to_string(1000 + i * 7 % 1000);
    ASSERT_TRUE(ok(hash_->put(number, number)));
  }
  store.scan({.start = "1100", .end = "1110"});
  store.scan({.start = "1990", .reverse = true});
  const auto it = hash_->scan().value();
  int inversions = 0;
  int count = 0;
  for (std::string before; it->next(); ++count) {
    if (it->key() <= before || it->value() != it->key()) ++inversions;
    before = it->key();
  }
  observe("entries", std::to_string(count));
  observe("out of order", std::to_string(inversions));
  EXPECT_EQ(count, 1000);
  EXPECT_EQ(inversions, 0);
}

TEST_F(StripedScans, KeepToTheirBounds) {
  fill({"a", "b", "c", "d", "e"});
  EXPECT_EQ(store.scan({.start = "b", .end = "d"}), "\"b\"=\"b\" \"c\"=\"c\"");
  EXPECT_EQ(store.scan({.start = "b", .end = "d", .reverse = true}), "\"c\"=\"c\" \"b\"=\"b\"");
  for (const bool reverse : {false, true}) {
    store.scan({.start = "bb", .reverse = reverse});
    store.scan({.end = "bb", .reverse = reverse});
    store.scan({.start = "d", .end = "b", .reverse = reverse});
    store.scan({.start = "c", .end = "c", .reverse = reverse});
    store.scan({.start = "b", .reverse = reverse, .limit = 2});
  }
}

TEST_F(StripedScans, DoNotShowLaterWrites) {
  fill({"a", "c", "e"});
  for (const bool reverse : {false, true}) {
    auto it = scan({.reverse = reverse});
    it.next();
    EXPECT_TRUE(ok(store.put("b", reverse ? "2" : "1")));
    EXPECT_TRUE(ok(store.put("c", "x")));
    EXPECT_TRUE(ok(store.erase(reverse ? "a" : "e")));
    it.rest();
  }
  store.scan();
}

TEST_F(StripedScans, ASnapshotStandsStill) {
  fill({"a", "b", "c"});
  const auto taken = snapshot();
  ToldReader before(*taken, "snapshot");
  EXPECT_TRUE(ok(store.put("a", "x")));
  EXPECT_TRUE(ok(store.erase("b")));
  EXPECT_TRUE(ok(store.put("d", "new")));
  for (const char* key : {"", "a", "b", "bb", "c", "d"}) {
    static_cast<void>(before.get(key));
    static_cast<void>(before.contains(key));
  }
  EXPECT_EQ(before.scan(), "\"a\"=\"a\" \"b\"=\"b\" \"c\"=\"c\"");
  before.scan({.start = "b", .reverse = true});
  store.scan();
}

TEST_F(StripedScans, SnapshotsAreIndependent) {
  fill({"a"});
  const auto first = snapshot();
  EXPECT_TRUE(ok(store.put("a", "2")));
  auto second = snapshot();
  EXPECT_TRUE(ok(store.put("a", "3")));
  ToldReader(*first, "first snapshot").scan();
  ToldReader(*second, "second snapshot").scan();
  second.reset();
  ToldReader(*first, "first snapshot").scan();
  store.scan();
}

TEST_F(StripedScans, CloseEndsSnapshotsAndIterators) {
  fill({"a", "b"});
  const auto taken = snapshot();
  auto it = scan();
  it.next();
  EXPECT_TRUE(ok(hash_->close()));
  EXPECT_EQ(it.next(), "closed");
  hash_.reset();
  EXPECT_TRUE(fails_with(Code::closed, ToldReader(*taken, "snapshot").get("a")));
  EXPECT_EQ(it.seek("a"), "closed");
}

TEST_F(StripedScans, GiveUpWhenTheDeadlinePasses) {
  fill({"a", "b", "c"});
  const SlowClock clock;
  const Context context = Context().with_timeout(std::chrono::seconds(10), clock);
  announce("scan");
  const auto scanned = hash_->scan({}, context);
  observe("scan", scanned ? "ok" : std::string(name(scanned.error().code())));
  EXPECT_TRUE(fails_with(Code::deadline_exceeded, scanned));
  const SlowClock other;
  announce("snapshot");
  const auto taken = hash_->snapshot(Context().with_timeout(std::chrono::seconds(10), other));
  observe("snapshot", taken ? "ok" : std::string(name(taken.error().code())));
  EXPECT_TRUE(fails_with(Code::deadline_exceeded, taken));
  store.scan();
}

// Looks at 20 keys over and over while a writer changes all, always in one batch and to one value.
// Says what was seen of a torn batch, or nothing.
template <class Look>
std::string torn_beside_a_writer(Store& hash, Look look) {
  constexpr int enough = 600;
  std::atomic<int> looks = 0;
  std::string torn;
  const std::jthread writer([&]() -> void {
    for (int i = 1; i < 20'000 && looks.load(std::memory_order_relaxed) < enough; ++i) {
      Batch all;
      for (int key = 0; key < 20; ++key) all.put(std::to_string(key), std::to_string(i));
      static_cast<void>(hash.apply(all));
    }
  });
  for (; looks.load(std::memory_order_relaxed) < enough;
       looks.fetch_add(1, std::memory_order_relaxed)) {
    const std::unique_ptr<Iterator> it = look();
    std::string first;
    while (it->next()) {
      if (first.empty()) first = it->value();
      if (it->value() != first) torn = first + " beside " + std::string(it->value());
    }
  }
  return torn;
}

TEST_F(StripedScans, SeeBatchesWholeBesideAWriter) {
  fill({"0"});
  ASSERT_EQ(store.scan(), "\"0\"=\"0\"");
  announce("what was torn");
  const std::string torn = torn_beside_a_writer(
      *hash_, [&]() -> std::unique_ptr<Iterator> { return hash_->scan().value(); });
  observe("what was torn", torn.empty() ? "nothing" : "a batch");
  EXPECT_EQ(torn, "");
}

TEST_F(StripedScans, SnapshotsSeeBatchesWholeBesideAWriter) {
  fill({"0"});
  ASSERT_TRUE(ok(ToldReader(*snapshot(), "snapshot").get("0")));
  announce("what was torn");
  std::unique_ptr<Snapshot> taken;
  const std::string torn = torn_beside_a_writer(*hash_, [&]() -> std::unique_ptr<Iterator> {
    taken = hash_->snapshot().value();
    return taken->scan().value();
  });
  observe("what was torn", torn.empty() ? "nothing" : "a batch");
  EXPECT_EQ(torn, "");
}

TEST_F(StripedScans, RandomScansDeliverWhatTheReferenceDelivers) {
  Drawn drawn(26);
  for (int i = 0; i < 150; ++i) {
    static_cast<void>(hash_->apply(drawn.batch(0)));
    store.scan(drawn.range());
  }
}

TEST_F(StripedScans, RandomSnapshotsHoldWhatTheReferenceHolds) {
  Drawn drawn(27);
  std::unique_ptr<Snapshot> older = snapshot();
  for (int i = 0; i < 100; ++i) {
    static_cast<void>(hash_->apply(drawn.batch(0)));
    if (drawn.once_in(8)) older = snapshot();
    ToldReader before(*older, "snapshot");
    before.scan(drawn.range());
    static_cast<void>(before.get(drawn.key()));
    static_cast<void>(before.contains(drawn.key()));
  }
}

}  // namespace
}  // namespace kv::test
