// Task 3.5: what a reader at a sequence number sees, forward.

#include <gtest/gtest.h>

#include <stop_token>
#include <string>

#include "tests/03-memtable/visible.h"

namespace kv::test {
namespace {

// The example of storage/visible_iterator.h.
const Listed example = {{"a", 9, "9"}, {"a", 4, {}},  {"a", 2, "2"},
                        {"b", 3, "3"}, {"c", 8, "8"}, {"c", 5, "5"}};

TEST(VisibleForward, EachKeyIsDeliveredOnceWithItsNewestValue) {
  auto it = visible(example, 9);
  EXPECT_EQ(it.next(), "\"a\"=\"9\"");
  EXPECT_EQ(it.next(), "\"b\"=\"3\"");
  EXPECT_EQ(it.next(), "\"c\"=\"8\"");
  EXPECT_EQ(it.next(), "end");
  EXPECT_EQ(it.next(), "end");
}

TEST(VisibleForward, ATombstoneHidesOlderValues) {
  EXPECT_EQ(visible(example, 5).rest(), "\"b\"=\"3\" \"c\"=\"5\"");
  EXPECT_EQ(visible(example, 8).rest(), "\"b\"=\"3\" \"c\"=\"8\"");
}

TEST(VisibleForward, ATombstoneDoesNotHideTheValueFromWhoReadsBeforeIt) {
  EXPECT_EQ(visible(example, 3).rest(), "\"a\"=\"2\" \"b\"=\"3\"");
  EXPECT_EQ(visible(example, 2).rest(), "\"a\"=\"2\"");
  EXPECT_EQ(visible(example, 1).rest(), "nothing");
}

TEST(VisibleForward, NoVersionsNoEntries) {
  EXPECT_EQ(visible({}, 9).next(), "end");
  EXPECT_EQ(visible({}, 9).seek("a"), "end");
  EXPECT_EQ(visible({{"a", 1, {}}, {"b", 2, {}}}, 9).rest(), "nothing");
}

TEST(VisibleForward, TheEmptyKeyIsAKey) {
  const Listed versions = {{"", 3, "x"}, {"", 1, "y"}, {"a", 2, ""}};
  EXPECT_EQ(visible(versions, 9).rest(), "\"\"=\"x\" \"a\"=\"\"");
  EXPECT_EQ(visible(versions, 2).rest(), "\"\"=\"y\" \"a\"=\"\"");
  EXPECT_EQ(visible({{"", 3, {}}, {"", 1, "y"}}, 9).rest(), "nothing");
}

TEST(VisibleForward, BoundsAreKept) {
  EXPECT_EQ(visible(example, 9, {.start = "b"}).rest(), "\"b\"=\"3\" \"c\"=\"8\"");
  EXPECT_EQ(visible(example, 9, {.end = "c"}).rest(), "\"a\"=\"9\" \"b\"=\"3\"");
  EXPECT_EQ(visible(example, 9, {.start = "aa", .end = "b"}).rest(), "nothing");
  EXPECT_EQ(visible(example, 9, {.start = "c", .end = "a"}).rest(), "nothing");
  EXPECT_EQ(visible(example, 9, {.end = "z", .limit = 2}).rest(), "\"a\"=\"9\" \"b\"=\"3\"");
}

TEST(VisibleForward, SeekFindsTheKeyOrTheNextLarger) {
  auto it = visible(example, 5);
  EXPECT_EQ(it.seek("b"), "\"b\"=\"3\"");
  EXPECT_EQ(it.seek("bb"), "\"c\"=\"5\"");
  EXPECT_EQ(it.seek("a"), "\"b\"=\"3\"");
  EXPECT_EQ(it.seek("d"), "end");
  EXPECT_EQ(it.seek(""), "\"b\"=\"3\"");
  EXPECT_EQ(it.next(), "\"c\"=\"5\"");
}

TEST(VisibleForward, SeekGoesBackToTheKeyItStandsOn) {
  auto it = visible(example, 9);
  it.next();
  it.next();
  EXPECT_EQ(it.seek(it.key()), "\"b\"=\"3\"");
  EXPECT_EQ(it.seek("b"), "\"b\"=\"3\"");
  EXPECT_EQ(it.seek("a"), "\"a\"=\"9\"");
  EXPECT_EQ(it.next(), "\"b\"=\"3\"");
}

TEST(VisibleForward, SeekStaysInTheRange) {
  auto it = visible(example, 9, {.start = "b", .end = "c"});
  EXPECT_EQ(it.seek("a"), "\"b\"=\"3\"");
  EXPECT_EQ(it.seek("c"), "end");
  EXPECT_EQ(it.seek(""), "\"b\"=\"3\"");
}

TEST(VisibleForward, AFailingWalkIsNoEnd) {
  for (std::size_t steps = 0; steps < 6; ++steps) {
    auto it = visible(example, 9, {}, steps);
    it.rest();
    EXPECT_NE(it.status(), "ok");
  }
}

TEST(VisibleForward, ALongWayWithoutAnEntryAsksTheContext) {
  // Somebody cancels while the walk passes fifty thousand tombstones.
  Listed versions;
  for (int i = 0; i < 50'000; ++i) versions.push_back({std::to_string(100'000 + i), 1, {}});
  std::stop_source source;
  auto walk = std::make_unique<ListedVersions>(versions, Direction::forward);
  walk->call_at(10'000, [&source]() -> void { source.request_stop(); });
  ToldIterator it(make_visible_iterator(
      std::move(walk), {}, 9,
      {std::make_shared<Lifetime>(Limits()), Context().with_cancellation(source.get_token())}));
  EXPECT_EQ(it.next(), "cancelled");
  EXPECT_EQ(it.next(), "cancelled");
}

TEST(VisibleForward, RandomScansStepAsTheReferenceDoes) { random_scans(35, false); }

}  // namespace
}  // namespace kv::test
