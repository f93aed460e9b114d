// Task 6.4: which tables to merge.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/compaction.h"
#include "tests/support/drawn.h"
#include "tests/support/listed_levels.h"
#include "tests/support/story.h"

namespace kv::test {
namespace {

class LeveledPicking : public testing::Test {
 protected:
  std::string pick(const Version& version) {
    const std::string call = announce("pick of " + listed(version));
    const std::optional<Compaction> job = pick_leveled(version, options);
    const std::string answer = told(job);
    observe(call, answer);
    EXPECT_TRUE(!job || !job->reason.empty()) << "a job says its reason";
    return answer;
  }

  std::string urgency_of(const Version& version, std::size_t level) {
    const std::string call =
        announce(fmt::format("urgency of level {} of {}", level, listed(version)));
    const std::string answer = fmt::format("{:.4g}", urgency(version, level, options));
    observe(call, answer);
    return answer;
  }

  std::string overlapped(const Version& version, std::size_t level, std::string_view first,
                         std::string_view last) {
    const std::string call = announce(fmt::format("what [{}-{}] overlaps in level {} of {}", first,
                                                  last, level, listed(version)));
    const std::string answer = told(overlapped_in(version, level, first, last));
    observe(call, answer);
    return answer;
  }

  // Whether this is a move: the tables of one level of the version, into that level.
  bool moves(const Version& version, std::size_t level, std::size_t into,
             const std::vector<TableInfo>& over = {}) {
    const Compaction job{.level = level,
                         .into = into,
                         .tables = version.levels[level],
                         .overlapped = over,
                         .reason = {}};
    const std::string call = announce("is it a move: " + told(job));
    const bool answer = is_move(job);
    observe(call, answer ? "yes" : "no");
    return answer;
  }

  // Level 1 may hold 1,000 bytes, level 2 10,000, level 3 100,000, ...
  const LeveledOptions options{.level0_tables = 4, .level1_bytes = 1000, .multiplier = 10};
};

TEST_F(LeveledPicking, NothingIsToBeDoneInAnEmptyStore) {
  EXPECT_EQ(pick(Levels()), "nothing to do");
  for (std::size_t level = 0; level < level_count; ++level) {
    EXPECT_EQ(urgency_of(Levels(), level), "0");
  }
}

TEST_F(LeveledPicking, Level0IsUrgentByItsTables) {
  EXPECT_EQ(urgency_of(Levels().level(0, "1[a-z]=9000"), 0), "0.25");
  EXPECT_EQ(urgency_of(Levels().level(0, "3[a-z] 2[a-z] 1[a-z]"), 0), "0.75");
  EXPECT_EQ(urgency_of(Levels().level(0, "4[a-z]=1 3[a-z]=1 2[a-z]=1 1[a-z]=1"), 0), "1");
  EXPECT_EQ(urgency_of(Levels().level(0, "5[a-z] 4[a-b] 3[a-b] 2[a-b] 1[a-b] 6[c-d]"), 0), "1.5");
}

TEST_F(LeveledPicking, OtherLevelsAreByTheirBytes) {
  EXPECT_EQ(urgency_of(Levels().level(1, "1[a-b]=200 2[c-d]=300"), 1), "0.5");
  EXPECT_EQ(urgency_of(Levels().level(1, "1[a-b]=1000 2[c-d]=1500"), 1), "2.5");
  EXPECT_EQ(urgency_of(Levels().level(2, "1[a-b]=1000 2[c-d]=1500"), 2), "0.25");
  EXPECT_EQ(urgency_of(Levels().level(3, "1[a-b]=150000"), 3), "1.5");
  EXPECT_EQ(urgency_of(Levels().level(5, "1[a-b]=150000"), 5), "0.015");
}

TEST_F(LeveledPicking, ALevelIsMeasuredByTheOneBelow) {
  // Level 2 holds 5,000 bytes: a tenth of that is enough for level 1.
  const Version version = Levels().level(1, "1[a-b]=400").level(2, "2[a-z]=5000");
  EXPECT_EQ(urgency_of(version, 1), "0.8");
  EXPECT_EQ(urgency_of(version, 2), "0.5");
}

TEST_F(LeveledPicking, TheLastLevelIsNeverUrgent) {
  const Version version = Levels().level(6, "1[a-z]=4000000000000");
  EXPECT_EQ(urgency_of(version, 6), "0");
  EXPECT_EQ(pick(version), "nothing to do");
}

TEST_F(LeveledPicking, WhatIsNotUrgentStays) {
  EXPECT_EQ(pick(Levels().level(0, "3[a-z] 2[a-z] 1[a-z]").level(1, "4[a-z]=999")),
            "nothing to do");
  EXPECT_EQ(pick(Levels().level(1, "4[a-z]=1000")), "1 into 2: 4[a-z]=1000");
}

TEST_F(LeveledPicking, OfLevel0AllTablesGo) {
  // One that stayed behind might have older versions than what went below it.
  EXPECT_EQ(pick(Levels().level(0, "9[a-c] 8[x-z] 7[k-l] 6[b-d] 5[m-m]")),
            "0 into 1: 9[a-c] 8[x-z] 7[k-l] 6[b-d] 5[m-m]");
}

TEST_F(LeveledPicking, OfLevel1GoesWhatTheirWholeRangeOverlaps) {
  // Table 4 lies between the tables of level 0. What is merged may end up around it.
  const Version version = Levels()
                              .level(0, "9[x-y] 8[c-e] 7[d-f] 6[x-x]")
                              .level(1, "2[a-b] 3[e-g] 4[k-m] 5[n-x] 1[z-z]");
  EXPECT_EQ(pick(version), "0 into 1: 9[x-y] 8[c-e] 7[d-f] 6[x-x] + 3[e-g] 4[k-m] 5[n-x]");
}

TEST_F(LeveledPicking, NeitherTheNewestNorTheOldestSpansTheRange) {
  const Version version = Levels()
                              .level(0, "9[m-n] 8[p-y] 7[b-c] 6[k-l]")
                              .level(1, "1[a-a] 2[b-b] 3[g-h] 4[o-o] 5[y-y] 10[z-z]");
  EXPECT_EQ(pick(version), "0 into 1: 9[m-n] 8[p-y] 7[b-c] 6[k-l] + 2[b-b] 3[g-h] 4[o-o] 5[y-y]");
}

TEST_F(LeveledPicking, TheMostUrgentLevelGoesFirst) {
  // Level 0: 1.25, level 1: 1.2, level 2: 1.3.
  EXPECT_EQ(pick(Levels()
                     .level(0, "9[a-b] 8[a-b] 7[a-b] 6[a-b] 5[a-b]")
                     .level(1, "1[a-k]=1200")
                     .level(2, "2[m-z]=13000")),
            "2 into 3: 2[m-z]=13000");
  EXPECT_EQ(pick(Levels()
                     .level(0, "9[a-b] 8[a-b] 7[a-b] 6[a-b] 5[a-b]")
                     .level(1, "1[a-k]=1200")
                     .level(2, "2[m-z]=12400")),
            "0 into 1: 9[a-b] 8[a-b] 7[a-b] 6[a-b] 5[a-b] + 1[a-k]=1200");
}

TEST_F(LeveledPicking, OfEqualLevelsTheUppermostDoes) {
  EXPECT_EQ(pick(Levels()
                     .level(0, "9[a-b] 8[a-b] 7[a-b] 6[a-b]")
                     .level(1, "1[k-l]=1000")
                     .level(2, "2[m-z]=10000")),
            "0 into 1: 9[a-b] 8[a-b] 7[a-b] 6[a-b]");
  EXPECT_EQ(pick(Levels().level(1, "1[k-l]=2000").level(2, "2[m-z]=20000")),
            "1 into 2: 1[k-l]=2000");
}

TEST_F(LeveledPicking, OfAnotherLevelTheCheapestTableGoes) {
  EXPECT_EQ(pick(Levels()
                     .level(1, "1[a-f]=1000 2[g-l]=1000 3[m-z]=1000")
                     .level(2, "4[a-e]=2000 5[f-g]=1500 6[k-l]=400 7[m-p]=800 8[q-z]=1200")),
            "1 into 2: 2[g-l]=1000 + 5[f-g]=1500 6[k-l]=400");
}

TEST_F(LeveledPicking, CheapIsMeasuredByTheBytesOfTheTable) {
  // Table 2 overlaps the fewest bytes, but is a small one itself.
  EXPECT_EQ(pick(Levels()
                     .level(1, "1[a-f]=1000 2[g-l]=100 3[m-z]=2000")
                     .level(2, "4[a-e]=2100 6[k-l]=250 7[m-p]=4000")),
            "1 into 2: 3[m-z]=2000 + 7[m-p]=4000");
}

TEST_F(LeveledPicking, OfEquallyCheapTablesTheFirstGoes) {
  EXPECT_EQ(pick(Levels()
                     .level(1, "1[a-f]=800 2[g-l]=400 3[m-z]=200")
                     .level(2, "4[a-e]=2000 6[k-l]=400 7[m-p]=200")),
            "1 into 2: 2[g-l]=400 + 6[k-l]=400");
  EXPECT_EQ(pick(Levels().level(1, "1[a-f]=100 2[g-l]=1500 3[m-z]=900")), "1 into 2: 1[a-f]");
}

TEST_F(LeveledPicking, WhatLiesAloneCostsNothing) {
  EXPECT_EQ(
      pick(Levels().level(1, "1[a-f]=900 2[g-l]=10 3[m-z]=900").level(2, "4[f-f]=1 5[m-n]=1")),
      "1 into 2: 2[g-l]=10");
}

TEST_F(LeveledPicking, TheLevelBeforeTheLastMovesIntoTheLast) {
  EXPECT_EQ(pick(Levels()
                     .level(5, "1[a-f]=60000000 2[g-l]=60000000")
                     .level(6, "3[a-c]=10000000 4[d-m]=20000000")),
            "5 into 6: 2[g-l]=60000000 + 4[d-m]=20000000");
}

TEST_F(LeveledPicking, BothEndsBelongToWhatOverlaps) {
  const Version version = Levels().level(1, "1[b-d] 2[f-h] 3[hh-k] 4[m-m] 5[p-q]");
  EXPECT_EQ(overlapped(version, 1, "d", "f"), "1[b-d] 2[f-h]");
  EXPECT_EQ(overlapped(version, 1, "da", "ez"), "");
  EXPECT_EQ(overlapped(version, 1, "h", "h"), "2[f-h]");
  EXPECT_EQ(overlapped(version, 1, "ha", "m"), "3[hh-k] 4[m-m]");
  EXPECT_EQ(overlapped(version, 1, "g", "g"), "2[f-h]");
  EXPECT_EQ(overlapped(version, 1, "", "a"), "");
  EXPECT_EQ(overlapped(version, 1, "qa", "z"), "");
  EXPECT_EQ(overlapped(version, 1, "", "z"), "1[b-d] 2[f-h] 3[hh-k] 4[m-m] 5[p-q]");
  EXPECT_EQ(overlapped(version, 2, "", "z"), "");
}

TEST_F(LeveledPicking, OneTableThatOverlapsNothingMoves) {
  EXPECT_TRUE(moves(Levels().level(1, "1[a-f]"), 1, 2));
  EXPECT_TRUE(moves(Levels().level(1, "1[a-f] 2[g-h]"), 1, 2));
  const Version version = Levels().level(1, "1[a-f]").level(2, "3[f-g]");
  EXPECT_FALSE(moves(version, 1, 2, version.levels[2]));
}

TEST_F(LeveledPicking, TablesOfLevel0MoveWhereTheyDoNotOverlapEachOther) {
  EXPECT_TRUE(moves(Levels().level(0, "4[s-z] 3[m-r] 2[d-l] 1[a-c]"), 0, 1));
  EXPECT_TRUE(moves(Levels().level(0, "4[d-l] 3[s-z] 2[a-c] 1[m-r]"), 0, 1));
  EXPECT_FALSE(moves(Levels().level(0, "4[s-z] 3[m-r] 2[c-l] 1[a-c]"), 0, 1));
  EXPECT_FALSE(moves(Levels().level(0, "4[b-c] 3[m-r] 2[e-f] 1[a-z]"), 0, 1));
  EXPECT_FALSE(moves(Levels().level(0, "4[a-z] 3[m-r] 2[e-f] 1[b-c]"), 0, 1));
  EXPECT_FALSE(moves(Levels().level(0, "4[a-a] 3[m-r] 2[s-t] 1[a-a]"), 0, 1));
}

TEST_F(LeveledPicking, WhatStaysInItsLevelDoesNotMove) {
  EXPECT_FALSE(moves(Levels().level(0, "4[s-z] 3[m-r] 2[d-l] 1[a-c]"), 0, 0));
}

// Versions at random, and the job that a slow search of all tables finds.
class SlowSearch {
 public:
  SlowSearch(const Version& version, const LeveledOptions& options)
      : version_(version), options_(options) {}

  std::string pick() const {
    std::optional<std::size_t> most;
    for (std::size_t level = 0; level < level_count; ++level) {
      if (urgent(level) >= 1 && (!most || urgent(level) > urgent(*most))) most = level;
    }
    if (!most) return "nothing to do";
    Compaction job{.level = *most, .into = *most + 1, .tables = {}, .overlapped = {}, .reason = {}};
    job.tables = version_.levels[*most];
    if (*most > 0) {
      const auto cheapest = std::min_element(
          job.tables.begin(), job.tables.end(),
          [&](const TableInfo& a, const TableInfo& b) { return cost(a, *most) < cost(b, *most); });
      job.tables = {*cheapest};
    }
    job.overlapped = below(job.tables, *most);
    return told(std::optional(job));
  }

 private:
  double urgent(std::size_t level) const {
    if (level == 0) return static_cast<double>(version_.levels[0].size()) / 4;
    if (level == 6) return 0;
    return static_cast<double>(level_bytes(version_, level)) /
           static_cast<double>(target_bytes(version_, level, options_));
  }

  std::vector<TableInfo> below(const std::vector<TableInfo>& tables, std::size_t level) const {
    std::string first(user_key_of(tables[0].smallest));
    std::string last;
    for (const TableInfo& table : tables) {
      first = std::min(first, std::string(user_key_of(table.smallest)));
      last = std::max(last, std::string(user_key_of(table.largest)));
    }
    std::vector<TableInfo> found;
    for (const TableInfo& table : version_.levels[level + 1]) {
      if (overlaps(table, first, last)) found.push_back(table);
    }
    return found;
  }

  double cost(const TableInfo& table, std::size_t level) const {
    double bytes = 0;
    for (const TableInfo& each : below({table}, level)) bytes += static_cast<double>(each.bytes);
    return bytes / static_cast<double>(table.bytes);
  }

  const Version& version_;
  const LeveledOptions& options_;
};

Version drawn_version(Drawn& drawn) {
  Levels levels;
  TableNumber number = 1;
  const auto letters = [](std::size_t key) {
    return std::string{static_cast<char>('a' + key / 10), static_cast<char>('0' + key % 10)};
  };
  for (std::size_t left = drawn.below(8); left > 0; --left) {
    const std::size_t first = drawn.below(80);
    levels.add(0, number++, letters(first), letters(first + drawn.below(20)), 100);
  }
  std::size_t most_bytes = 400;
  for (std::size_t level = 1; level < level_count; ++level, most_bytes *= 10) {
    if (drawn.once_in(4)) continue;
    for (std::size_t key = drawn.below(20); key < 90; key += 1 + drawn.below(20)) {
      const std::size_t last = key + drawn.below(10);
      levels.add(level, number++, letters(key), letters(last), 1 + drawn.below(most_bytes));
      key = last;
    }
  }
  return levels;
}

TEST_F(LeveledPicking, RandomVersionsGetTheJobThatASlowSearchFinds) {
  Drawn drawn(64);
  for (int round = 0; round < 200; ++round) {
    const Version version = drawn_version(drawn);
    ASSERT_EQ(pick(version), SlowSearch(version, options).pick());
  }
}

}  // namespace
}  // namespace kv::test
