// snapshot: a store's content at one moment, for ever (kv/snapshot.h).

#include <string>

#include "tests/contract/contract.h"

namespace kv::test {
namespace {

class Snapshots : public Contract {};
KV_CONTRACT(Snapshots);

TEST_P(Snapshots, SeeEveryWriteThatReturnedBefore) {
  fill({"a", "b", "c"});
  put("a", "1");
  erase("b");
  Batch batch;
  batch.put("d", "4");
  batch.erase("c");
  apply(batch);
  ToldReader snapshot = take_snapshot();
  EXPECT_EQ(snapshot.scan(), R"("a"="1" "d"="4")");
  EXPECT_EQ(told(snapshot.get("a")), "ok \"1\"");
  EXPECT_EQ(told(snapshot.get("b")), "not_found");
  EXPECT_EQ(told(snapshot.get("d")), "ok \"4\"");
}

TEST_P(Snapshots, DoNotSeeLaterPuts) {
  put("old", "1");
  ToldReader snapshot = take_snapshot();
  put("old", "2");
  put("new", "3");
  EXPECT_EQ(told(snapshot.get("old")), "ok \"1\"");
  EXPECT_EQ(told(snapshot.get("new")), "not_found");
  EXPECT_EQ(told(snapshot.contains("new")), "false");
  EXPECT_EQ(snapshot.scan(), R"("old"="1")");
  EXPECT_EQ(get("old"), "ok \"2\"");
}

TEST_P(Snapshots, DoNotSeeLaterErases) {
  fill({"a", "b"});
  ToldReader snapshot = take_snapshot();
  erase("a");
  EXPECT_EQ(told(snapshot.get("a")), "ok \"A\"");
  EXPECT_EQ(told(snapshot.contains("a")), "true");
  EXPECT_EQ(snapshot.scan(), R"("a"="A" "b"="B")");
  EXPECT_EQ(scan(), R"("b"="B")");
}

TEST_P(Snapshots, DoNotSeeLaterBatches) {
  fill({"a", "b"});
  ToldReader snapshot = take_snapshot();
  Batch batch;
  batch.put("a", "1");
  batch.erase("b");
  batch.put("c", "3");
  apply(batch);
  EXPECT_EQ(snapshot.scan(), R"("a"="A" "b"="B")");
}

TEST_P(Snapshots, StillDoNotSeeAKeyThatWasErasedAndPutAgain) {
  put("k", "1");
  erase("k");
  ToldReader snapshot = take_snapshot();
  put("k", "2");
  EXPECT_EQ(told(snapshot.get("k")), "not_found");
  EXPECT_EQ(told(snapshot.contains("k")), "false");
  EXPECT_EQ(snapshot.scan(), "nothing");
}

TEST_P(Snapshots, OfAnEmptyStoreStayEmpty) {
  ToldReader snapshot = take_snapshot();
  put("", "1");
  EXPECT_EQ(snapshot.scan(), "nothing");
  EXPECT_EQ(told(snapshot.contains("")), "false");
}

TEST_P(Snapshots, EachStandsForItsOwnMoment) {
  ToldReader zero = take_snapshot("before the first");
  put("k", "1");
  ToldReader one = take_snapshot("after the first");
  put("k", "2");
  ToldReader two = take_snapshot("after the second");
  erase("k");
  ToldReader three = take_snapshot("after the erase");
  put("k", "4");
  EXPECT_EQ(told(three.get("k")), "not_found");
  EXPECT_EQ(told(two.get("k")), "ok \"2\"");
  EXPECT_EQ(told(one.get("k")), "ok \"1\"");
  EXPECT_EQ(told(zero.get("k")), "not_found");
  EXPECT_EQ(get("k"), "ok \"4\"");
}

TEST_P(Snapshots, GiveTheSameAnswersAgainAndAgain) {
  fill({"a", "b"});
  ToldReader snapshot = take_snapshot();
  for (int i = 0; i < 3; ++i) {
    put("a", std::to_string(i));
    put("new" + std::to_string(i), "");
    EXPECT_EQ(told(snapshot.get("a")), "ok \"A\"");
    EXPECT_EQ(snapshot.scan(), R"("a"="A" "b"="B")");
  }
}

TEST_P(Snapshots, DoNotMoveWithAFlush) {
  put("k", "1");
  ToldReader snapshot = take_snapshot();
  put("k", "2");
  put("new", "3");
  EXPECT_EQ(told(store().flush()), "ok");
  EXPECT_EQ(told(snapshot.get("k")), "ok \"1\"");
  EXPECT_EQ(snapshot.scan(), R"("k"="1")");
  EXPECT_EQ(get("k"), "ok \"2\"");
}

TEST_P(Snapshots, AreScannedInBothDirectionsWithinBoundsAndLimit) {
  fill({"a", "b", "c", "d", "e"});
  ToldReader snapshot = take_snapshot();
  for (const std::string_view key : {"a", "b", "c", "d", "e"}) erase(key);
  put("bb", "new");
  EXPECT_EQ(snapshot.scan({.reverse = true}), R"("e"="E" "d"="D" "c"="C" "b"="B" "a"="A")");
  EXPECT_EQ(snapshot.scan({.start = "b", .end = "d"}), R"("b"="B" "c"="C")");
  EXPECT_EQ(snapshot.scan({.start = "b", .end = "d", .reverse = true}), R"("c"="C" "b"="B")");
  EXPECT_EQ(snapshot.scan({.limit = 2}), R"("a"="A" "b"="B")");
  EXPECT_EQ(snapshot.scan({.reverse = true, .limit = 2}), R"("e"="E" "d"="D")");
  EXPECT_EQ(snapshot.scan({.start = "d", .end = "b"}), "nothing");
}

TEST_P(Snapshots, GiveIteratorsThatSeek) {
  fill({"b", "d"});
  const auto snapshot = must(store().snapshot());
  erase("b");
  put("c", "new");
  for (const bool reverse : {false, true}) {
    ToldIterator it(must(snapshot->scan({.reverse = reverse})));
    EXPECT_EQ(it.seek("c"), reverse ? R"("b"="B")" : R"("d"="D")");
    EXPECT_EQ(it.seek("b"), R"("b"="B")");
  }
}

TEST_P(Snapshots, OneThatIsLetGoLeavesTheOthersAlone) {
  put("k", "1");
  auto first = must(store().snapshot());
  put("k", "2");
  ToldReader second = take_snapshot();
  put("k", "3");
  first.reset();
  EXPECT_EQ(told(second.get("k")), "ok \"2\"");
  EXPECT_EQ(get("k"), "ok \"3\"");
}

TEST_P(Snapshots, AnIteratorGoesOnWhenItsSnapshotIsGone) {
  fill({"a", "b", "c"});
  for (const bool reverse : {false, true}) {
    auto snapshot = must(store().snapshot());
    ToldIterator it(must(snapshot->scan({.reverse = reverse})));
    EXPECT_EQ(it.next(), reverse ? R"("c"="C")" : R"("a"="A")");
    put("b", "new");
    erase("c");
    snapshot.reset();
    EXPECT_EQ(it.key(), reverse ? "c" : "a");
    EXPECT_EQ(it.next(), R"("b"="B")");
    EXPECT_EQ(it.seek("c"), R"("c"="C")");
    EXPECT_EQ(it.status(), "ok");
    fill({"b", "c"});
  }
}

}  // namespace
}  // namespace kv::test
