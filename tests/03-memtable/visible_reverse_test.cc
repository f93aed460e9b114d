// Task 3.6: what a reader at a sequence number sees, in reverse.

#include <gtest/gtest.h>

#include <string>

#include "tests/03-memtable/visible.h"

namespace kv::test {
namespace {

// The example of storage/visible_iterator.h.
const Listed example = {{"a", 9, "9"}, {"a", 4, {}},  {"a", 2, "2"},
                        {"b", 3, "3"}, {"c", 8, "8"}, {"c", 5, "5"}};

ToldIterator reverse(const Listed& versions, SequenceNumber sequence, Range range = {},
                     std::size_t fail_after = ~std::size_t{0}) {
  range.reverse = true;
  return visible(versions, sequence, range, fail_after);
}

TEST(VisibleReverse, EachKeyIsDeliveredOnceWithItsNewestValue) {
  auto it = reverse(example, 9);
  EXPECT_EQ(it.next(), "\"c\"=\"8\"");
  EXPECT_EQ(it.next(), "\"b\"=\"3\"");
  EXPECT_EQ(it.next(), "\"a\"=\"9\"");
  EXPECT_EQ(it.next(), "end");
  EXPECT_EQ(it.next(), "end");
}

TEST(VisibleReverse, ATombstoneHidesOlderValues) {
  EXPECT_EQ(reverse(example, 5).rest(), "\"c\"=\"5\" \"b\"=\"3\"");
  EXPECT_EQ(reverse(example, 8).rest(), "\"c\"=\"8\" \"b\"=\"3\"");
}

TEST(VisibleReverse, ATombstoneDoesNotHideTheValueFromWhoReadsBeforeIt) {
  EXPECT_EQ(reverse(example, 3).rest(), "\"b\"=\"3\" \"a\"=\"2\"");
  EXPECT_EQ(reverse(example, 2).rest(), "\"a\"=\"2\"");
  EXPECT_EQ(reverse(example, 1).rest(), "nothing");
}

TEST(VisibleReverse, NoVersionsNoEntries) {
  EXPECT_EQ(reverse({}, 9).next(), "end");
  EXPECT_EQ(reverse({}, 9).seek("a"), "end");
  EXPECT_EQ(reverse({{"a", 1, {}}, {"b", 2, {}}}, 9).rest(), "nothing");
}

TEST(VisibleReverse, TheEmptyKeyIsAKey) {
  const Listed versions = {{"", 3, "x"}, {"", 1, "y"}, {"a", 2, ""}};
  EXPECT_EQ(reverse(versions, 9).rest(), "\"a\"=\"\" \"\"=\"x\"");
  EXPECT_EQ(reverse(versions, 2).rest(), "\"a\"=\"\" \"\"=\"y\"");
  EXPECT_EQ(reverse({{"", 3, {}}, {"", 1, "y"}}, 9).rest(), "nothing");
}

TEST(VisibleReverse, TheEndDoesNotBelongToTheRange) {
  EXPECT_EQ(reverse(example, 9, {.end = "c"}).rest(), "\"b\"=\"3\" \"a\"=\"9\"");
  EXPECT_EQ(reverse(example, 9, {.end = "bb"}).rest(), "\"b\"=\"3\" \"a\"=\"9\"");
  EXPECT_EQ(reverse(example, 9, {.end = "z"}).next(), "\"c\"=\"8\"");
}

TEST(VisibleReverse, TheStartBelongsToTheRange) {
  EXPECT_EQ(reverse(example, 9, {.start = "b"}).rest(), "\"c\"=\"8\" \"b\"=\"3\"");
  EXPECT_EQ(reverse(example, 9, {.start = "aa", .end = "b"}).rest(), "nothing");
  EXPECT_EQ(reverse(example, 9, {.start = "c", .end = "a"}).rest(), "nothing");
  EXPECT_EQ(reverse(example, 9, {.end = "c", .limit = 1}).rest(), "\"b\"=\"3\"");
}

TEST(VisibleReverse, SeekFindsTheKeyOrTheNextSmaller) {
  auto it = reverse(example, 5);
  EXPECT_EQ(it.seek("b"), "\"b\"=\"3\"");
  EXPECT_EQ(it.seek("bb"), "\"b\"=\"3\"");
  EXPECT_EQ(it.seek("c"), "\"c\"=\"5\"");
  EXPECT_EQ(it.seek("a"), "end");
  EXPECT_EQ(it.seek("z"), "\"c\"=\"5\"");
  EXPECT_EQ(it.next(), "\"b\"=\"3\"");
  EXPECT_EQ(it.next(), "end");
}

TEST(VisibleReverse, SeekGoesBackToTheKeyItStandsOn) {
  auto it = reverse(example, 9);
  it.next();
  it.next();
  EXPECT_EQ(it.seek(it.key()), "\"b\"=\"3\"");
  EXPECT_EQ(it.seek("c"), "\"c\"=\"8\"");
  EXPECT_EQ(it.next(), "\"b\"=\"3\"");
}

TEST(VisibleReverse, SeekStaysInTheRange) {
  auto it = reverse(example, 9, {.start = "b", .end = "c"});
  EXPECT_EQ(it.seek("c"), "\"b\"=\"3\"");
  EXPECT_EQ(it.seek("z"), "\"b\"=\"3\"");
  EXPECT_EQ(it.seek("a"), "end");
  EXPECT_EQ(it.seek("b"), "\"b\"=\"3\"");
}

TEST(VisibleReverse, AFailingWalkIsNoEnd) {
  // Nothing that the walk had not shown to be the newest may be delivered.
  for (std::size_t steps = 0; steps < 6; ++steps) {
    auto it = reverse(example, 9, {}, steps);
    it.rest();
    EXPECT_NE(it.status(), "ok");
  }
}

TEST(VisibleReverse, RandomScansStepAsTheReferenceDoes) { random_scans(36, true); }

}  // namespace
}  // namespace kv::test
