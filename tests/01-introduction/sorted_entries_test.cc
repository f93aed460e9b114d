// Task 1.3: the iterator over sorted entries, alone.

#include "storage/sorted_entries.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "tests/support/drawn.h"
#include "tests/support/story.h"
#include "tests/support/told_iterator.h"
#include "tests/support/told_store.h"

namespace kv::test {
namespace {

// A scan of these keys, each its own value, of an open store.
ToldIterator scan(std::initializer_list<const char*> keys, const Range& range = {}) {
  auto entries = std::make_shared<SortedEntries>();
  std::string told_keys;
  for (const char* key : keys) {
    entries->emplace_back(key, key);
    told_keys += quoted(key) + " ";
  }
  step("scan " + told(range) + " of the entries " + told_keys);
  Iterator::Scope scope{std::make_shared<Lifetime>(Limits()), Context::none(), range.limit};
  return ToldIterator(make_entries_iterator(std::move(entries), range, std::move(scope)));
}

TEST(SortedEntries, NextGoesUpwards) {
  auto it = scan({"a", "b", "c"});
  EXPECT_EQ(it.next(), "\"a\"=\"a\"");
  EXPECT_EQ(it.next(), "\"b\"=\"b\"");
  EXPECT_EQ(it.next(), "\"c\"=\"c\"");
  EXPECT_EQ(it.next(), "end");
  EXPECT_EQ(it.next(), "end");
}

TEST(SortedEntries, NextGoesDownwardsInReverse) {
  auto it = scan({"a", "b", "c"}, {.reverse = true});
  EXPECT_EQ(it.next(), "\"c\"=\"c\"");
  EXPECT_EQ(it.next(), "\"b\"=\"b\"");
  EXPECT_EQ(it.next(), "\"a\"=\"a\"");
  EXPECT_EQ(it.next(), "end");
}

TEST(SortedEntries, TheStartBelongsToTheRangeAndTheEndDoesNot) {
  for (const bool reverse : {false, true}) {
    scan({"a", "b", "c", "d", "e"}, {.start = "b", .end = "d", .reverse = reverse}).rest();
    scan({"a", "b", "c", "d", "e"}, {.start = "aa", .end = "cc", .reverse = reverse}).rest();
    scan({"a", "b", "c", "d", "e"}, {.start = "d", .reverse = reverse}).rest();
    scan({"a", "b", "c", "d", "e"}, {.end = "b", .reverse = reverse}).rest();
  }
}

TEST(SortedEntries, AnEmptyRangeEndsAtOnce) {
  for (const bool reverse : {false, true}) {
    EXPECT_EQ(scan({}, {.reverse = reverse}).next(), "end");
    EXPECT_EQ(scan({"a", "b"}, {.start = "b", .end = "b", .reverse = reverse}).next(), "end");
    EXPECT_EQ(scan({"a", "c"}, {.start = "c", .end = "a", .reverse = reverse}).next(), "end");
    EXPECT_EQ(scan({"a", "c"}, {.start = "d", .reverse = reverse}).next(), "end");
    EXPECT_EQ(scan({"b", "c"}, {.end = "b", .reverse = reverse}).next(), "end");
  }
}

TEST(SortedEntries, SeekFindsTheKeyOrTheNextLarger) {
  auto it = scan({"a", "c", "e"});
  EXPECT_EQ(it.seek("c"), "\"c\"=\"c\"");
  EXPECT_EQ(it.seek("d"), "\"e\"=\"e\"");
  EXPECT_EQ(it.seek(""), "\"a\"=\"a\"");
  EXPECT_EQ(it.seek("f"), "end");
}

TEST(SortedEntries, SeekInReverseFindsTheKeyOrTheNextSmaller) {
  auto it = scan({"a", "c", "e"}, {.reverse = true});
  EXPECT_EQ(it.seek("c"), "\"c\"=\"c\"");
  EXPECT_EQ(it.seek("b"), "\"a\"=\"a\"");
  EXPECT_EQ(it.seek("z"), "\"e\"=\"e\"");
  EXPECT_EQ(it.seek(""), "end");
}

TEST(SortedEntries, SeekGoesBackAndNextGoesOnFromThere) {
  for (const bool reverse : {false, true}) {
    auto it = scan({"a", "b", "c", "d"}, {.reverse = reverse});
    it.rest();
    it.seek("b");
    it.next();
    it.seek("c");
    it.rest();
  }
}

TEST(SortedEntries, SeekNeverLeavesTheRange) {
  for (const bool reverse : {false, true}) {
    auto it = scan({"a", "b", "c", "d", "e"}, {.start = "b", .end = "d", .reverse = reverse});
    for (const char* key : {"", "a", "b", "bb", "c", "cc", "d", "e", "f"}) {
      it.seek(key);
      it.next();
    }
  }
}

TEST(SortedEntries, TheBoundsAreCopied) {
  auto start = std::make_unique<std::string>("b, and long enough to need memory of its own");
  auto end = std::make_unique<std::string>("d, and long enough to need memory of its own");
  auto it = scan({"a", "c", "e"}, {.start = *start, .end = *end});
  *start = *end = "z";
  EXPECT_EQ(it.next(), "\"c\"=\"c\"");
  EXPECT_EQ(it.next(), "end");
  EXPECT_EQ(it.seek("e"), "end");
}

TEST(SortedEntries, EachOfTwoHasItsOwnPlace) {
  const auto entries =
      std::make_shared<const SortedEntries>(SortedEntries{{"a", "1"}, {"b", "2"}, {"c", "3"}});
  const auto open = [&](bool reverse) {
    Iterator::Scope scope{std::make_shared<Lifetime>(Limits()), Context::none()};
    return ToldIterator(make_entries_iterator(entries, {.reverse = reverse}, std::move(scope)));
  };
  auto up = open(false);
  auto down = open(true);
  for (int i = 0; i < 4; ++i) {
    up.next();
    down.next();
  }
}

// Random entries and a random walk over them.
void walk_at_random(Drawn& drawn, bool reverse) {
  std::map<std::string, std::string> content;
  for (std::size_t left = drawn.below(12); left > 0; --left) {
    content[std::string(drawn.key())] = drawn.value();
  }
  auto entries = std::make_shared<SortedEntries>(content.begin(), content.end());
  Range range = drawn.range();
  range.reverse = reverse;
  range.limit = 0;
  step("scan " + told(range));
  Iterator::Scope scope{std::make_shared<Lifetime>(Limits()), Context::none()};
  ToldIterator it(make_entries_iterator(std::move(entries), range, std::move(scope)));
  for (int i = 0; i < 12; ++i) {
    if (drawn.once_in(2)) {
      it.next();
    } else {
      it.seek(drawn.key());
    }
  }
  it.rest();
}

TEST(SortedEntries, RandomWalksUpwardsAreTheReferences) {
  Drawn drawn(4);
  for (int i = 0; i < 40; ++i) walk_at_random(drawn, false);
}

TEST(SortedEntries, RandomWalksDownwardsAreTheReferences) {
  Drawn drawn(5);
  for (int i = 0; i < 40; ++i) walk_at_random(drawn, true);
}

}  // namespace
}  // namespace kv::test
