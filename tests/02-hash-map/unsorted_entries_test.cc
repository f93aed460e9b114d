// Task 2.6: the iterator over unsorted entries, alone.

#include "storage/unsorted_entries.h"

#include <gtest/gtest.h>
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>

#include "base/random.h"
#include "tests/support/drawn.h"
#include "tests/support/story.h"
#include "tests/support/told_iterator.h"
#include "tests/support/told_store.h"

namespace kv::test {
namespace {

// A walk over these keys, each its own value, of an open store.
ToldIterator walk(std::initializer_list<const char*> keys, const Range& range = {}) {
  SortedEntries entries;
  std::string told_keys;
  for (const char* key : keys) {
    entries.emplace_back(key, key);
    told_keys += test::quoted(key) + " ";
  }
  step("walk over " + told_keys + "as a scan of " + told(range));
  Iterator::Scope scope{std::make_shared<Lifetime>(Limits()), Context::none(), range.limit};
  return ToldIterator(make_unsorted_entries_iterator(std::move(entries), range, std::move(scope)));
}

TEST(UnsortedEntries, AreDeliveredInOrder) {
  auto it = walk({"c", "a", "d", "b"});
  EXPECT_EQ(it.next(), "\"a\"=\"a\"");
  EXPECT_EQ(it.next(), "\"b\"=\"b\"");
  EXPECT_EQ(it.next(), "\"c\"=\"c\"");
  EXPECT_EQ(it.next(), "\"d\"=\"d\"");
  EXPECT_EQ(it.next(), "end");
  EXPECT_EQ(it.next(), "end");
}

TEST(UnsortedEntries, AreDeliveredDownwardsInReverse) {
  auto it = walk({"c", "a", "d", "b"}, {.reverse = true});
  EXPECT_EQ(it.next(), "\"d\"=\"d\"");
  EXPECT_EQ(it.rest(), "\"c\"=\"c\" \"b\"=\"b\" \"a\"=\"a\"");
  EXPECT_EQ(it.next(), "end");
}

TEST(UnsortedEntries, MayBeNone) {
  for (const bool reverse : {false, true}) {
    EXPECT_EQ(walk({}, {.reverse = reverse}).next(), "end");
    EXPECT_EQ(walk({}, {.reverse = reverse}).seek("a"), "end");
    EXPECT_EQ(walk({}, {.reverse = reverse, .limit = 3}).next(), "end");
  }
}

TEST(UnsortedEntries, ALimitDeliversTheFirstOfTheWalk) {
  for (const std::size_t limit : {1u, 2u, 3u, 4u, 5u, 9u}) {
    walk({"c", "e", "a", "d", "b"}, {.limit = limit}).rest();
    walk({"c", "e", "a", "d", "b"}, {.reverse = true, .limit = limit}).rest();
  }
  EXPECT_EQ(walk({"c", "e", "a", "d", "b"}, {.limit = 2}).rest(), "\"a\"=\"a\" \"b\"=\"b\"");
}

TEST(UnsortedEntries, SeekFindsTheKeyOrTheNextLarger) {
  auto it = walk({"e", "a", "c"});
  EXPECT_EQ(it.seek("c"), "\"c\"=\"c\"");
  EXPECT_EQ(it.seek("d"), "\"e\"=\"e\"");
  EXPECT_EQ(it.seek(""), "\"a\"=\"a\"");
  EXPECT_EQ(it.seek("f"), "end");
}

TEST(UnsortedEntries, SeekInReverseFindsTheKeyOrTheNextSmaller) {
  auto it = walk({"e", "a", "c"}, {.reverse = true});
  EXPECT_EQ(it.seek("c"), "\"c\"=\"c\"");
  EXPECT_EQ(it.seek("b"), "\"a\"=\"a\"");
  EXPECT_EQ(it.seek("z"), "\"e\"=\"e\"");
  EXPECT_EQ(it.seek(""), "end");
}

TEST(UnsortedEntries, SeekGoesBehindTheFirstOnesOfALimitedWalk) {
  for (const bool reverse : {false, true}) {
    auto it = walk({"c", "e", "a", "d", "b", "f"}, {.reverse = reverse, .limit = 4});
    it.next();
    it.seek(reverse ? "b" : "e");
    it.next();
    it.seek(reverse ? "f" : "a");
    EXPECT_EQ(it.next(), "end");
  }
}

TEST(UnsortedEntries, SeekMayComeFirstInALimitedWalk) {
  auto it = walk({"c", "e", "a", "d", "b"}, {.limit = 2});
  EXPECT_EQ(it.seek("d"), "\"d\"=\"d\"");
  EXPECT_EQ(it.next(), "\"e\"=\"e\"");
  EXPECT_EQ(it.next(), "end");
}

TEST(UnsortedEntries, SeekMayBeGivenTheKeyItStandsOn) {
  // The view points into what seek may be about to sort.
  for (const bool reverse : {false, true}) {
    auto it = walk({"c", "e", "a", "d", "b", "f"}, {.reverse = reverse, .limit = 4});
    it.next();
    it.next();
    EXPECT_EQ(it.seek(it.key()), reverse ? "\"e\"=\"e\"" : "\"b\"=\"b\"");
    it.next();
  }
}

TEST(UnsortedEntries, SeekGoesBackAndNextGoesOnFromThere) {
  for (const bool reverse : {false, true}) {
    auto it = walk({"c", "d", "a", "b"}, {.reverse = reverse});
    it.rest();
    it.seek("b");
    it.next();
    it.seek("c");
    it.next();
    it.next();
  }
}

TEST(UnsortedEntries, KeysAreOrderedByByte) {
  walk({"\xff", "a", "B", "", "\x7f", "aa", "\x80"}).rest();
  walk({"\xff", "a", "B", "", "\x7f", "aa", "\x80"}, {.reverse = true}).rest();
}

// The processor time, in nanoseconds, of the first step of a walk over many entries: the best of
// five, so that what else the machine does counts for little.
std::int64_t first_step_ns(std::size_t limit) {
  constexpr std::uint64_t count = 30'000;
  const auto now = []() -> std::int64_t {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  };
  Random random(seed());
  SortedEntries entries;
  for (std::uint64_t i = 0; i < count; ++i) entries.emplace_back(random.bytes(12), "");
  std::int64_t best = std::numeric_limits<std::int64_t>::max();
  for (int run = 0; run < 5; ++run) {
    Iterator::Scope scope{std::make_shared<Lifetime>(Limits()), Context::none(), limit};
    const auto it = make_unsorted_entries_iterator(entries, {.limit = limit}, std::move(scope));
    const std::int64_t begin = now();
    static_cast<void>(it->next());
    best = std::min(best, now() - begin);
  }
  return best;
}

TEST(UnsortedEntries, ALimitedWalkDoesNotSortThemAll) {
  // To find the first of 30,000 takes a few comparisons of each; to sort them all, some fifteen.
  const bool cheaper = first_step_ns(1) * 2 < first_step_ns(0);
  observe("one entry takes less than half of what all take", cheaper ? "yes" : "no");
  EXPECT_TRUE(cheaper);
}

TEST(UnsortedEntries, RandomWalksStepAsTheReferenceDoes) {
  Drawn drawn(28);
  Random random(seed() * 1000 + 29);
  for (int i = 0; i < 60; ++i) {
    std::map<std::string, std::string> content;
    for (std::size_t left = drawn.below(15); left > 0; --left) {
      content[std::string(drawn.key()) + std::to_string(drawn.below(3))] = drawn.value();
    }
    SortedEntries entries(content.begin(), content.end());
    for (std::size_t at = entries.size(); at > 1; --at) {
      std::swap(entries[at - 1], entries[random.below(at)]);
    }
    const Range range{.reverse = drawn.once_in(2), .limit = drawn.once_in(3) ? 0 : drawn.below(8)};
    step("walk over " + std::to_string(entries.size()) + " entries as a scan of " + told(range));
    Iterator::Scope scope{std::make_shared<Lifetime>(Limits()), Context::none(), range.limit};
    ToldIterator it(make_unsorted_entries_iterator(std::move(entries), range, std::move(scope)));
    for (int steps = 0; steps < 12; ++steps) {
      if (drawn.once_in(5)) {
        it.seek(drawn.key());
      } else {
        it.next();
      }
    }
  }
}

}  // namespace
}  // namespace kv::test
