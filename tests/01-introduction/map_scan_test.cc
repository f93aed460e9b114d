// Task 1.4: scans and snapshots of the map store.

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "storage/map_store.h"
#include "tests/support/drawn.h"
#include "tests/support/expect.h"
#include "tests/support/told_iterator.h"
#include "tests/support/told_store.h"

namespace kv::test {
namespace {

class MapScan : public testing::Test {
 protected:
  void fill(std::initializer_list<const char*> keys) {
    for (const char* key : keys) ASSERT_TRUE(ok(store.put(key, key)));
  }

  ToldIterator scan(const Range& range = {}) {
    step("scan " + told(range));
    return ToldIterator(map_->scan(range).value());
  }

  std::unique_ptr<Snapshot> snapshot() {
    step("take a snapshot");
    return map_->snapshot().value();
  }

  std::unique_ptr<Store> map_ = make_map_store({});
  ToldStore store{*map_};
};

TEST_F(MapScan, DeliversEverythingInOrder) {
  fill({"c", "a", "", "b", "aa", "\xff", "B"});
  store.scan();
  store.scan({.reverse = true});
}

TEST_F(MapScan, KeepsToItsBounds) {
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

TEST_F(MapScan, ALimitDoesNotKeepSeekFromWhatLiesBehindIt) {
  fill({"a", "b", "c", "d", "e"});
  for (const bool reverse : {false, true}) {
    auto it = scan({.reverse = reverse, .limit = 2});
    EXPECT_EQ(it.seek(reverse ? "b" : "d"), reverse ? "\"b\"=\"b\"" : "\"d\"=\"d\"");
    EXPECT_EQ(it.next(), reverse ? "\"a\"=\"a\"" : "\"e\"=\"e\"");
    EXPECT_EQ(it.next(), "end");
  }
}

TEST_F(MapScan, LaterWritesDoNotShow) {
  fill({"a", "c", "e"});
  for (const bool reverse : {false, true}) {
    auto it = scan({.reverse = reverse});
    it.next();
    EXPECT_TRUE(ok(store.put("b", reverse ? "2" : "1")));
    EXPECT_TRUE(ok(store.put("c", "new")));
    EXPECT_TRUE(ok(store.erase(reverse ? "a" : "e")));
    it.rest();
  }
  store.scan();
}

TEST_F(MapScan, ASnapshotStandsStill) {
  fill({"a", "b", "c"});
  const auto taken = snapshot();
  ToldReader before(*taken, "snapshot");
  EXPECT_TRUE(ok(store.put("a", "new")));
  EXPECT_TRUE(ok(store.erase("b")));
  EXPECT_TRUE(ok(store.put("d", "new")));
  for (const char* key : {"a", "b", "c", "d"}) {
    static_cast<void>(before.get(key));
    static_cast<void>(before.contains(key));
  }
  EXPECT_EQ(before.scan(), "\"a\"=\"a\" \"b\"=\"b\" \"c\"=\"c\"");
  before.scan({.start = "b", .reverse = true});
  store.scan();
}

TEST_F(MapScan, SnapshotsAreIndependent) {
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

TEST_F(MapScan, CloseEndsSnapshotsAndIterators) {
  fill({"a", "b"});
  const auto taken = snapshot();
  auto it = scan();
  it.next();
  EXPECT_TRUE(ok(map_->close()));
  EXPECT_EQ(it.next(), "closed");
  EXPECT_TRUE(fails_with(Code::closed, ToldReader(*taken, "snapshot").get("a")));
  map_.reset();
  EXPECT_TRUE(fails_with(Code::closed, ToldReader(*taken, "snapshot").get("a")));
  EXPECT_EQ(it.seek("a"), "closed");
}

// Looks at a and b over and over while a writer changes both, always in one batch and to one value.
// Says what was seen of a torn batch, or nothing.
template <class Look>
std::string torn_beside_a_writer(Store& map, Look look) {
  // The writer goes on until it has been looked at often enough. Relaxed: the counter must not
  // order what the store has to order by itself.
  constexpr int enough = 200;
  std::atomic<int> looks = 0;
  std::string torn;
  const std::jthread writer([&]() -> void {
    for (int i = 1; i < 20'000 && looks.load(std::memory_order_relaxed) < enough; ++i) {
      Batch both;
      both.put("a", std::to_string(i));
      both.put("b", std::to_string(i));
      static_cast<void>(map.apply(both));
    }
  });
  for (; looks.load(std::memory_order_relaxed) < enough;
       looks.fetch_add(1, std::memory_order_relaxed)) {
    const auto [a, b] = look();
    if (a != b) torn = "a=" + a + " b=" + b;
  }
  return torn;
}

TEST_F(MapScan, ScansSeeBatchesWholeBesideAWriter) {
  fill({"a", "b"});
  ASSERT_EQ(store.scan({.start = "b"}), "\"b\"=\"b\"");
  ASSERT_TRUE(ok(store.put("b", "a")));
  announce("what was torn");
  const std::string torn =
      torn_beside_a_writer(*map_, [&]() -> std::pair<std::string, std::string> {
        const auto it = map_->scan().value();
        const std::string a = it->next() ? std::string(it->value()) : "none";
        return {a, it->next() ? std::string(it->value()) : "none"};
      });
  observe("what was torn", torn.empty() ? "nothing" : "a batch");
  EXPECT_EQ(torn, "");
}

TEST_F(MapScan, SnapshotsSeeBatchesWholeBesideAWriter) {
  fill({"a", "b"});
  ASSERT_TRUE(ok(store.put("b", "a")));
  ASSERT_TRUE(ok(ToldReader(*snapshot(), "snapshot").get("b")));
  announce("what was torn");
  const std::string torn =
      torn_beside_a_writer(*map_, [&]() -> std::pair<std::string, std::string> {
        const auto taken = map_->snapshot().value();
        return {taken->get("a").value_or("none"), taken->get("b").value_or("none")};
      });
  observe("what was torn", torn.empty() ? "nothing" : "a batch");
  EXPECT_EQ(torn, "");
}

TEST_F(MapScan, RandomScansDeliverWhatTheReferenceDelivers) {
  Drawn drawn(6);
  for (int i = 0; i < 150; ++i) {
    static_cast<void>(map_->apply(drawn.batch(0)));
    store.scan(drawn.range());
  }
}

TEST_F(MapScan, RandomSnapshotsHoldWhatTheReferenceHolds) {
  Drawn drawn(7);
  std::unique_ptr<Snapshot> older = snapshot();
  for (int i = 0; i < 100; ++i) {
    static_cast<void>(map_->apply(drawn.batch(0)));
    if (drawn.once_in(8)) older = snapshot();
    ToldReader reader(*older, "snapshot");
    static_cast<void>(reader.get(drawn.key()));
    reader.scan(drawn.range());
  }
}

}  // namespace
}  // namespace kv::test
