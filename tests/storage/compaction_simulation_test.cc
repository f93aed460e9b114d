// What the simulator counts (storage/compaction_simulation.h), and what the pickers cost by it.

#include "storage/compaction_simulation.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/random.h"
#include "tests/support/expect.h"
#include "tests/support/listed_levels.h"

namespace kv {
namespace {

using test::fails_with;
using test::ok;

constexpr SimulationOptions small{.entry_bytes = 10, .table_entries = 50};

Picker none() {
  return [](const Version&) { return std::nullopt; };
}
Picker leveled() {
  return [](const Version& version) {
    return pick_leveled(version, {.level0_tables = 4, .level1_bytes = 4000, .multiplier = 4});
  };
}
Picker size_tiered() {
  return [](const Version& version) { return pick_size_tiered(version, {}); };
}

// After so many write-outs of 100 entries.
CompactionSimulation simulated(Picker picker, int write_outs,
                               const std::function<std::uint64_t()>& next_key) {
  CompactionSimulation simulation(std::move(picker), small);
  for (int i = 0; i < write_outs; ++i) {
    std::vector<std::uint64_t> keys(100);
    for (std::uint64_t& key : keys) key = next_key();
    EXPECT_TRUE(ok(simulation.write_out(keys)));
  }
  EXPECT_TRUE(ok(simulation.check()));
  return simulation;
}

std::function<std::uint64_t()> in_order() {
  return [key = std::uint64_t{0}]() mutable { return key++; };
}
std::function<std::uint64_t()> at_random(std::uint64_t keys) {
  return [random = Random(1), keys]() mutable { return random.below(keys); };
}

std::uint64_t entries_in(const Version& version) {
  std::uint64_t entries = 0;
  for (const auto& level : version.levels) {
    for (const TableInfo& table : level) entries += table.entries;
  }
  return entries;
}

TEST(CompactionSimulation, AWriteOutIsATableInLevel0) {
  CompactionSimulation simulation(none(), small);
  const std::vector<std::uint64_t> keys = {7, 3, 300, 3};
  EXPECT_TRUE(ok(simulation.write_out(keys)));
  const TableInfo& table = simulation.version().levels[0].at(0);
  EXPECT_EQ(table.entries, 3U) << "of key 3, only the newer version";
  EXPECT_EQ(table.bytes, 30U);
  EXPECT_LT(user_key_of(table.smallest), user_key_of(table.largest));
  EXPECT_EQ(simulation.costs().user_bytes, 40U);
  EXPECT_EQ(simulation.costs().written_bytes, 30U);
}

TEST(CompactionSimulation, NothingWrittenCostsNothing) {
  CompactionSimulation simulation(leveled(), small);
  EXPECT_TRUE(ok(simulation.write_out({})));
  EXPECT_EQ(simulation.costs().written_bytes, 0U);
  EXPECT_EQ(simulation.costs().read_amplification, 0);
  EXPECT_TRUE(ok(simulation.check()));
}

TEST(CompactionSimulation, CountsWhatAGetAsks) {
  CompactionSimulation simulation(none(), small);
  EXPECT_TRUE(ok(simulation.write_out(std::vector<std::uint64_t>{1, 2, 3, 4})));
  EXPECT_TRUE(ok(simulation.write_out(std::vector<std::uint64_t>{3, 8})));
  // 1 and 2 have one table, 3 and 4 two, 8 one.
  EXPECT_DOUBLE_EQ(simulation.costs().read_amplification, 7.0 / 5);
  EXPECT_DOUBLE_EQ(simulation.costs().space_amplification, 6.0 / 5);
  EXPECT_DOUBLE_EQ(simulation.costs().write_amplification, 1);
}

TEST(CompactionSimulation, WithoutMergingThereAreAsManyTablesAsWriteOuts) {
  const auto costs = simulated(none(), 30, at_random(1000)).costs();
  EXPECT_EQ(costs.tables[0], 30U);
  EXPECT_GT(costs.read_amplification, 25);
}

TEST(CompactionSimulation, LeveledMovesWhatIsWrittenInOrder) {
  const auto costs = simulated(leveled(), 200, in_order()).costs();
  EXPECT_LT(costs.write_amplification, 1.1);
  EXPECT_GT(costs.moves, 0U);
  EXPECT_DOUBLE_EQ(costs.space_amplification, 1);
  EXPECT_LE(costs.read_amplification, 1.1);
}

TEST(CompactionSimulation, LeveledTakesLessSpaceAndWritesMore) {
  const auto by_level = simulated(leveled(), 300, at_random(5000)).costs();
  const auto by_size = simulated(size_tiered(), 300, at_random(5000)).costs();
  EXPECT_LT(by_level.space_amplification, by_size.space_amplification);
  EXPECT_LT(by_level.read_amplification, by_size.read_amplification);
  EXPECT_GT(by_level.write_amplification, by_size.write_amplification);
  EXPECT_GT(by_size.rewritings, 0U);
}

TEST(CompactionSimulation, KeysAreNeitherLostNorMade) {
  for (const Picker& picker : {leveled(), size_tiered()}) {
    // Every key once, so that no merge drops any.
    const auto simulation = simulated(
        picker, 100, [key = std::uint64_t{0}]() mutable { return key++ * 7919 % 10'007; });
    EXPECT_EQ(entries_in(simulation.version()), 10'000U);
    EXPECT_DOUBLE_EQ(simulation.costs().space_amplification, 1);
  }
}

TEST(CompactionSimulation, IsTheSameEveryTime) {
  EXPECT_EQ(simulated(leveled(), 50, at_random(2000)).version(),
            simulated(leveled(), 50, at_random(2000)).version());
}

TEST(CompactionSimulation, BelowLevel0TablesEndAfterSoManyEntries) {
  const auto simulation = simulated(leveled(), 100, at_random(5000));
  for (const std::size_t level : {1, 2}) {
    ASSERT_FALSE(simulation.version().levels[level].empty());
    for (const TableInfo& table : simulation.version().levels[level]) {
      EXPECT_LE(table.entries, 50U);
    }
  }
}

// Pickers that would damage a store.

Status after_ten(const Picker& picker) {
  CompactionSimulation simulation(picker, small);
  Random random(3);
  for (int i = 0; i < 10; ++i) {
    std::vector<std::uint64_t> keys(100);
    for (std::uint64_t& key : keys) key = random.below(500);
    if (Status written = simulation.write_out(keys); !written) return written;
  }
  return simulation.check();
}

TEST(CompactionSimulation, FindsOutWhatIsLeftOut) {
  EXPECT_TRUE(fails_with(Code::invalid_argument, after_ten([](const Version& version) {
                           auto job = leveled()(version);
                           if (job) job->overlapped.clear();
                           return job;
                         })));
}

TEST(CompactionSimulation, FindsOutThatAnOlderVersionIsLeftAbove) {
  const Status status = after_ten([](const Version& version) -> std::optional<Compaction> {
    auto job = leveled()(version);
    if (job && job->level == 0) job->tables.erase(job->tables.begin() + 1, job->tables.end());
    return job;
  });
  EXPECT_TRUE(fails_with(Code::invalid_argument, status));
}

TEST(CompactionSimulation, FindsOutThatTablesAreNotThere) {
  EXPECT_TRUE(fails_with(Code::invalid_argument, after_ten([](const Version&) {
                           const Version other = test::Levels().level(0, "77[a-b]");
                           return std::optional(Compaction{.level = 0,
                                                           .into = 1,
                                                           .tables = other.levels[0],
                                                           .overlapped = {},
                                                           .reason = "no reason"});
                         })));
  EXPECT_TRUE(fails_with(
      Code::invalid_argument, after_ten([](const Version&) {
        return std::optional(Compaction{
            .level = 0, .into = 1, .tables = {}, .overlapped = {}, .reason = "no reason"});
      })));
}

TEST(CompactionSimulation, WritesTablesAnewWhereTheyStand) {
  int times = 0;
  // When leveled has nothing to do, the first table of level 1, once.
  const auto picker =
      [&times, done = TableNumber{0}](const Version& version) mutable -> std::optional<Compaction> {
    if (auto job = leveled()(version)) return job;
    if (version.levels[1].empty() || version.next_table == done) return std::nullopt;
    ++times;
    done = version.next_table + 1;
    return Compaction{.level = 1,
                      .into = 1,
                      .tables = {version.levels[1][0]},
                      .overlapped = {},
                      .reason = "once more"};
  };
  EXPECT_TRUE(ok(after_ten(picker)));
  EXPECT_GE(times, 5);
}

TEST(CompactionSimulation, FindsOutThatAPickerDoesNotEnd) {
  EXPECT_TRUE(fails_with(Code::invalid_argument, after_ten([](const Version& version) {
                           return std::optional(Compaction{.level = 0,
                                                           .into = 0,
                                                           .tables = version.levels[0],
                                                           .overlapped = {},
                                                           .reason = "no reason"});
                         })));
}

}  // namespace
}  // namespace kv
