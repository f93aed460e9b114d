// close, and what outlives a store (Store::close, kv/lifetime.h, kv/iterator.h).

#include <algorithm>
#include <array>
#include <string>

#include "tests/contract/contract.h"
#include "tests/support/story.h"

namespace kv::test {
namespace {

class Closing : public Contract {};
KV_CONTRACT(Closing);

TEST_P(Closing, CanBeDoneTwice) {
  EXPECT_EQ(close(), "ok");
  EXPECT_EQ(close(), "ok");
}

TEST_P(Closing, RefusesEveryCallFromThenOn) {
  put("k", "v");
  const auto snapshot = must(store().snapshot());
  EXPECT_EQ(close(), "ok");
  for (const Call& call : all_calls(store(), *snapshot)) {
    const Status status = call.run("k", Context::none());
    observe(call.name, told(status));
    EXPECT_TRUE(fails_with(Code::closed, status)) << call.name;
  }
  EXPECT_EQ(close(), "ok");
}

TEST_P(Closing, RefusesAnAbsentKeyAsWell) {
  const auto snapshot = must(store().snapshot());
  close();
  EXPECT_EQ(get("absent"), "closed");
  EXPECT_EQ(contains("absent"), "closed");
  EXPECT_EQ(told(ToldReader(*snapshot).get("absent")), "closed");
}

TEST_P(Closing, RefusesABatchWithoutCheckingIt) {
  Batch unmet;
  unmet.require("k", "v");
  close();
  EXPECT_EQ(apply(unmet), "closed");
  EXPECT_EQ(apply(Batch()), "closed");
}

TEST_P(Closing, EndsIteratorsThatAreNotYetStarted) {
  fill({"a"});
  ToldIterator stepped = iterate();
  ToldIterator sought = iterate({.reverse = true});
  close();
  EXPECT_EQ(stepped.status(), "ok");
  EXPECT_EQ(stepped.next(), "closed");
  EXPECT_EQ(sought.seek("a"), "closed");
}

TEST_P(Closing, EndsIteratorsUnderWay) {
  fill({"a", "b", "c"});
  ToldIterator stepped = iterate();
  ToldIterator sought = iterate({.reverse = true});
  EXPECT_EQ(stepped.next(), R"("a"="A")");
  EXPECT_EQ(sought.seek("c"), R"("c"="C")");
  close();
  EXPECT_EQ(stepped.next(), "closed");
  EXPECT_EQ(stepped.seek("a"), "closed");
  EXPECT_EQ(stepped.next(), "closed");
  EXPECT_EQ(stepped.status(), "closed");
  EXPECT_EQ(sought.seek("a"), "closed");
}

TEST_P(Closing, EndsTheIteratorsOfSnapshots) {
  fill({"a", "b"});
  const auto snapshot = must(store().snapshot());
  ToldIterator it(must(snapshot->scan()));
  EXPECT_EQ(it.next(), R"("a"="A")");
  close();
  EXPECT_EQ(it.next(), "closed");
}

TEST_P(Closing, LeavesTheViewsOfAnIteratorValidUntilItMoves) {
  put("a key that is too long to be stored in place", "and a value that is as long as that");
  ToldIterator it = iterate();
  it.next();
  const std::string_view key = it.key();
  const std::string_view value = it.value();
  close();
  EXPECT_EQ(key, "a key that is too long to be stored in place");
  EXPECT_EQ(value, "and a value that is as long as that");
  EXPECT_EQ(it.key(), key);
  EXPECT_EQ(it.status(), "ok");
  destroy_store();
  EXPECT_EQ(key, "a key that is too long to be stored in place");
  EXPECT_EQ(value, "and a value that is as long as that");
  EXPECT_EQ(it.next(), "closed");
}

TEST_P(Closing, OneStoreLeavesOthersOpen) {
  const auto other = open();
  ASSERT_TRUE(ok(other->put("k", "v")));
  close();
  EXPECT_EQ(told(other->get("k")), "ok \"v\"");
}

class Destroying : public Contract {};
KV_CONTRACT(Destroying);

TEST_P(Destroying, AStoreClosesIt) {
  fill({"a", "b"});
  const auto snapshot = must(store().snapshot());
  ToldIterator of_store = iterate();
  ToldIterator of_snapshot(must(snapshot->scan()));
  EXPECT_EQ(of_store.next(), R"("a"="A")");
  destroy_store();
  EXPECT_EQ(told(snapshot->get("a")), "closed");
  EXPECT_EQ(told(snapshot->contains("a")), "closed");
  EXPECT_TRUE(fails_with(Code::closed, snapshot->scan()));
  EXPECT_EQ(of_store.next(), "closed");
  EXPECT_EQ(of_snapshot.next(), "closed");
}

TEST_P(Destroying, AClosedStoreIsFine) {
  fill({"a"});
  ToldIterator it = iterate();
  close();
  destroy_store();
  EXPECT_EQ(it.next(), "closed");
}

TEST_P(Destroying, HappensInAnyOrder) {
  std::array<int, 4> order = {0, 1, 2, 3};
  do {
    std::unique_ptr<Store> store = open();
    ASSERT_TRUE(ok(store->put("a", "1")));
    ASSERT_TRUE(ok(store->put("b", "2")));
    std::unique_ptr<Snapshot> snapshot = must(store->snapshot());
    std::unique_ptr<Iterator> of_store = must(store->scan());
    std::unique_ptr<Iterator> of_snapshot = must(snapshot->scan({.reverse = true}));
    ASSERT_TRUE(of_store->next());
    ASSERT_TRUE(of_snapshot->next());
    ASSERT_TRUE(ok(store->put("a", "3")));
    for (const int which : order) {
      if (which == 0) store.reset();
      if (which == 1) snapshot.reset();
      if (which == 2) of_store.reset();
      if (which == 3) of_snapshot.reset();
      // Whoever is left answers as it should.
      if (store) {
        EXPECT_EQ(told(store->get("a")), "ok \"3\"");
      }
      if (snapshot) {
        EXPECT_EQ(told(snapshot->get("a")), store ? "ok \"1\"" : "closed");
      }
      if (of_store) {
        EXPECT_EQ(of_store->key(), "a");
      }
      if (of_snapshot) {
        EXPECT_EQ(of_snapshot->key(), "b");
      }
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_P(Destroying, AStoreWithManySnapshotsAndIteratorsAlive) {
  std::vector<std::unique_ptr<Snapshot>> snapshots;
  std::vector<std::unique_ptr<Iterator>> iterators;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(ok(store().put(std::to_string(i), std::to_string(i))));
    snapshots.push_back(must(store().snapshot()));
    iterators.push_back(must(store().scan()));
    iterators.push_back(must(snapshots.back()->scan()));
    ASSERT_TRUE(iterators.back()->next());
  }
  destroy_store();
  for (const auto& it : iterators) {
    EXPECT_FALSE(it->next());
    EXPECT_TRUE(fails_with(Code::closed, it->status()));
  }
  for (const auto& snapshot : snapshots) EXPECT_TRUE(fails_with(Code::closed, snapshot->get("0")));
}

}  // namespace
}  // namespace kv::test
