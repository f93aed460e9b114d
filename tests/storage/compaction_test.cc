// Which tables the size-tiered picker merges, and what a user's compaction of a range does
// (storage/compaction.h).

#include "storage/compaction.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/drawn.h"
#include "tests/support/listed_levels.h"

namespace kv {
namespace {

using test::Drawn;
using test::Levels;
using test::listed;
using test::told;

std::string tiered(const Version& version) {
  return told(pick_size_tiered(version, {.tables = 4, .alike = 2.0, .most_tables = 8}));
}

// The user means all tables that there are.
std::string of_range(const Version& version, const std::string& start, const std::string& end) {
  return told(pick_range(version, {start, end, version.next_table}));
}

// The user means those with numbers below `before`, and the levels above `level` are done.
std::string of_all(const Version& version, TableNumber before, std::size_t level = 0) {
  return told(pick_range(version, {"", "", before, level}));
}

TEST(SizeTieredPicking, HasNothingToDoWithTooFew) {
  EXPECT_EQ(tiered(Levels()), "nothing to do");
  EXPECT_EQ(tiered(Levels().level(0, "3[a-z] 2[a-z] 1[a-z]")), "nothing to do");
}

TEST(SizeTieredPicking, MergesTablesOfASizeWhereTheyStand) {
  EXPECT_EQ(tiered(Levels().level(0, "4[a-z]=100 3[a-z]=199 2[a-z]=150 1[a-z]=120")),
            "0 into 0: 4[a-z] 3[a-z]=199 2[a-z]=150 1[a-z]=120");
  EXPECT_EQ(tiered(Levels().level(0, "4[a-z]=100 3[a-z]=200 2[a-z]=150 1[a-z]=120")),
            "nothing to do");
}

TEST(SizeTieredPicking, MergesAllThatAreAlike) {
  EXPECT_EQ(tiered(Levels().level(0, "6[a-z] 5[a-z] 4[a-z] 3[a-z] 2[a-z] 1[a-z]=400")),
            "0 into 0: 6[a-z] 5[a-z] 4[a-z] 3[a-z] 2[a-z]");
}

TEST(SizeTieredPicking, TakesTheNewestOfTwoTiers) {
  EXPECT_EQ(tiered(Levels().level(0, "7[a-z]=1 6[a-z] 5[a-z] 4[a-z] 3[a-z] 2[a-z]=400 1[a-z]=400")),
            "0 into 0: 6[a-z] 5[a-z] 4[a-z] 3[a-z]");
}

TEST(SizeTieredPicking, MergesOnlyWhatFollowsEachOther) {
  // A table between them may have versions that are newer than those of one and older than the
  // other's.
  EXPECT_EQ(tiered(Levels().level(0, "5[a-z] 4[a-z] 3[a-z]=900 2[a-z] 1[a-z]")), "nothing to do");
}

TEST(SizeTieredPicking, MergesTheNewestWhereThereAreTooMany) {
  EXPECT_EQ(tiered(Levels().level(0,
                                  "8[a-b]=1 7[a-b]=2 6[a-b]=4 5[a-b]=8 4[a-b]=16 3[a-b]=32 "
                                  "2[a-b]=64")),
            "nothing to do");
  EXPECT_EQ(tiered(Levels().level(0,
                                  "8[a-b]=1 7[a-b]=2 6[a-b]=4 5[a-b]=8 4[a-b]=16 3[a-b]=32 "
                                  "2[a-b]=64 1[a-b]=128")),
            "0 into 0: 8[a-b]=1 7[a-b]=2 6[a-b]=4 5[a-b]=8");
}

TEST(SizeTieredPicking, LooksAtLevel0Alone) {
  EXPECT_EQ(tiered(Levels().level(1, "1[a-b] 2[c-d] 3[e-f] 4[g-h] 5[i-j]")), "nothing to do");
}

TEST(SizeTieredPicking, ComesToAnEnd) {
  // Also where it is told to merge a table with nothing.
  const Version version = Levels().level(0, "3[a-b] 2[a-b] 1[a-b]");
  EXPECT_EQ(told(pick_size_tiered(version, {.tables = 0, .alike = 2.0, .most_tables = 0})),
            "0 into 0: 3[a-b] 2[a-b] 1[a-b]");
  EXPECT_EQ(told(pick_size_tiered(Levels().level(0, "1[a-b]"),
                                  {.tables = 0, .alike = 2.0, .most_tables = 0})),
            "nothing to do");
}

TEST(RangePicking, WhatStandsInOneLevelIsWrittenAnewThere) {
  EXPECT_EQ(of_range(Levels(), "", ""), "nothing to do");
  EXPECT_EQ(of_range(Levels().level(1, "1[a-f] 2[g-z]"), "", ""), "1 into 1: 1[a-f]");
  EXPECT_EQ(of_range(Levels().level(1, "1[a-f] 2[g-z]"), "g", ""), "1 into 1: 2[g-z]");
  EXPECT_EQ(of_range(Levels().level(2, "1[a-f]").level(4, "2[g-z]"), "h", ""), "4 into 4: 2[g-z]");
  EXPECT_EQ(of_range(Levels().level(2, "1[a-f]").level(4, "2[g-z]"), "", "g"), "2 into 2: 1[a-f]");
  EXPECT_EQ(of_range(Levels().level(6, "1[a-f]"), "", ""), "6 into 6: 1[a-f]");
}

TEST(RangePicking, WhatWasWrittenAnewIsDone) {
  EXPECT_EQ(of_all(Levels().level(2, "7[a-f] 3[g-k] 8[l-z]"), 7), "2 into 2: 3[g-k]");
  EXPECT_EQ(of_all(Levels().level(2, "7[a-f] 9[g-k] 8[l-z]"), 7), "nothing to do");
}

TEST(RangePicking, WhatIsWrittenMeanwhileStays) {
  const Version version = Levels().level(0, "9[a-c] 8[k-m]").level(1, "7[a-z]");
  EXPECT_EQ(of_all(version, 10), "0 into 1: 9[a-c] 8[k-m] + 7[a-z]");
  EXPECT_EQ(of_all(version, 9), "0 into 1: 9[a-c] 8[k-m] + 7[a-z]");
  EXPECT_EQ(of_all(version, 8), "1 into 1: 7[a-z]");
  EXPECT_EQ(of_all(version, 7), "nothing to do");
}

TEST(RangePicking, LevelsAboveTheLastJobAreDone) {
  const Version version =
      Levels().level(0, "1[a-b]").level(1, "2[a-b]").level(2, "3[a-z]").level(3, "4[a-z]");
  EXPECT_EQ(of_all(version, 9, 0), "0 into 1: 1[a-b] + 2[a-b]");
  EXPECT_EQ(of_all(version, 9, 1), "1 into 2: 2[a-b] + 3[a-z]");
  EXPECT_EQ(of_all(version, 9, 2), "2 into 3: 3[a-z] + 4[a-z]");
  EXPECT_EQ(of_all(version, 9, 3), "3 into 3: 4[a-z]");
  EXPECT_EQ(of_all(version, 9, 4), "nothing to do");
}

TEST(RangePicking, OfLevel0AllTablesGo) {
  const Version version = Levels().level(0, "4[a-c] 3[k-m]").level(1, "1[d-e] 2[x-z]");
  EXPECT_EQ(of_range(version, "b", "c"), "0 into 1: 4[a-c] 3[k-m] + 1[d-e]");
  EXPECT_EQ(of_range(version, "d", "f"), "1 into 1: 1[d-e]");
  EXPECT_EQ(of_range(Levels().level(0, "4[a-c]"), "", ""), "0 into 1: 4[a-c]");
}

TEST(RangePicking, OfAnotherLevelOneTableOfTheRangeGoes) {
  const Version version = Levels().level(1, "1[a-f] 2[g-l] 3[m-z]").level(2, "4[a-h] 5[i-z]");
  EXPECT_EQ(of_range(version, "h", ""), "1 into 2: 2[g-l] + 4[a-h] 5[i-z]");
  EXPECT_EQ(of_range(version, "", ""), "1 into 2: 1[a-f] + 4[a-h]");
}

TEST(RangePicking, TheUppermostLevelGoesFirst) {
  const Version version = Levels().level(1, "1[k-l]").level(3, "3[a-z]").level(5, "2[a-z]");
  EXPECT_EQ(of_range(version, "", ""), "1 into 2: 1[k-l]");
  EXPECT_EQ(of_range(version, "m", ""), "3 into 4: 3[a-z]");
}

TEST(RangePicking, TheEndIsNotOfTheRangeAndTheStartIs) {
  const Version version = Levels().level(1, "1[d-f]").level(2, "2[a-z]");
  EXPECT_EQ(of_range(version, "a", "d"), "2 into 2: 2[a-z]");
  EXPECT_EQ(of_range(version, "a", "da"), "1 into 2: 1[d-f] + 2[a-z]");
  EXPECT_EQ(of_range(version, "f", "g"), "1 into 2: 1[d-f] + 2[a-z]");
  EXPECT_EQ(of_range(version, "fa", "g"), "2 into 2: 2[a-z]");
}

TEST(RangePicking, ARangeThatHoldsNothingIsDone) {
  const Version version = Levels().level(1, "1[a-z]").level(2, "2[a-z]");
  EXPECT_EQ(of_range(version, "m", "m"), "nothing to do");
  EXPECT_EQ(of_range(version, "n", "m"), "nothing to do");
}

// A version at random. Level 0 holds up to five tables.
Version drawn_version(Drawn& drawn) {
  Levels levels;
  TableNumber number = 1;
  const auto letter = [](std::size_t key) { return std::string(1, static_cast<char>('a' + key)); };
  for (std::size_t left = drawn.below(6); left > 0; --left) {
    const std::size_t first = drawn.below(20);
    levels.add(0, number++, letter(first), letter(first + drawn.below(6)), 100);
  }
  for (std::size_t level = 1; level < level_count; ++level) {
    if (drawn.once_in(2)) continue;
    for (std::size_t key = drawn.below(10); key < 20; key += 1 + drawn.below(8)) {
      const std::size_t last = key + drawn.below(6);
      levels.add(level, number++, letter(key), letter(last), 100);
      key = last;
    }
  }
  return levels;
}

// The version after the job, if that merges into one table.
Version done(const Version& version, const Compaction& job) {
  Version next = version;
  TableInfo merged = job.tables[0];
  merged.number = next.next_table++;
  for (const auto* gone : {&job.tables, &job.overlapped}) {
    for (const TableInfo& table : *gone) {
      if (user_key_of(table.smallest) < user_key_of(merged.smallest))
        merged.smallest = table.smallest;
      if (user_key_of(table.largest) > user_key_of(merged.largest)) merged.largest = table.largest;
      for (const std::size_t level : {job.level, job.into}) std::erase(next.levels[level], table);
    }
  }
  std::vector<TableInfo>& into = next.levels[job.into];
  const auto place = std::ranges::find_if(into, [&](const TableInfo& table) {
    return user_key_of(table.smallest) > user_key_of(merged.smallest);
  });
  into.insert(place, merged);
  return next;
}

bool ascends(const std::vector<TableInfo>& tables) {
  return std::ranges::adjacent_find(tables, [](const TableInfo& a, const TableInfo& b) {
           return user_key_of(a.largest) >= user_key_of(b.smallest);
         }) == tables.end();
}

// Whether the table has keys of [start, end).
bool has_of(const TableInfo& table, const RangeToCompact& range) {
  return user_key_of(table.largest) >= range.start &&
         (range.end.empty() || user_key_of(table.smallest) < range.end);
}

// Somebody writes meanwhile: another table comes into level 0.
void write_out(Version& version, Drawn& drawn) {
  const std::size_t first = drawn.below(20);
  const std::string end(1, static_cast<char>('a' + first + drawn.below(6)));
  TableInfo table = Levels()
                        .add(0, version.next_table++, {static_cast<char>('a' + first)}, end, 1)
                        .operator const Version&()
                        .levels[0][0];
  version.levels[0].insert(version.levels[0].begin(), std::move(table));
}

TEST(RangePicking, DoneAgainAndAgainLeavesWhatWasThereInOneLevelAndAnew) {
  Drawn drawn(65);
  for (int round = 0; round < 500; ++round) {
    Version version = drawn_version(drawn);
    const std::string start(1, static_cast<char>('a' + drawn.below(20)));
    const std::string end =
        drawn.once_in(3) ? "" : std::string(1, static_cast<char>(start[0] + 1 + drawn.below(10)));
    SCOPED_TRACE("[" + start + ", " + end + ") of " + listed(version));
    const TableNumber before = version.next_table++;
    RangeToCompact range{start, end, before};
    int jobs = 0;
    while (const std::optional<Compaction> job = pick_range(version, range)) {
      ASSERT_LT(++jobs, 100) << "it comes to an end";
      ASSERT_GE(job->level, range.level);
      ASSERT_TRUE(job->into == job->level + 1 || (job->into == job->level && job->level > 0));
      if (job->level == 0) {
        ASSERT_EQ(job->tables, version.levels[0]);
      }
      range.level = job->level;
      version = done(version, *job);
      ASSERT_TRUE(ascends(version.levels[job->into])) << told(job);
      write_out(version, drawn);
    }
    std::size_t levels = 0;
    for (std::size_t level = 0; level < level_count; ++level) {
      bool holds = false;
      for (const TableInfo& table : version.levels[level]) {
        if (!has_of(table, range)) continue;
        holds = holds || level > 0;
        EXPECT_GE(table.number, before) << listed(version);
      }
      levels += holds;
    }
    EXPECT_LE(levels, 1U) << listed(version);
  }
}

}  // namespace
}  // namespace kv
