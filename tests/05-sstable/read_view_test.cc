// Task 5.6: one view of many sources.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "tests/05-sstable/listed_source.h"
#include "tests/support/expect.h"

namespace kv::test {
namespace {

class ReadViews : public testing::Test {
 protected:
  // Adds a source behind those that there are: an older one.
  ListedSource& older(const std::string& name, std::vector<Listed> versions) {
    std::string told = name + ":";
    for (const Listed& each : versions) {
      told += " " + told_version(each.user_key, each.sequence,
                                 each.value ? EntryKind::put : EntryKind::tombstone,
                                 each.value.value_or(""));
    }
    step(told);
    const auto source = std::make_shared<ListedSource>(name, std::move(versions), asked);
    sources.push_back(source);
    return *source;
  }

  // The four sources that storage/read_view.h draws.
  void as_drawn() {
    older("memtable", {{"c", 12, "12"}, {"f", 11, {}}});
    older("frozen", {{"a", 9, "9"}, {"c", 8, "8"}});
    older("table 2", {{"b", 6, "6"}, {"f", 5, "5"}});
    older("table 1", {{"a", 3, "3"}, {"b", 2, "2"}, {"g", 1, "1"}});
  }

  // The version found, and who was asked for it.
  std::string find(const std::string& key, SequenceNumber sequence) {
    const std::string call =
        announce("find " + test::quoted(key) + " at " + std::to_string(sequence));
    asked.clear();
    std::string value;
    const auto found =
        make_read_view(sources)->find({.user_key = key, .sequence = sequence, .value = &value});
    std::string told = "none";
    if (!found) {
      told = std::string(name(found.error().code()));
    } else if (*found) {
      told = told_version(key, (*found)->sequence, (*found)->kind, value);
    }
    return saw(call, told + ", asked: " + asked);
  }

  ToldVersions iterate(Direction direction) {
    const std::string call =
        announce(direction == Direction::forward ? "walk forward" : "walk in reverse");
    view = make_read_view(sources);
    auto versions = view->iterate(direction);
    step(call);
    return ToldVersions(std::move(versions));
  }

  std::string asked;
  std::vector<std::shared_ptr<const Source>> sources;
  std::shared_ptr<const ReadView> view;
};
using ViewWalks = ReadViews;

TEST_F(ReadViews, AnEmptyOneHasNothing) {
  EXPECT_EQ(find("a", 5), "none, asked: ");
  EXPECT_EQ(iterate(Direction::forward).rest(), "nothing");
  EXPECT_EQ(iterate(Direction::reverse).next(), "end");
}

TEST_F(ReadViews, TheNewestSourceThatKnowsTheKeyAnswers) {
  as_drawn();
  EXPECT_EQ(find("c", 20), "\"c\"@12=\"12\", asked: memtable");
  EXPECT_EQ(find("a", 20), "\"a\"@9=\"9\", asked: memtable frozen");
  EXPECT_EQ(find("b", 20), "\"b\"@6=\"6\", asked: memtable frozen table 2");
  EXPECT_EQ(find("g", 20), "\"g\"@1=\"1\", asked: memtable frozen table 2 table 1");
}

TEST_F(ReadViews, AtAnEarlierNumberAnOlderOneDoes) {
  as_drawn();
  EXPECT_EQ(find("c", 11), "\"c\"@8=\"8\", asked: memtable frozen");
  EXPECT_EQ(find("c", 7), "none, asked: memtable frozen table 2 table 1");
  EXPECT_EQ(find("a", 8), "\"a\"@3=\"3\", asked: memtable frozen table 2 table 1");
  EXPECT_EQ(find("b", 5), "\"b\"@2=\"2\", asked: memtable frozen table 2 table 1");
  EXPECT_EQ(find("a", 2), "none, asked: memtable frozen table 2 table 1");
}

TEST_F(ReadViews, ATombstoneEndsTheSearch) {
  as_drawn();
  EXPECT_EQ(find("f", 20), "\"f\"@11 erased, asked: memtable");
  EXPECT_EQ(find("f", 10), "\"f\"@5=\"5\", asked: memtable frozen table 2");
}

TEST_F(ReadViews, WhatNobodyKnowsIsNotThere) {
  as_drawn();
  EXPECT_EQ(find("e", 20), "none, asked: memtable frozen table 2 table 1");
  EXPECT_EQ(find("", 20), "none, asked: memtable frozen table 2 table 1");
}

TEST_F(ReadViews, ASourceThatFailsEndsTheSearch) {
  // The frozen memtable may have a newer version of whatever table 1 has.
  as_drawn();
  older("table 0", {{"z", 1, "1"}});
  auto failing = std::make_shared<ListedSource>("broken", std::vector<Listed>{}, asked);
  failing->fail_find();
  sources.insert(sources.begin() + 2, failing);
  step("a source behind the frozen memtable that fails");
  EXPECT_EQ(find("c", 20), "\"c\"@12=\"12\", asked: memtable");
  EXPECT_EQ(find("a", 20), "\"a\"@9=\"9\", asked: memtable frozen");
  EXPECT_EQ(find("b", 20), "io_error, asked: memtable frozen broken");
  EXPECT_EQ(find("z", 20), "io_error, asked: memtable frozen broken");
}

TEST_F(ViewWalks, GoForwardOverAllVersions) {
  as_drawn();
  EXPECT_EQ(iterate(Direction::forward).rest(),
            "\"a\"@9=\"9\" \"a\"@3=\"3\" \"b\"@6=\"6\" \"b\"@2=\"2\" \"c\"@12=\"12\" "
            "\"c\"@8=\"8\" \"f\"@11 erased \"f\"@5=\"5\" \"g\"@1=\"1\"");
}

TEST_F(ViewWalks, GoInReverseOverAllVersions) {
  as_drawn();
  EXPECT_EQ(iterate(Direction::reverse).rest(),
            "\"g\"@1=\"1\" \"f\"@5=\"5\" \"f\"@11 erased \"c\"@8=\"8\" \"c\"@12=\"12\" "
            "\"b\"@2=\"2\" \"b\"@6=\"6\" \"a\"@3=\"3\" \"a\"@9=\"9\"");
}

TEST_F(ViewWalks, ASourceAtItsEndIsPassedOver) {
  older("first", {{"a", 4, "4"}});
  older("empty", {});
  older("last", {{"b", 2, "2"}, {"c", 1, "1"}});
  EXPECT_EQ(iterate(Direction::forward).rest(), "\"a\"@4=\"4\" \"b\"@2=\"2\" \"c\"@1=\"1\"");
  EXPECT_EQ(iterate(Direction::reverse).rest(), "\"c\"@1=\"1\" \"b\"@2=\"2\" \"a\"@4=\"4\"");
}

TEST_F(ViewWalks, SeekStandsOnTheFirstAtOrBehind) {
  as_drawn();
  auto walk = iterate(Direction::forward);
  EXPECT_EQ(walk.seek(SeekTarget::newest_visible("c", 11)), "\"c\"@8=\"8\"");
  EXPECT_EQ(walk.next(), "\"f\"@11 erased");
  EXPECT_EQ(walk.seek(SeekTarget::before_versions("a")), "\"a\"@9=\"9\"");
  EXPECT_EQ(walk.next(), "\"a\"@3=\"3\"");
  EXPECT_EQ(walk.next(), "\"b\"@6=\"6\"");
  EXPECT_EQ(walk.seek(SeekTarget::before_versions("h")), "end");
  EXPECT_EQ(walk.next(), "end");
  EXPECT_EQ(walk.seek(SeekTarget::before_versions("g")), "\"g\"@1=\"1\"");
  EXPECT_EQ(walk.next(), "end");
}

TEST_F(ViewWalks, SeekInReverseStandsOnTheLastAtOrBefore) {
  as_drawn();
  auto walk = iterate(Direction::reverse);
  EXPECT_EQ(walk.seek(SeekTarget::before_versions("c")), "\"b\"@2=\"2\"");
  EXPECT_EQ(walk.next(), "\"b\"@6=\"6\"");
  EXPECT_EQ(walk.next(), "\"a\"@3=\"3\"");
  EXPECT_EQ(walk.seek(SeekTarget::behind_versions("f")), "\"f\"@5=\"5\"");
  EXPECT_EQ(walk.next(), "\"f\"@11 erased");
  EXPECT_EQ(walk.seek(SeekTarget::before_versions("a")), "end");
  EXPECT_EQ(walk.seek(SeekTarget::behind_versions("z")), "\"g\"@1=\"1\"");
}

TEST_F(ViewWalks, AWalkThatFailsFailsTheWhole) {
  // Whoever went on without it would show older versions in the place of those it has.
  for (const Direction direction : {Direction::forward, Direction::reverse}) {
    for (std::size_t steps = 0; steps < 3; ++steps) {
      sources.clear();
      older("newer", {{"a", 9, "9"}, {"b", 8, {}}, {"c", 7, "7"}}).fail_walk_after(steps);
      older("older", {{"a", 3, "3"}, {"b", 2, "2"}, {"c", 1, "1"}});
      view = make_read_view(sources);
      const auto walk = view->iterate(direction);
      const std::string call = announce("how many steps until it fails");
      int taken = 0;
      while (walk->next()) ++taken;
      saw(call, std::to_string(taken) + ", " +
                    (walk->status() ? "ok" : std::string(name(walk->status().error().code()))));
      EXPECT_TRUE(fails_with(Code::io_error, walk->status()));
      EXPECT_FALSE(walk->next());
    }
  }
}

TEST_F(ViewWalks, SoDoesASeek) {
  for (const Direction direction : {Direction::forward, Direction::reverse}) {
    sources.clear();
    older("newer", {{"a", 9, "9"}});
    older("older", {{"a", 3, "3"}, {"b", 2, "2"}}).fail_walk_after(0);
    view = make_read_view(sources);
    const auto walk = view->iterate(direction);
    const std::string call = announce("seek where an older source fails");
    const bool stepped = walk->seek(SeekTarget::before_versions("a").bytes());
    saw(call, stepped ? "stepped" : walk->status() ? "end" : "failed");
    EXPECT_FALSE(stepped);
    EXPECT_TRUE(fails_with(Code::io_error, walk->status()));
  }
}

TEST_F(ViewWalks, RandomViewsAreWhatOneSourceWithAllWouldBe) {
  Random random(seed());
  for (int round = 0; round < 40; ++round) {
    sources.clear();
    std::vector<Listed> all;
    SequenceNumber sequence = 200;
    for (std::size_t source = 0; source < 1 + random.below(6); ++source) {
      std::map<std::string, std::vector<Listed>> by_key;
      for (std::size_t i = random.below(8); i > 0; --i) {
        Listed version{std::string(1, static_cast<char>('a' + random.below(6))), --sequence, {}};
        if (random.below(4) != 0) version.value = std::to_string(sequence);
        by_key[version.user_key].push_back(version);
      }
      std::vector<Listed> versions;
      for (const auto& [key, listed] : by_key) {
        versions.insert(versions.end(), listed.begin(), listed.end());
      }
      all.insert(all.end(), versions.begin(), versions.end());
      sources.push_back(std::make_shared<ListedSource>("s", versions, asked));
    }
    std::stable_sort(all.begin(), all.end(), [](const Listed& a, const Listed& b) {
      return a.user_key != b.user_key ? a.user_key < b.user_key : a.sequence > b.sequence;
    });
    for (const Direction direction : {Direction::forward, Direction::reverse}) {
      const ListedSource one("one", all, asked);
      ToldVersions expected(one.iterate(direction));
      EXPECT_EQ(iterate(direction).rest(), expected.rest());
    }
  }
}

}  // namespace
}  // namespace kv::test
