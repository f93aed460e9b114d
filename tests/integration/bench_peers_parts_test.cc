// The parts of bench_peers: goals, what is run for them, and how rows, verdicts, tables and JSON
// come of what was measured.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "apps/bench_peers/durable.h"
#include "apps/bench_peers/plans.h"
#include "apps/bench_peers/report.h"
#include "apps/bench_peers/rows.h"
#include "tests/integration/kvbench_store.h"
#include "tests/support/expect.h"
#include "tests/support/temporary_directory.h"

namespace kv::bench {
namespace {

using Json = nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using Kind = Verdict::Kind;

Goal goal_of(std::string_view row) {
  const std::vector<Goal> chosen = chosen_goals(row);
  EXPECT_FALSE(chosen.empty()) << row;
  return chosen.front();
}

std::vector<std::string> names_for(std::string_view row) {
  std::vector<std::string> names;
  for (const Workload* each : workloads_for(std::vector{goal_of(row)}))
    names.emplace_back(each->name);
  return names;
}

TEST(PeerGoals, AreEveryRowOfTheTwoTables) {
  std::vector<std::string_view> rows;
  for (const Goal& goal : goals()) rows.push_back(goal.row);
  EXPECT_THAT(rows, ElementsAre("fillseq", "fillrandom", "overwrite", "readrandom, compacted",
                                "seekrandom", "readseq", "readreverse",
                                "readrandom, compacted, filtered", "durable write, 1 writer",
                                "durable write, 16 writers", "durable write, 64 writers"));
}

TEST(PeerGoals, AreHarderToReachAsMoonshots) {
  for (const Goal& goal : goals()) {
    if (!goal.moonshot) continue;
    if (goal.scale == Scale::time) {
      EXPECT_LT(*goal.moonshot, goal.bar) << goal.row;
    } else {
      EXPECT_GT(*goal.moonshot, goal.bar) << goal.row;
    }
  }
}

TEST(PeerGoals, EachIsAmongTheWorkloadsThatAreRunForIt) {
  for (const Goal& goal : goals()) {
    if (goal.part == Part::durable) continue;
    EXPECT_EQ(names_for(goal.row).back(), goal.workload);
  }
  EXPECT_THAT(names_for("fillseq"), ElementsAre("fillseq"));
  EXPECT_THAT(names_for("readseq"), ElementsAre("fillrandom", "overwrite", "compact", "readrandom",
                                                "seekrandom", "readseq"));
  EXPECT_THAT(names_for("filtered"), ElementsAre("fillrandom", "compact", "readrandom"));
}

TEST(PeerGoals, AreChosenByAPartOfTheirNames) {
  EXPECT_EQ(chosen_goals("").size(), goals().size());
  EXPECT_EQ(chosen_goals("readrandom").size(), 2U);
  EXPECT_TRUE(chosen_goals("readrandon").empty());
}

TEST(PeerSettings, AreAllSaidAndTimeNoOperationByItself) {
  for (const Part part : {Part::in_order, Part::at_random, Part::filtered, Part::durable}) {
    const Settings settings = settings_of(part, 5000);
    EXPECT_TRUE(test::ok(check(settings)));
    EXPECT_EQ(settings.latency_every, 0U);
    const Options& store = settings.store;
    EXPECT_TRUE(store.durability && store.write_buffer_bytes && store.block_cache_bytes &&
                store.block_bytes && store.filter_bits_per_key && store.compression &&
                store.table_bytes && store.level1_bytes);
  }
  EXPECT_EQ(settings_of(Part::filtered, 5000).warm_up.operations, 5000U);
  EXPECT_EQ(settings_of(Part::durable, 5000).store.durability, Durability::sync);
}

// `micros` by round; what is not positive failed.
std::vector<std::optional<Measurement>> rounds_of(std::initializer_list<double> micros) {
  std::vector<std::optional<Measurement>> rounds;
  for (const double each : micros) {
    Measurement measurement;
    measurement.operations = 1'000'000;
    measurement.seconds = each;
    rounds.push_back(each > 0 ? std::optional(measurement) : std::nullopt);
  }
  return rounds;
}

// Three rounds of seekrandom, of ours and the given others.
struct Measured {
  Plan plan;
  Results results;

  void add(const char* name, std::initializer_list<double> micros) {
    System system;
    system.label = name;
    plan.systems.push_back(system);
    SystemResults one;
    one.measurements = {rounds_of(micros)};
    results.push_back(one);
  }
  PeerRow row() const { return rows_of(std::vector{goal_of("seekrandom")}, plan, results).at(0); }
};

Measured measured(std::initializer_list<double> ours) {
  Measured made;
  made.plan.rounds = 3;
  made.plan.workloads = {*find_workload("seekrandom")};
  made.add("lsm", ours);
  return made;
}

TEST(PeerRows, CompareOursWithEachPeerRoundByRound) {
  Measured all = measured({2, 20, 300});
  all.add("leveldb", {4, 40, 400});
  all.add("rocksdb", {1, 10, 100});
  all.add("lmdb", {2, 20, 0});
  const PeerRow row = all.row();
  ASSERT_EQ(row.peers.size(), 3U);
  const Versus& leveldb = row.peers[0];
  EXPECT_EQ(leveldb.peer, "leveldb");
  EXPECT_EQ(leveldb.ours_us, 20);
  EXPECT_EQ(leveldb.peer_us, 40);
  ASSERT_TRUE(leveldb.ratio.has_value());
  EXPECT_EQ(leveldb.ratio->median, 0.5);
  EXPECT_EQ(leveldb.ratio->most, 0.75);
  EXPECT_EQ(leveldb.runs, 3U);
  EXPECT_EQ(row.peers[1].ratio->median, 2);
  EXPECT_EQ(row.peers[2].runs, 2U);
  EXPECT_EQ(bar_of(row).kind, Kind::reached);
  EXPECT_EQ(moonshot_of(row).kind, Kind::reached);  // exactly LMDB's time
}

TEST(PeerRows, SayByHowMuchAGoalIsMissed) {
  Measured all = measured({5, 5, 5});
  all.add("leveldb", {4, 4, 4});
  all.add("lmdb", {2, 2, 2});
  EXPECT_EQ(bar_of(all.row()).kind, Kind::missed);
  EXPECT_DOUBLE_EQ(bar_of(all.row()).missed_by, 0.25);
  EXPECT_DOUBLE_EQ(moonshot_of(all.row()).missed_by, 1.5);
}

TEST(PeerRows, APeerThatWasNotBuiltOrFailedIsToldOfAndReachesNothing) {
  Measured all = measured({2, 2, 2});
  all.add("leveldb", {0, 0, 0});
  all.results[1].trouble = Trouble{.workload = 0, .round = 0, .cause = "crashed"};
  const PeerRow row = all.row();
  EXPECT_EQ(row.peers[0].trouble, "round 1: crashed");
  EXPECT_EQ(row.peers[0].ours_us, 2);
  EXPECT_EQ(row.peers[2].trouble, "lmdb was not found when this was built");
  EXPECT_EQ(bar_of(row).kind, Kind::unknown);
  EXPECT_EQ(moonshot_of(row).kind, Kind::unknown);
  EXPECT_FALSE(all_bars_met(std::vector{row}));
  EXPECT_THAT(table_of(std::vector{row}), HasSubstr("  seekrandom, leveldb: round 1: crashed\n"));
  EXPECT_THAT(table_of(std::vector{row}), HasSubstr("not measured"));
}

PeerRow durable_row(std::vector<DurableRound> rounds) {
  const DurablePlan plan{.goals = {goal_of("16 writers")},
                         .settings = settings_of(Part::durable, 1),
                         .rounds = rounds.size(),
                         .directory = {},
                         .ours = {},
                         .leveldb = {}};
  return rows_of(plan, {.rounds = {std::move(rounds)}, .trouble = {}}).at(0);
}

TEST(PeerRows, OfManyWritersCompareRates) {
  const PeerRow good = durable_row({{.ours_us = 20, .bare_us = 140},
                                    {.ours_us = 20, .bare_us = 120},
                                    {.ours_us = 20, .bare_us = 200}});
  EXPECT_EQ(good.peers[0].peer, "append + fdatasync");
  EXPECT_DOUBLE_EQ(good.peers[0].ratio->median, 1 / 7.0);
  EXPECT_EQ(bar_of(good).kind, Kind::reached);
  EXPECT_DOUBLE_EQ(moonshot_of(good).missed_by, 1 / 8.0);
  EXPECT_THAT(table_of(std::vector{good}), HasSubstr("rate 7.00 [6.00 ... 10.0]"));
  EXPECT_THAT(table_of(std::vector{good}), HasSubstr("rate >= 6  met  rate >= 8  no, by 12 %\n"));
  const PeerRow bad = durable_row({{.ours_us = 25, .bare_us = 100}});
  EXPECT_EQ(bar_of(bad).kind, Kind::missed);
  EXPECT_THAT(score(std::vector{good, bad}), "bars met: 1 of 2; moonshots reached: 0 of 2\n");
}

TEST(PeerReports, AreAListOfARowAndAPeerEach) {
  Measured all = measured({2, 4, 6});
  all.add("leveldb", {4, 4, 4});
  all.plan.settings = settings_of(Part::at_random, 77);
  const auto describe = [](std::string_view side, const Settings&) {
    return "about " + std::string(side);
  };
  const Json list = Json::parse(
      json_of(std::vector{all.row(), durable_row({{.ours_us = 20, .bare_us = 140}})}, describe));
  ASSERT_EQ(list.size(), 5U);
  const Json& first = list[0];
  EXPECT_EQ(first["workload"], "seekrandom");
  EXPECT_EQ(first["ours"], "lsm");
  EXPECT_EQ(first["peer"], "leveldb");
  EXPECT_EQ(first["ours_us"], 4.0);
  EXPECT_EQ(first["peer_us"], 4.0);
  EXPECT_EQ(first["ratio_median"], 1.0);
  EXPECT_EQ(first["ratio_min"], 0.5);
  EXPECT_EQ(first["ratio_max"], 1.5);
  EXPECT_EQ(first["runs"], 3);
  EXPECT_EQ(first["settings"]["entries"], 77);
  EXPECT_EQ(first["settings"]["write_buffer_bytes"], 4 << 20);
  EXPECT_EQ(first["settings"]["peer"], "about leveldb");
  EXPECT_FALSE(first.contains("trouble"));
  EXPECT_TRUE(list[1]["ratio_median"].is_null());
  EXPECT_EQ(list[1]["trouble"], "rocksdb was not found when this was built");
  EXPECT_EQ(list[3]["peer"], "append + fdatasync");
  EXPECT_EQ(list[3]["settings"]["writers"], 16);
  EXPECT_EQ(list[3]["settings"]["durability"], "sync");
  EXPECT_FALSE(list[3]["settings"].contains("entries"));
}

DurablePlan sixteen_writers(const std::string& directory, OpenStore ours) {
  return {.goals = {goal_of("16 writers")},
          .settings = settings_of(Part::durable, 1),
          .rounds = 1,
          .directory = directory,
          .ours = std::move(ours),
          .leveldb = {}};
}

TEST(DurableRounds, HaveAFreshStoreThatSyncsEveryWrite) {
  const test::TemporaryDirectory folder;
  Options seen;
  const DurablePlan plan =
      sixteen_writers(folder.path(), [&](const Options& options) -> Result<std::unique_ptr<Store>> {
        seen = options;
        return std::make_unique<test::NotingStore>();
      });
  const Result<DurableResults> results = measure_durable(plan, [](std::string_view) {});
  ASSERT_TRUE(test::ok(results));
  EXPECT_EQ(results->trouble, "");
  ASSERT_EQ(results->rounds.at(0).size(), 1U);
  EXPECT_GT(results->rounds[0][0].ours_us, 0);
  EXPECT_GT(results->rounds[0][0].bare_us, 0);
  EXPECT_FALSE(results->rounds[0][0].leveldb_us.has_value());
  EXPECT_EQ(seen.durability, Durability::sync);
  EXPECT_EQ(seen.write_buffer_bytes, std::size_t{4} << 20);
  EXPECT_TRUE(seen.directory.starts_with(folder.path()));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(DurableRounds, AStoreThatFailsEndsThem) {
  const test::TemporaryDirectory folder;
  const DurablePlan plan =
      sixteen_writers(folder.path(), [](const Options&) -> Result<std::unique_ptr<Store>> {
        return failure(Code::io_error, "there is no disk");
      });
  const Result<DurableResults> results = measure_durable(plan, [](std::string_view) {});
  ASSERT_TRUE(test::ok(results));
  EXPECT_EQ(results->trouble, "round 1: io_error: there is no disk");
  EXPECT_EQ(rows_of(plan, *results).at(0).peers[0].trouble, results->trouble);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace kv::bench
