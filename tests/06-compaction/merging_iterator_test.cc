// Task 6.1: the walks over several sources as one.

#include "storage/merging_iterator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "tests/support/drawn.h"
#include "tests/support/expect.h"
#include "tests/support/told_versions.h"

namespace kv::test {
namespace {

using Listed = ListedVersions::Listed;

bool comes_before(const Listed& a, const Listed& b) {
  return a.user_key != b.user_key ? a.user_key < b.user_key : a.sequence > b.sequence;
}

// A walk that notes in a log that it is told to step or to seek.
class NotedWalk final : public InternalIterator {
 public:
  NotedWalk(std::string name, std::unique_ptr<InternalIterator> walk, std::vector<std::string>& log)
      : name_(std::move(name)), walk_(std::move(walk)), log_(log) {}

 private:
  bool do_next() override {
    log_.push_back(name_);
    return arrive(walk_->next());
  }
  bool do_seek(std::string_view target) override {
    log_.push_back(name_);
    return arrive(walk_->seek(target));
  }
  bool arrive(bool stepped) {
    if (stepped) {
      stand_on(walk_->key(), walk_->value());
    } else if (!walk_->status()) {
      return fail(walk_->status().error());
    }
    return stepped;
  }

  const std::string name_;
  const std::unique_ptr<InternalIterator> walk_;
  std::vector<std::string>& log_;
};

class MergingIterators : public testing::Test {
 protected:
  struct Source {
    std::string name;
    std::vector<Listed> versions;
    std::size_t fails_after = ~std::size_t{0};
  };

  void source(const std::string& name, std::vector<Listed> versions) {
    std::string told = name + ":";
    for (const Listed& each : versions) {
      told += " " + told_version(each.user_key, each.sequence,
                                 each.value ? EntryKind::put : EntryKind::tombstone,
                                 each.value.value_or(""));
    }
    step(told);
    sources.push_back({name, std::move(versions)});
  }

  // A source with nothing but puts, of the numbers first, first - 1, ..., of keys in order.
  void numbered(const std::string& name, SequenceNumber first, const std::string& keys) {
    std::vector<Listed> versions;
    for (const char key : keys) versions.push_back({std::string(1, key), first--, "v"});
    source(name, std::move(versions));
  }

  // The three sources that storage/merging_iterator.h draws.
  void as_drawn() {
    source("memtable", {{"c", 12, "12"}, {"f", 11, {}}});
    source("table 2", {{"a", 6, "6"}, {"b", 5, "5"}});
    source("level 1", {{"a", 3, "3"}, {"g", 1, "1"}});
  }

  std::unique_ptr<InternalIterator> merged(Direction direction) {
    const std::string call =
        announce(direction == Direction::forward ? "merge forward" : "merge in reverse");
    std::vector<std::unique_ptr<InternalIterator>> walks;
    for (const Source& each : sources) {
      auto walk = std::make_unique<ListedVersions>(each.versions, direction);
      walk->fail_after(each.fails_after);
      walks.push_back(std::make_unique<NotedWalk>(each.name, std::move(walk), log));
    }
    auto walk = make_merging_iterator(std::move(walks), direction);
    step(call);
    return walk;
  }
  ToldVersions merge(Direction direction) { return ToldVersions(merged(direction)); }

  // Who was stepped since the last call, in the order of their names: in which order all of them
  // are told is nobody's business.
  std::string stepped() {
    std::sort(log.begin(), log.end());
    std::string who;
    for (const std::string& each : std::exchange(log, {})) who += (who.empty() ? "" : " ") + each;
    return saw("who was told to step", who.empty() ? "nobody" : who);
  }

  std::vector<Source> sources;
  std::vector<std::string> log;
};

std::string how_it_is(const InternalIterator& walk) {
  return walk.status() ? "ok" : walk.status().error().text();
}

TEST_F(MergingIterators, GoForwardOverAllVersions) {
  as_drawn();
  EXPECT_EQ(
      merge(Direction::forward).rest(),
      "\"a\"@6=\"6\" \"a\"@3=\"3\" \"b\"@5=\"5\" \"c\"@12=\"12\" \"f\"@11 erased \"g\"@1=\"1\"");
}

TEST_F(MergingIterators, GoInReverseOverAllVersions) {
  as_drawn();
  EXPECT_EQ(
      merge(Direction::reverse).rest(),
      "\"g\"@1=\"1\" \"f\"@11 erased \"c\"@12=\"12\" \"b\"@5=\"5\" \"a\"@3=\"3\" \"a\"@6=\"6\"");
}

TEST_F(MergingIterators, NoWalksAtAllMakeAnEmptyOne) {
  for (const Direction direction : {Direction::forward, Direction::reverse}) {
    auto walk = merge(direction);
    EXPECT_EQ(walk.next(), "end");
    EXPECT_EQ(walk.next(), "end");
    EXPECT_EQ(walk.seek(SeekTarget::before_versions("a")), "end");
    EXPECT_EQ(walk.next(), "end");
  }
}

TEST_F(MergingIterators, EmptyWalksAreLeftOut) {
  source("empty", {});
  source("some", {{"a", 2, "2"}, {"b", 1, {}}});
  source("empty, too", {});
  source("empty as well", {});
  EXPECT_EQ(merge(Direction::forward).rest(), "\"a\"@2=\"2\" \"b\"@1 erased");
  EXPECT_EQ(merge(Direction::reverse).rest(), "\"b\"@1 erased \"a\"@2=\"2\"");
  sources.erase(sources.begin() + 1);
  EXPECT_EQ(merge(Direction::forward).next(), "end");
}

TEST_F(MergingIterators, OneWalkIsAsItIs) {
  source("alone", {{"", 9, "9"}, {"a", 8, {}}, {"a", 3, "3"}, {"b", 4, ""}});
  EXPECT_EQ(merge(Direction::forward).rest(),
            "\"\"@9=\"9\" \"a\"@8 erased \"a\"@3=\"3\" \"b\"@4=\"\"");
  auto walk = merge(Direction::reverse);
  EXPECT_EQ(walk.seek(SeekTarget::newest_visible("a", 7)), "\"a\"@8 erased");
  EXPECT_EQ(walk.next(), "\"\"@9=\"9\"");
  EXPECT_EQ(walk.next(), "end");
}

TEST_F(MergingIterators, OneWalkKeepsAliveWhatItWalksOver) {
  // Whoever merges keeps something alive as well, and a second call would replace the first.
  source("alone", {{"a", 1, "1"}});
  const auto table = std::make_shared<int>(1);
  std::vector<std::unique_ptr<InternalIterator>> walks;
  walks.push_back(std::make_unique<ListedVersions>(sources[0].versions, Direction::forward));
  walks[0]->keep_alive(table);
  const std::string call = announce("merge one walk, and let it keep the view alive");
  auto walk = make_merging_iterator(std::move(walks), Direction::forward);
  walk->keep_alive(std::make_shared<int>(2));
  step(call);
  EXPECT_TRUE(walk->next());
  saw("the table that the walk keeps", table.use_count() == 2 ? "there" : "gone");
  EXPECT_EQ(table.use_count(), 2);
  walk.reset();
  EXPECT_EQ(table.use_count(), 1);
}

TEST_F(MergingIterators, OfAUserKeyTheNewestComesFirst) {
  source("one", {{"k", 9, "9"}, {"k", 4, "4"}, {"k", 1, {}}});
  source("two", {{"k", 8, {}}, {"k", 7, "7"}, {"k", 2, "2"}});
  source("three", {{"k", 300, "300"}, {"k", 256, "256"}, {"k", 5, "5"}});
  EXPECT_EQ(merge(Direction::forward).rest(),
            "\"k\"@300=\"300\" \"k\"@256=\"256\" \"k\"@9=\"9\" \"k\"@8 erased \"k\"@7=\"7\" "
            "\"k\"@5=\"5\" \"k\"@4=\"4\" \"k\"@2=\"2\" \"k\"@1 erased");
  EXPECT_EQ(merge(Direction::reverse).rest(),
            "\"k\"@1 erased \"k\"@2=\"2\" \"k\"@4=\"4\" \"k\"@5=\"5\" \"k\"@7=\"7\" \"k\"@8 erased "
            "\"k\"@9=\"9\" \"k\"@256=\"256\" \"k\"@300=\"300\"");
}

TEST_F(MergingIterators, UserKeysAreComparedByteByByte) {
  source("one", {{"", 3, "3"}, {"aa", 9, "9"}, {"\xff", 1, "1"}});
  source("two", {{"a", 2, "2"}, {std::string("a\0", 2), 8, "8"}, {"\x7f", 7, "7"}});
  source("three", {{"A", 6, "6"}, {"\x80", 5, "5"}});
  EXPECT_EQ(merge(Direction::forward).rest(),
            "\"\"@3=\"3\" \"A\"@6=\"6\" \"a\"@2=\"2\" \"a\\x00\"@8=\"8\" \"aa\"@9=\"9\" "
            "\"\\x7f\"@7=\"7\" \"\\x80\"@5=\"5\" \"\\xff\"@1=\"1\"");
  merge(Direction::reverse).rest();
}

TEST_F(MergingIterators, OnlyTheWalkThatItStandsOnSteps) {
  numbered("x", 30, "adg");
  numbered("y", 20, "bc");
  numbered("z", 10, "efh");
  auto walk = merge(Direction::forward);
  EXPECT_EQ(stepped(), "nobody");
  walk.next();
  EXPECT_EQ(stepped(), "x y z");
  for (const std::string who : {"x", "y", "y", "x", "z", "z", "x", "z"}) {
    walk.next();
    EXPECT_EQ(stepped(), who);
  }
  EXPECT_EQ(walk.next(), "end");
  EXPECT_EQ(stepped(), "nobody");
}

TEST_F(MergingIterators, AWalkMayComeFirstManyTimes) {
  numbered("few", 90, "mz");
  numbered("many", 50, "abcdefghijklnopqrstuvwxy");
  numbered("one", 10, "k");
  merge(Direction::forward).rest();
  merge(Direction::reverse).rest();
}

TEST_F(MergingIterators, SeekStandsOnTheFirstAtOrBehind) {
  as_drawn();
  auto walk = merge(Direction::forward);
  EXPECT_EQ(walk.seek(SeekTarget::newest_visible("a", 5)), "\"a\"@3=\"3\"");
  EXPECT_EQ(walk.next(), "\"b\"@5=\"5\"");
  EXPECT_EQ(walk.seek(SeekTarget::newest_visible("f", 11)), "\"f\"@11 erased");
  EXPECT_EQ(walk.next(), "\"g\"@1=\"1\"");
  EXPECT_EQ(walk.next(), "end");
}

TEST_F(MergingIterators, SeekInReverseStandsOnTheLastAtOrBefore) {
  as_drawn();
  auto walk = merge(Direction::reverse);
  EXPECT_EQ(walk.seek(SeekTarget::before_versions("c")), "\"b\"@5=\"5\"");
  EXPECT_EQ(walk.next(), "\"a\"@3=\"3\"");
  EXPECT_EQ(walk.seek(SeekTarget::behind_versions("f")), "\"f\"@11 erased");
  EXPECT_EQ(walk.next(), "\"c\"@12=\"12\"");
  EXPECT_EQ(walk.seek(SeekTarget::behind_versions("z")), "\"g\"@1=\"1\"");
}

TEST_F(MergingIterators, SeekGoesBackAfterSteps) {
  as_drawn();
  auto forward = merge(Direction::forward);
  for (int i = 0; i < 5; ++i) forward.next();
  EXPECT_EQ(forward.seek(SeekTarget::newest_visible("a", 5)), "\"a\"@3=\"3\"");
  EXPECT_EQ(forward.rest(), "\"b\"@5=\"5\" \"c\"@12=\"12\" \"f\"@11 erased \"g\"@1=\"1\"");
  auto reverse = merge(Direction::reverse);
  for (int i = 0; i < 5; ++i) reverse.next();
  EXPECT_EQ(reverse.seek(SeekTarget::behind_versions("c")), "\"c\"@12=\"12\"");
  EXPECT_EQ(reverse.rest(), "\"b\"@5=\"5\" \"a\"@3=\"3\" \"a\"@6=\"6\"");
}

TEST_F(MergingIterators, SeekLeavesTheEnd) {
  as_drawn();
  auto forward = merge(Direction::forward);
  forward.rest();
  EXPECT_EQ(forward.next(), "end");
  stepped();
  EXPECT_EQ(forward.seek(SeekTarget::before_versions("h")), "end");
  EXPECT_EQ(stepped(), "level 1 memtable table 2");
  EXPECT_EQ(forward.next(), "end");
  EXPECT_EQ(forward.seek(SeekTarget::before_versions("b")), "\"b\"@5=\"5\"");
  EXPECT_EQ(forward.rest(), "\"c\"@12=\"12\" \"f\"@11 erased \"g\"@1=\"1\"");
  auto reverse = merge(Direction::reverse);
  EXPECT_EQ(reverse.seek(SeekTarget::before_versions("a")), "end");
  EXPECT_EQ(reverse.next(), "end");
  EXPECT_EQ(reverse.seek(SeekTarget::behind_versions("a")), "\"a\"@3=\"3\"");
  EXPECT_EQ(reverse.rest(), "\"a\"@6=\"6\"");
}

TEST_F(MergingIterators, AWalkThatFailsFailsTheWhole) {
  // Whoever went on without it would let older versions take the place of those it has.
  for (const Direction direction : {Direction::forward, Direction::reverse}) {
    for (std::size_t steps = 0; steps <= 3; ++steps) {
      sources.clear();
      source("newer", {{"a", 9, "9"}, {"b", 8, {}}, {"c", 7, "7"}});
      source("older", {{"a", 3, "3"}, {"b", 2, "2"}, {"c", 1, "1"}, {"d", 4, "4"}});
      sources[0].fails_after = steps;
      const auto walk = merged(direction);
      const std::string call =
          announce("steps until it fails, of the newer one after " + std::to_string(steps));
      int taken = 0;
      while (walk->next()) ++taken;
      saw(call, std::to_string(taken) + ", " + how_it_is(*walk));
      EXPECT_TRUE(fails_with(Code::io_error, walk->status()));
    }
  }
}

TEST_F(MergingIterators, OneThatFailsAtItsFirstStepDoesWhereverItStands) {
  for (std::size_t which = 0; which < 3; ++which) {
    sources.clear();
    as_drawn();
    sources[which].fails_after = 0;
    const auto walk = merged(Direction::forward);
    const std::string call = announce("the first step, and " + sources[which].name + " fails");
    const bool stands = walk->next();
    saw(call, (stands ? "stands, " : "does not stand, ") + how_it_is(*walk));
    EXPECT_FALSE(stands);
  }
}

TEST_F(MergingIterators, AnErrorStays) {
  as_drawn();
  sources[1].fails_after = 1;
  const auto walk = merged(Direction::forward);
  EXPECT_TRUE(walk->next());
  stepped();
  const std::string call = announce("next where table 2 fails, then next and seek");
  EXPECT_FALSE(walk->next());
  EXPECT_FALSE(walk->next());
  EXPECT_FALSE(walk->seek(SeekTarget::before_versions("a").bytes()));
  saw(call, how_it_is(*walk) + (walk->key().empty() ? ", no entry" : ", an entry"));
  EXPECT_TRUE(fails_with(Code::io_error, walk->status()));
  EXPECT_EQ(stepped(), "table 2");
}

TEST_F(MergingIterators, ASeekThatFailsFailsTheWhole) {
  for (const Direction direction : {Direction::forward, Direction::reverse}) {
    for (std::size_t which = 0; which < 3; ++which) {
      sources.clear();
      as_drawn();
      sources[which].fails_after = 0;
      const auto walk = merged(direction);
      const std::string call = announce("seek, and " + sources[which].name + " fails");
      const bool stands = walk->seek(SeekTarget::before_versions("d").bytes());
      saw(call, (stands ? "stands, " : "does not stand, ") + how_it_is(*walk));
      EXPECT_FALSE(stands);
      EXPECT_FALSE(walk->next());
    }
  }
}

TEST_F(MergingIterators, ThousandsOfWalksAreMergedInNoTime) {
  // Whoever looks at every walk at every step takes two thousand million looks here.
  constexpr std::size_t walk_count = 10'000;
  constexpr std::size_t entries_each = 20;
  step("10,000 walks of 20 entries each");
  std::vector<std::unique_ptr<InternalIterator>> walks;
  for (std::size_t walk = 0; walk < walk_count; ++walk) {
    std::vector<Listed> versions;
    for (std::size_t i = 0; i < entries_each; ++i) {
      const std::uint64_t number =
          10'000'000 + i * walk_count + (walk * 7919 + i * 31) % walk_count;
      versions.push_back({std::to_string(number), walk * entries_each + i + 1, "v"});
    }
    walks.push_back(std::make_unique<ListedVersions>(std::move(versions), Direction::forward));
  }
  const std::string call = announce("the entries that come in order");
  const auto walk = make_merging_iterator(std::move(walks), Direction::forward);
  std::uint64_t expected = 10'000'000;
  while (walk->next() && user_key_of(walk->key()) == std::to_string(expected)) ++expected;
  saw(call, std::to_string(expected - 10'000'000) + ", " + how_it_is(*walk));
  EXPECT_EQ(expected, 10'200'000);
}

// Walks, steps and seeks at random: what comes is what one walk over all versions would show.
TEST_F(MergingIterators, RandomWalksAreWhatOneWithAllWouldBe) {
  Drawn drawn(61);
  for (int round = 0; round < 60; ++round) {
    sources.assign(drawn.below(9), {});
    std::vector<Listed> all;
    const SequenceNumber last = sources.empty() ? 0 : drawn.below(40);
    for (SequenceNumber sequence = 1; sequence <= last; ++sequence) {
      Listed version{std::string(drawn.key()), sequence, {}};
      if (!drawn.once_in(4)) version.value = std::to_string(sequence);
      all.push_back(version);
      sources[drawn.below(sources.size())].versions.push_back(version);
    }
    for (Source& each : sources) {
      std::sort(each.versions.begin(), each.versions.end(), comes_before);
    }
    std::sort(all.begin(), all.end(), comes_before);
    const Direction direction = drawn.once_in(2) ? Direction::forward : Direction::reverse;
    auto walk = merge(direction);
    ToldVersions expected(std::make_unique<ListedVersions>(all, direction));
    for (std::size_t left = drawn.below(12); left > 0; --left) {
      if (drawn.once_in(3)) {
        const auto target = SeekTarget::newest_visible(drawn.key(), drawn.below(41));
        ASSERT_EQ(walk.seek(target), expected.seek(target));
      } else {
        ASSERT_EQ(walk.next(), expected.next());
      }
    }
    ASSERT_EQ(walk.rest(), expected.rest());
  }
}

}  // namespace
}  // namespace kv::test
