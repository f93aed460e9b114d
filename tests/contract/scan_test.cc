// scan: which entries, in which order, and that later writes never show (kv/range.h, Reader::scan).

#include <string>

#include "tests/contract/contract.h"
#include "tests/support/story.h"

namespace kv::test {
namespace {

using namespace std::string_view_literals;

class Scans : public Contract {};
KV_CONTRACT(Scans);

TEST_P(Scans, OfEverythingAreInKeyOrder) {
  fill({"m", "b", "z", "a", "y"});
  EXPECT_EQ(scan(), R"("a"="A" "b"="B" "m"="M" "y"="Y" "z"="Z")");
  EXPECT_EQ(scan({.reverse = true}), R"("z"="Z" "y"="Y" "m"="M" "b"="B" "a"="A")");
}

TEST_P(Scans, OfAnEmptyStoreGiveNothing) {
  EXPECT_EQ(scan(), "nothing");
  EXPECT_EQ(scan({.reverse = true}), "nothing");
  EXPECT_EQ(scan({.start = "a", .end = "b"}), "nothing");
  EXPECT_EQ(scan({.start = "a", .end = "b", .reverse = true}), "nothing");
}

TEST_P(Scans, OrderKeysByteByByteEachAsANumberFrom0To255) {
  for (const std::string_view key :
       {"\xff\xff"sv, "b"sv, "\x80"sv, "aa"sv, "a"sv, "\0"sv, "\x7f"sv, "a\0"sv, "\xff"sv, ""sv,
        "\0\0"sv, "\xff\0"sv, "B"sv, "10"sv, "9"sv}) {
    ASSERT_EQ(put(key, ""), "ok");
  }
  EXPECT_EQ(scan(),
            R"(""="" "\x00"="" "\x00\x00"="" "10"="" "9"="" "B"="" "a"="" "a\x00"="" "aa"="" )"
            R"("b"="" "\x7f"="" "\x80"="" "\xff"="" "\xff\x00"="" "\xff\xff"="")");
  EXPECT_EQ(scan({.reverse = true}),
            R"("\xff\xff"="" "\xff\x00"="" "\xff"="" "\x80"="" "\x7f"="" "b"="" "aa"="" )"
            R"("a\x00"="" "a"="" "B"="" "9"="" "10"="" "\x00\x00"="" "\x00"="" ""="")");
}

TEST_P(Scans, BeginAtTheStartAndStopBeforeTheEnd) {
  fill({"a", "b", "c", "d"});
  EXPECT_EQ(scan({.start = "b", .end = "d"}), R"("b"="B" "c"="C")");
  EXPECT_EQ(scan({.start = "b", .end = "d", .reverse = true}), R"("c"="C" "b"="B")");
}

TEST_P(Scans, TakeBoundsThatAreNoKeys) {
  fill({"b", "d", "f"});
  EXPECT_EQ(scan({.start = "a", .end = "e"}), R"("b"="B" "d"="D")");
  EXPECT_EQ(scan({.start = "a", .end = "e", .reverse = true}), R"("d"="D" "b"="B")");
  EXPECT_EQ(scan({.start = "c", .end = "z"}), R"("d"="D" "f"="F")");
  EXPECT_EQ(scan({.start = "c", .end = "z", .reverse = true}), R"("f"="F" "d"="D")");
}

TEST_P(Scans, AnEmptyBoundIsNoBound) {
  fill({"", "b", "c"});
  EXPECT_EQ(scan({.start = "", .end = "c"}), R"(""="" "b"="B")");
  EXPECT_EQ(scan({.start = "", .end = "c", .reverse = true}), R"("b"="B" ""="")");
  EXPECT_EQ(scan({.start = "b", .end = ""}), R"("b"="B" "c"="C")");
  EXPECT_EQ(scan({.start = "b", .end = "", .reverse = true}), R"("c"="C" "b"="B")");
}

TEST_P(Scans, WhoseEndIsNotBehindTheirStartGiveNothing) {
  fill({"a", "b", "c"});
  for (const bool reverse : {false, true}) {
    EXPECT_EQ(scan({.start = "b", .end = "b", .reverse = reverse}), "nothing");
    EXPECT_EQ(scan({.start = "c", .end = "a", .reverse = reverse}), "nothing");
    EXPECT_EQ(scan({.start = "z", .end = "x", .reverse = reverse}), "nothing");
  }
}

TEST_P(Scans, BetweenKeysOrBesideThemGiveNothing) {
  fill({"b", "d"});
  for (const bool reverse : {false, true}) {
    EXPECT_EQ(scan({.start = "c", .end = "d", .reverse = reverse}), "nothing");
    EXPECT_EQ(scan({.start = "e", .reverse = reverse}), "nothing");
    EXPECT_EQ(scan({.end = "b", .reverse = reverse}), "nothing");
  }
}

TEST_P(Scans, TellAPrefixFromWhatItIsAPrefixOf) {
  fill({"a", "ab", "abc", "b"});
  EXPECT_EQ(scan({.start = "ab", .end = "abc"}), R"("ab"="AB")");
  EXPECT_EQ(scan({.start = "a", .end = "a\0"sv}), R"("a"="A")");
  EXPECT_EQ(scan({.start = "a\0"sv, .end = "b"}), R"("ab"="AB" "abc"="ABC")");
  EXPECT_EQ(scan({.start = "a\0"sv, .end = "b", .reverse = true}), R"("abc"="ABC" "ab"="AB")");
}

TEST_P(Scans, OfAPrefixGiveAllKeysThatBeginWithIt) {
  for (const std::string_view key : {"a"sv, "a\xff"sv, "a\xff\xff"sv, "b"sv, "\xff"sv, "\xff!"sv}) {
    put(key, "");
  }
  EXPECT_EQ(scan({.start = "a", .end = prefix_end("a")}), R"("a"="" "a\xff"="" "a\xff\xff"="")");
  EXPECT_EQ(scan({.start = "a\xff", .end = prefix_end("a\xff"), .reverse = true}),
            R"("a\xff\xff"="" "a\xff"="")");
  EXPECT_EQ(scan({.start = "\xff", .end = prefix_end("\xff")}), R"("\xff"="" "\xff!"="")");
}

TEST_P(Scans, DeliverAtMostTheirLimit) {
  fill({"a", "b", "c", "d"});
  EXPECT_EQ(scan({.limit = 1}), R"("a"="A")");
  EXPECT_EQ(scan({.limit = 3}), R"("a"="A" "b"="B" "c"="C")");
  EXPECT_EQ(scan({.reverse = true, .limit = 1}), R"("d"="D")");
  EXPECT_EQ(scan({.reverse = true, .limit = 3}), R"("d"="D" "c"="C" "b"="B")");
  EXPECT_EQ(scan({.start = "b", .limit = 2}), R"("b"="B" "c"="C")");
  EXPECT_EQ(scan({.end = "d", .reverse = true, .limit = 2}), R"("c"="C" "b"="B")");
}

TEST_P(Scans, TakeALimitThatIsNeverReached) {
  fill({"a", "b"});
  EXPECT_EQ(scan({.limit = 0}), R"("a"="A" "b"="B")");
  EXPECT_EQ(scan({.limit = 2}), R"("a"="A" "b"="B")");
  EXPECT_EQ(scan({.limit = 1000}), R"("a"="A" "b"="B")");
  EXPECT_EQ(scan({.limit = static_cast<std::size_t>(-1)}), R"("a"="A" "b"="B")");
  EXPECT_EQ(scan({.start = "b", .limit = 2}), R"("b"="B")");
}

TEST_P(Scans, SkipWhatWasErased) {
  fill({"a", "b", "c", "d"});
  erase("a");
  erase("c");
  EXPECT_EQ(scan(), R"("b"="B" "d"="D")");
  EXPECT_EQ(scan({.reverse = true}), R"("d"="D" "b"="B")");
  EXPECT_EQ(scan({.limit = 2}), R"("b"="B" "d"="D")");
}

TEST_P(Scans, CopyTheirBounds) {
  fill({"a", "b", "c", "d"});
  std::string start = "b";
  std::string end = "d";
  for (const bool reverse : {false, true}) {
    ToldIterator it = iterate({.start = start, .end = end, .reverse = reverse});
    start = "y";
    end = "z";
    EXPECT_EQ(it.rest(), reverse ? R"("c"="C" "b"="B")" : R"("b"="B" "c"="C")");
    start = "b";
    end = "d";
  }
}

TEST_P(Scans, SeeEveryWriteThatReturnedBefore) {
  put("a", "1");
  EXPECT_EQ(scan(), R"("a"="1")");
  put("b", "2");
  put("a", "3");
  EXPECT_EQ(scan(), R"("a"="3" "b"="2")");
  Batch batch;
  batch.erase("a");
  batch.put("c", "4");
  apply(batch);
  EXPECT_EQ(scan(), R"("b"="2" "c"="4")");
}

// Everything that a later write can do to entries that an iterator still has before it.
class ScanStability : public Contract {
 protected:
  void change_everything() {
    put("a", "changed");
    put("d", "changed");
    erase("b");
    put("aa", "new");
    put("z", "new");
    Batch batch;
    batch.erase("c");
    batch.put("e", "new");
    apply(batch);
    EXPECT_EQ(told(store().flush()), "ok");
  }
};
KV_CONTRACT(ScanStability);

TEST_P(ScanStability, LaterWritesNeverShowToAnIteratorNotYetStarted) {
  fill({"a", "b", "c", "d"});
  ToldIterator forward = iterate();
  ToldIterator backward = iterate({.reverse = true});
  change_everything();
  EXPECT_EQ(forward.rest(), R"("a"="A" "b"="B" "c"="C" "d"="D")");
  EXPECT_EQ(backward.rest(), R"("d"="D" "c"="C" "b"="B" "a"="A")");
  EXPECT_EQ(scan(), R"("a"="changed" "aa"="new" "d"="changed" "e"="new" "z"="new")");
}

TEST_P(ScanStability, LaterWritesNeverShowToAnIteratorUnderWay) {
  fill({"a", "b", "c", "d"});
  ToldIterator forward = iterate();
  ToldIterator backward = iterate({.reverse = true});
  EXPECT_EQ(forward.next(), R"("a"="A")");
  EXPECT_EQ(backward.next(), R"("d"="D")");
  change_everything();
  EXPECT_EQ(forward.rest(), R"("b"="B" "c"="C" "d"="D")");
  EXPECT_EQ(backward.rest(), R"("c"="C" "b"="B" "a"="A")");
}

TEST_P(ScanStability, LaterWritesNeverShowToASeek) {
  fill({"a", "b", "c", "d"});
  for (const bool reverse : {false, true}) {
    ToldIterator it = iterate({.reverse = reverse});
    EXPECT_EQ(it.seek("c"), R"("c"="C")");
    change_everything();
    EXPECT_EQ(it.seek("a"), R"("a"="A")");
    EXPECT_EQ(it.seek("d"), R"("d"="D")");
    EXPECT_EQ(it.seek("b"), R"("b"="B")");
    EXPECT_EQ(it.seek("aa"), reverse ? R"("a"="A")" : R"("b"="B")");
    EXPECT_EQ(it.seek("z"), reverse ? R"("d"="D")" : "end");
    for (const std::string_view key : {"aa", "e", "z"}) erase(key);
    fill({"a", "b", "c", "d"});
  }
}

TEST_P(ScanStability, AnIteratorOverAnEmptyStoreStaysEmpty) {
  ToldIterator it = iterate();
  put("a", "1");
  EXPECT_EQ(it.next(), "end");
  EXPECT_EQ(it.seek("a"), "end");
}

TEST_P(ScanStability, EachIteratorShowsItsOwnMoment) {
  put("k", "1");
  ToldIterator first = iterate();
  put("k", "2");
  ToldIterator second = iterate();
  erase("k");
  ToldIterator third = iterate();
  EXPECT_EQ(third.rest(), "nothing");
  EXPECT_EQ(second.rest(), R"("k"="2")");
  EXPECT_EQ(first.rest(), R"("k"="1")");
}

TEST_P(ScanStability, ThousandsOfLaterWritesDoNotMoveAnIterator) {
  for (int i = 100; i < 400; ++i) ASSERT_TRUE(ok(store().put(std::to_string(i), "old")));
  const auto it = must(store().scan());
  for (int i = 100; i < 400; ++i) {
    ASSERT_TRUE(it->next()) << "after " << i - 100 << " entries";
    EXPECT_EQ(it->key(), std::to_string(i));
    EXPECT_EQ(it->value(), "old");
    for (int j = 0; j < 10; ++j) {
      ASSERT_TRUE(ok(store().put(std::to_string(i + j) + "new", "new")));
    }
    ASSERT_TRUE(ok(store().put(std::to_string(i + 1), "new")));
    ASSERT_TRUE(ok(store().erase(std::to_string(i + 2))));
  }
  EXPECT_FALSE(it->next());
  EXPECT_TRUE(ok(it->status()));
}

}  // namespace
}  // namespace kv::test
