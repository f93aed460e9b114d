// An iterator's steps: next, seek, limit, and what it shows between them (kv/iterator.h).

#include <string>

#include "tests/contract/contract.h"

namespace kv::test {
namespace {

using namespace std::string_view_literals;

class Iterators : public Contract {};
KV_CONTRACT(Iterators);

TEST_P(Iterators, StandBeforeTheirFirstEntry) {
  fill({"a", "b"});
  for (const bool reverse : {false, true}) {
    ToldIterator it = iterate({.reverse = reverse});
    EXPECT_EQ(it.key(), "");
    EXPECT_EQ(it.value(), "");
    EXPECT_EQ(it.status(), "ok");
    EXPECT_EQ(it.next(), reverse ? R"("b"="B")" : R"("a"="A")");
  }
}

TEST_P(Iterators, ShowNothingAtTheEnd) {
  fill({"a"});
  ToldIterator it = iterate();
  EXPECT_EQ(it.next(), R"("a"="A")");
  EXPECT_EQ(it.next(), "end");
  EXPECT_EQ(it.key(), "");
  EXPECT_EQ(it.value(), "");
}

TEST_P(Iterators, StayAtTheEnd) {
  fill({"a"});
  for (const bool reverse : {false, true}) {
    ToldIterator it = iterate({.reverse = reverse});
    EXPECT_EQ(it.next(), R"("a"="A")");
    for (int i = 0; i < 3; ++i) EXPECT_EQ(it.next(), "end");
    EXPECT_EQ(it.status(), "ok");
  }
}

TEST_P(Iterators, ShowTheEmptyKeyAndTheEmptyValueAsAnEntry) {
  put("", "");
  ToldIterator it = iterate();
  EXPECT_EQ(it.next(), R"(""="")");
  EXPECT_EQ(it.next(), "end");
}

TEST_P(Iterators, ViewsStayValidUntilTheNextStep) {
  put("a key that is too long to be stored in place", "and a value that is as long as that");
  put("b", "2");
  ToldIterator it = iterate();
  it.next();
  const std::string_view key = it.key();
  const std::string_view value = it.value();
  put(key, "another value, which is as long as the first one was");
  erase(key);
  put("c", "3");
  EXPECT_EQ(key, "a key that is too long to be stored in place");
  EXPECT_EQ(value, "and a value that is as long as that");
  EXPECT_EQ(it.next(), R"("b"="2")");
}

TEST_P(Iterators, DoNotDisturbEachOther) {
  fill({"a", "b", "c"});
  ToldIterator first = iterate();
  ToldIterator second = iterate();
  ToldIterator backward = iterate({.reverse = true});
  EXPECT_EQ(first.next(), R"("a"="A")");
  EXPECT_EQ(first.next(), R"("b"="B")");
  EXPECT_EQ(second.next(), R"("a"="A")");
  EXPECT_EQ(backward.next(), R"("c"="C")");
  EXPECT_EQ(second.seek("c"), R"("c"="C")");
  EXPECT_EQ(first.next(), R"("c"="C")");
  EXPECT_EQ(backward.next(), R"("b"="B")");
}

class Seeking : public Contract {
 protected:
  void SetUp() override {
    Contract::SetUp();
    if (!IsSkipped()) fill({"b", "d", "f", "h"});
  }
};
KV_CONTRACT(Seeking);

TEST_P(Seeking, StepsToTheFirstEntryAtOrAfterTheKey) {
  ToldIterator it = iterate();
  EXPECT_EQ(it.seek("d"), R"("d"="D")");
  EXPECT_EQ(it.seek("e"), R"("f"="F")");
  EXPECT_EQ(it.seek("d\0"sv), R"("f"="F")");
  EXPECT_EQ(it.seek("g\xff"), R"("h"="H")");
}

TEST_P(Seeking, InReverseStepsToTheLargestKeyAtOrBefore) {
  ToldIterator it = iterate({.reverse = true});
  EXPECT_EQ(it.seek("d"), R"("d"="D")");
  EXPECT_EQ(it.seek("e"), R"("d"="D")");
  EXPECT_EQ(it.seek("d\0"sv), R"("d"="D")");
  EXPECT_EQ(it.seek("c\xff"), R"("b"="B")");
}

TEST_P(Seeking, BeforeTheFirstEntryLeadsToIt) {
  ToldIterator forward = iterate();
  EXPECT_EQ(forward.seek("a"), R"("b"="B")");
  EXPECT_EQ(forward.seek(""), R"("b"="B")");
  ToldIterator backward = iterate({.reverse = true});
  EXPECT_EQ(backward.seek("z"), R"("h"="H")");
  EXPECT_EQ(backward.seek("\xff\xff"), R"("h"="H")");
}

TEST_P(Seeking, BehindTheLastEntryLeadsToTheEnd) {
  ToldIterator forward = iterate();
  EXPECT_EQ(forward.seek("z"), "end");
  EXPECT_EQ(forward.status(), "ok");
  ToldIterator backward = iterate({.reverse = true});
  EXPECT_EQ(backward.seek("a"), "end");
  EXPECT_EQ(backward.seek(""), "end");
  EXPECT_EQ(backward.status(), "ok");
}

TEST_P(Seeking, NeverLeavesTheRange) {
  ToldIterator forward = iterate({.start = "c", .end = "h"});
  EXPECT_EQ(forward.seek("a"), R"("d"="D")");
  EXPECT_EQ(forward.seek("b"), R"("d"="D")");
  EXPECT_EQ(forward.seek("f"), R"("f"="F")");
  EXPECT_EQ(forward.seek("g"), "end");
  EXPECT_EQ(forward.seek("h"), "end");
  ToldIterator backward = iterate({.start = "c", .end = "h", .reverse = true});
  EXPECT_EQ(backward.seek("z"), R"("f"="F")");
  EXPECT_EQ(backward.seek("h"), R"("f"="F")");
  EXPECT_EQ(backward.seek("d"), R"("d"="D")");
  EXPECT_EQ(backward.seek("c"), "end");
  EXPECT_EQ(backward.seek("b"), "end");
}

TEST_P(Seeking, InAnEmptyRangeFindsNothing) {
  for (const bool reverse : {false, true}) {
    ToldIterator it = iterate({.start = "f", .end = "d", .reverse = reverse});
    for (const std::string_view key : {"", "b", "d", "e", "f", "z"}) EXPECT_EQ(it.seek(key), "end");
  }
}

TEST_P(Seeking, GoesBackAsWellAsForth) {
  for (const bool reverse : {false, true}) {
    ToldIterator it = iterate({.reverse = reverse});
    EXPECT_EQ(it.seek("f"), R"("f"="F")");
    EXPECT_EQ(it.seek("b"), R"("b"="B")");
    EXPECT_EQ(it.seek("h"), R"("h"="H")");
    EXPECT_EQ(it.seek("d"), R"("d"="D")");
    EXPECT_EQ(it.seek("d"), R"("d"="D")");
  }
}

TEST_P(Seeking, NextGoesOnFromThere) {
  ToldIterator forward = iterate();
  EXPECT_EQ(forward.seek("c"), R"("d"="D")");
  EXPECT_EQ(forward.next(), R"("f"="F")");
  EXPECT_EQ(forward.seek("b"), R"("b"="B")");
  EXPECT_EQ(forward.rest(), R"("d"="D" "f"="F" "h"="H")");
  ToldIterator backward = iterate({.reverse = true});
  EXPECT_EQ(backward.seek("g"), R"("f"="F")");
  EXPECT_EQ(backward.next(), R"("d"="D")");
  EXPECT_EQ(backward.seek("h"), R"("h"="H")");
  EXPECT_EQ(backward.rest(), R"("f"="F" "d"="D" "b"="B")");
}

TEST_P(Seeking, LeavesTheEndAgain) {
  ToldIterator it = iterate();
  EXPECT_EQ(it.rest(), R"("b"="B" "d"="D" "f"="F" "h"="H")");
  EXPECT_EQ(it.seek("f"), R"("f"="F")");
  EXPECT_EQ(it.next(), R"("h"="H")");
  EXPECT_EQ(it.next(), "end");
  EXPECT_EQ(it.seek("z"), "end");
  EXPECT_EQ(it.next(), "end");
  EXPECT_EQ(it.seek("a"), R"("b"="B")");
}

TEST_P(Seeking, ThatFindsNothingShowsNothingAndStaysAtTheEnd) {
  ToldIterator forward = iterate();
  EXPECT_EQ(forward.seek("b"), R"("b"="B")");
  EXPECT_EQ(forward.seek("z"), "end");
  EXPECT_EQ(forward.next(), "end");
  ToldIterator backward = iterate({.reverse = true});
  EXPECT_EQ(backward.seek("h"), R"("h"="H")");
  EXPECT_EQ(backward.seek("a"), "end");
  EXPECT_EQ(backward.next(), "end");
}

TEST_P(Seeking, TakesTheEmptyKeyForAKey) {
  put("", "");
  ToldIterator forward = iterate();
  EXPECT_EQ(forward.seek(""), R"(""="")");
  EXPECT_EQ(forward.next(), R"("b"="B")");
  ToldIterator backward = iterate({.reverse = true});
  EXPECT_EQ(backward.seek("a"), R"(""="")");
  EXPECT_EQ(backward.seek(""), R"(""="")");
  EXPECT_EQ(backward.next(), "end");
}

TEST_P(Seeking, BorrowsTheKeyForTheCallOnly) {
  std::string key = "d";
  ToldIterator it = iterate();
  it.seek(key);
  key = "h";
  EXPECT_EQ(it.key(), "d");
  EXPECT_EQ(it.next(), R"("f"="F")");
}

class Limits : public Contract {
 protected:
  void SetUp() override {
    Contract::SetUp();
    if (!IsSkipped()) fill({"a", "b", "c", "d"});
  }
};
KV_CONTRACT(Limits);

TEST_P(Limits, EndTheScanWithoutAFailure) {
  for (const bool reverse : {false, true}) {
    ToldIterator it = iterate({.reverse = reverse, .limit = 2});
    EXPECT_EQ(it.next(), reverse ? R"("d"="D")" : R"("a"="A")");
    EXPECT_EQ(it.next(), reverse ? R"("c"="C")" : R"("b"="B")");
    EXPECT_EQ(it.next(), "end");
    EXPECT_EQ(it.next(), "end");
    EXPECT_EQ(it.status(), "ok");
  }
}

TEST_P(Limits, CountWhatSeekStepsTo) {
  for (const bool reverse : {false, true}) {
    ToldIterator it = iterate({.reverse = reverse, .limit = 3});
    EXPECT_EQ(it.seek("b"), R"("b"="B")");
    EXPECT_EQ(it.next(), reverse ? R"("a"="A")" : R"("c"="C")");
    EXPECT_EQ(it.seek("d"), R"("d"="D")");
    EXPECT_EQ(it.seek("b"), "end");
    EXPECT_EQ(it.next(), "end");
    EXPECT_EQ(it.status(), "ok");
  }
}

TEST_P(Limits, CountAnEntryEachTimeItIsVisited) {
  ToldIterator it = iterate({.limit = 2});
  EXPECT_EQ(it.seek("b"), R"("b"="B")");
  EXPECT_EQ(it.seek("b"), R"("b"="B")");
  EXPECT_EQ(it.seek("b"), "end");
}

TEST_P(Limits, DoNotCountStepsThatFoundNothing) {
  ToldIterator it = iterate({.limit = 2});
  EXPECT_EQ(it.seek("z"), "end");
  EXPECT_EQ(it.next(), "end");
  EXPECT_EQ(it.seek("y"), "end");
  EXPECT_EQ(it.seek("c"), R"("c"="C")");
  EXPECT_EQ(it.next(), R"("d"="D")");
  EXPECT_EQ(it.next(), "end");
}

TEST_P(Limits, OfOneIteratorAreNoneOfAnother) {
  ToldIterator first = iterate({.limit = 1});
  ToldIterator second = iterate({.limit = 1});
  EXPECT_EQ(first.rest(), R"("a"="A")");
  EXPECT_EQ(second.rest(), R"("a"="A")");
}

}  // namespace
}  // namespace kv::test
