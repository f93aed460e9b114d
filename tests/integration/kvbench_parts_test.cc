// The parts of kvbench: what workloads ask of a store, how keys are chosen, how figures are made.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <span>

#include "bench/workloads/campaign.h"
#include "bench/workloads/runner.h"
#include "bench/workloads/summary.h"
#include "bench/workloads/system.h"
#include "bench/workloads/table.h"
#include "tests/integration/kvbench_store.h"
#include "tests/support/expect.h"

namespace kv::bench {
namespace {

using test::fails_with;
using test::NotingStore;
using test::ok;
using testing::HasSubstr;
using testing::Not;

TEST(Bijection, EveryNumberComesOnceInAnotherOrder) {
  for (const std::uint64_t count : {1U, 2U, 3U, 5U, 64U, 65U, 1000U, 4097U}) {
    const Bijection order(count, 7);
    std::set<std::uint64_t> seen;
    std::uint64_t in_place = 0;
    for (std::uint64_t place = 0; place < count; ++place) {
      const std::uint64_t number = order(place);
      EXPECT_LT(number, count);
      seen.insert(number);
      if (number == place) ++in_place;
    }
    EXPECT_EQ(seen.size(), count);
    // A random order leaves one number in its place on average.
    if (count > 64) {
      EXPECT_LT(in_place, 10U) << count;
    }
  }
  EXPECT_NE(Bijection(1000, 1)(0), Bijection(1000, 2)(0));
}

// The law's probability of rank r among `count`.
double law(std::uint64_t rank, std::uint64_t count) {
  double zeta = 0;
  for (std::uint64_t i = 1; i <= count; ++i) zeta += std::pow(i, -Zipf::theta);
  return std::pow(rank + 1, -Zipf::theta) / zeta;
}

TEST(Zipf, RanksComeAsOftenAsTheLawSays) {
  constexpr int draws = 200'000;
  for (const std::uint64_t count : {1U, 2U, 3U, 1000U}) {
    const Zipf zipf(count);
    Random random(1);
    std::vector<double> share(count);
    for (int i = 0; i < draws; ++i) share[zipf.draw(random)] += 1.0 / draws;
    EXPECT_NEAR(share[0], law(0, count), 0.005);
    if (count < 1000) continue;
    EXPECT_NEAR(share[1], law(1, count), 0.005);
    double drawn = 0;
    double expected = 0;
    for (std::uint64_t rank = 0; rank < count / 10; ++rank) {
      drawn += share[rank];
      expected += law(rank, count);
    }
    EXPECT_NEAR(drawn, expected, 0.02);  // the method's curve is not quite the law's
  }
}

TEST(Zipf, GrownIsLikeMadeLarge) {
  Zipf grown(10);
  grown.grow(500);
  const Zipf made(500);
  Random first(3);
  Random second(3);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(grown.draw(first), made.draw(second));
}

TEST(Entries, KeysAreInTheOrderOfTheirNumbers) {
  KeyWriter keys(16);
  EXPECT_EQ(keys.key(0), "0000000000000000");
  EXPECT_EQ(keys.key(1234567890123), "0001234567890123");
  EXPECT_EQ(keys.missing(9), "0000000000000009.");
  EXPECT_EQ(KeyWriter(3).key(42), "042");
  EXPECT_EQ(KeyWriter(20).key(42), "00000000000000000042");
  EXPECT_EQ(KeyWriter::capacity(3), 1000U);
}

TEST(Entries, ValuesHaveTheirLengthAndRepeatAsMuchAsAsked) {
  for (const std::size_t bytes : {0U, 1U, 100U, 4096U, 3'000'000U}) {
    const ValuePool pool(bytes, 0.5, 1);
    EXPECT_EQ(pool.value(0).size(), bytes);
    EXPECT_EQ(pool.value(123'456'789).size(), bytes);
    EXPECT_EQ(pool.value(5), ValuePool(bytes, 0.5, 1).value(5));
  }
  const ValuePool half(100, 0.5, 1);
  EXPECT_EQ(half.value(3).substr(0, 50), half.value(3).substr(50));
  EXPECT_NE(half.value(3), half.value(4));
  EXPECT_EQ(ValuePool(100, 1, 1).value(0), std::string(100, ValuePool(100, 1, 1).value(0)[0]));
}

struct Run {
  NotingStore store;
  std::vector<Measurement> measurements;
};

std::unique_ptr<Run> run(const Settings& settings, std::initializer_list<const char*> names) {
  auto run = std::make_unique<Run>();
  Runner runner(settings);
  runner.use(run->store, {});
  for (const char* name : names) run->measurements.push_back(runner.run(**find_workload(name)));
  for (const Measurement& each : run->measurements) EXPECT_EQ(each.failure, "") << each.workload;
  return run;
}

Settings small() {
  Settings settings;
  settings.entries = 500;
  settings.measured.operations = 2000;
  return settings;
}

TEST(Workloads, FillsPutEveryKeyOnce) {
  for (const std::size_t threads : {1U, 3U}) {
    for (const char* name : {"fillseq", "fillrandom"}) {
      Settings settings = small();
      settings.threads = threads;
      const auto filled = run(settings, {name});
      EXPECT_EQ(filled->store.puts.size(), settings.entries);
      EXPECT_EQ(filled->store.count(filled->store.puts), 500);
      EXPECT_EQ(filled->measurements[0].operations, 500U);
      const bool sorted = std::ranges::is_sorted(filled->store.put_order);
      if (threads == 1) {
        EXPECT_EQ(sorted, name == std::string("fillseq"));
      }
    }
  }
}

TEST(Workloads, MixesAreThePublishedOnes) {
  struct Published {
    const char* name;
    double gets, puts, scans;  // of an operation
  };
  for (const Published& each : {Published{"ycsb-a", 0.5, 0.5, 0},
                                {"ycsb-b", 0.95, 0.05, 0},
                                {"ycsb-c", 1, 0, 0},
                                {"ycsb-d", 0.95, 0.05, 0},
                                {"ycsb-e", 0, 0.05, 0.95},
                                {"ycsb-f", 1, 0.5, 0},
                                {"mixed", 0.5, 0.5, 0},
                                {"overwrite", 0, 1, 0},
                                {"readrandom", 1, 0, 0},
                                {"readmissing", 1, 0, 0},
                                {"seekrandom", 0, 0, 1}}) {
    SCOPED_TRACE(each.name);
    const auto done = run(small(), {"fillrandom", each.name});
    const NotingStore& store = done->store;
    EXPECT_EQ(done->measurements[1].operations, 2000U);
    EXPECT_NEAR(store.count(store.gets) / 2000.0, each.gets, 0.03);
    EXPECT_NEAR((store.count(store.puts) - 500) / 2000.0, each.puts, 0.03);
    EXPECT_NEAR(store.count(store.scans) / 2000.0, each.scans, 0.03);
    const bool inserts = each.name == std::string("ycsb-d") || each.name == std::string("ycsb-e");
    EXPECT_EQ(store.puts.size() > 500, inserts);
  }
}

TEST(Workloads, KeysAreChosenByTheDistribution) {
  Settings settings = small();
  settings.measured.operations = 20'000;
  const auto shares = [&](std::optional<Distribution> distribution) {
    settings.distribution = distribution;
    const auto done = run(settings, {"fillseq", "readrandom"});
    std::vector<std::pair<int, std::string>> by_count;
    for (const auto& [key, times] : done->store.gets) by_count.emplace_back(times, key);
    std::ranges::sort(by_count, std::greater<>());
    return by_count;
  };
  const auto uniform = shares(std::nullopt);
  EXPECT_LT(uniform[0].first, 80);  // 40 expected, with a deviation of 6
  EXPECT_EQ(uniform.size(), 500U);
  const auto zipfian = shares(Distribution::zipfian);
  EXPECT_NEAR(zipfian[0].first / 20'000.0, law(0, 500), 0.01);
  EXPECT_NE(zipfian[0].second, KeyWriter(16).key(0));
  const auto latest = shares(Distribution::latest);
  EXPECT_NEAR(latest[0].first / 20'000.0, law(0, 500), 0.01);
  EXPECT_EQ(latest[0].second, KeyWriter(16).key(499));
}

TEST(Workloads, PopularKeysWereNotPutTogether) {
  Settings settings = small();
  settings.measured.operations = 20'000;
  const auto done = run(settings, {"fillrandom", "ycsb-c"});
  // How many of the 50 keys that were put first are among the most popular 50.
  std::vector<std::pair<int, std::string>> by_count;
  for (const auto& [key, times] : done->store.gets) by_count.emplace_back(times, key);
  std::ranges::sort(by_count, std::greater<>());
  const std::span<const std::string> first(done->store.put_order.data(), 50);
  const auto popular = std::ranges::count_if(
      first, [&](const std::string& key) { return done->store.gets[key] >= by_count[49].first; });
  EXPECT_LT(popular, 15);  // 5 expected; all of them, if one order were used for both
}

TEST(Workloads, TheNewestKeyIsTheMostPopularWhileNewOnesCome) {
  const auto done = run(small(), {"ycsb-d"});
  const auto newest = done->store.puts.rbegin()->first;
  EXPECT_GT(newest, KeyWriter(16).key(550));
  int gets_of_new = 0;
  for (const auto& [key, times] : done->store.gets) {
    if (key >= KeyWriter(16).key(500)) gets_of_new += times;
  }
  // On average 50 of 550 keys are new. By the law, such a number of ranks gets 0.65 of the draws;
  // drawn uniformly, they would get 0.09.
  EXPECT_GT(gets_of_new, done->store.count(done->store.gets) / 2);
}

TEST(Workloads, AReadFillsFirstAndAgainWhenAllWasErased) {
  const auto done = run(small(), {"readrandom", "deleterandom", "readseq", "readreverse"});
  EXPECT_EQ(done->store.count(done->store.puts), 1000);
  EXPECT_EQ(done->store.erases.size(), 500U);
  EXPECT_EQ(done->measurements[1].operations, 500U);
  EXPECT_EQ(done->store.count(done->store.scans), 8);  // 2000 entries of 500, each way
}

TEST(Workloads, ThreadsShareTheOperationsAndEveryOneCanBeTimed) {
  Settings settings = small();
  settings.threads = 3;
  settings.latency_every = 1;
  settings.measured.operations = 1000;
  settings.warm_up.operations = 100;
  const auto done = run(settings, {"fillrandom", "readrandom", "reseek"});
  EXPECT_EQ(done->store.count(done->store.gets), 1100);
  for (const Measurement& each : done->measurements) {
    EXPECT_EQ(each.samples, each.operations);
    EXPECT_GT(each.seconds, 0);
    EXPECT_LE(each.p50_ns, each.p99_ns);
    EXPECT_LE(each.p999_ns, each.max_ns);
  }
  settings.latency_every = 0;
  EXPECT_EQ(run(settings, {"fillseq"})->measurements[0].samples, 0U);
}

TEST(Workloads, MakingAScanIsTimedWhateverTheSampleHas) {
  Settings settings = small();
  settings.latency_every = 1000;  // so one operation of the first 1999 is drawn
  for (const char* name : {"readseq", "readreverse", "reseek"}) {
    NotingStore store;
    store.scan_takes = std::chrono::milliseconds(5);
    Runner runner(settings);
    runner.use(store, {});
    const Measurement measurement = runner.run(**find_workload(name));
    EXPECT_GE(measurement.max_ns, 5'000'000U) << name;
    EXPECT_LT(measurement.samples, 100U) << name;
  }
}

TEST(Workloads, SecondsEndAWorkload) {
  Settings settings = small();
  settings.measured = {.operations = 0, .seconds = 0.01};
  const auto done = run(settings, {"fillseq", "readrandom"});
  EXPECT_EQ(done->measurements[0].operations, 500U);
  EXPECT_GE(done->measurements[1].seconds, 0.01);
  EXPECT_GT(done->measurements[1].operations, 0U);
}

TEST(Workloads, WrongAnswersAreCounted) {
  const Settings settings = small();
  for (const bool forgets : {true, false}) {
    NotingStore store;
    store.forgets = forgets;
    store.shortens = !forgets;
    Runner runner(settings);
    runner.use(store, {});
    const Measurement seen = runner.run(**find_workload("readrandom"));
    EXPECT_EQ(seen.errors, 2000U);
    EXPECT_NE(seen.failure.find(forgets ? "not_found" : "a value of 99 bytes"), std::string::npos)
        << seen.failure;
  }
}

TEST(Systems, ASpecIsLabelProgramEngine) {
  EXPECT_EQ(*parse_system("hash"), (SystemSpec{"", "", "hash"}));
  EXPECT_EQ(*parse_system("a/b:hash"), (SystemSpec{"", "a/b", "hash"}));
  EXPECT_EQ(*parse_system("mine=a/b:hash"), (SystemSpec{"mine", "a/b", "hash"}));
  EXPECT_EQ(*parse_system("x=hash"), (SystemSpec{"x", "", "hash"}));
  for (const char* wrong : {"", "=hash", ":hash", "a=", "a=b:"})
    EXPECT_TRUE(fails_with(Code::invalid_argument, parse_system(wrong))) << wrong;
}

TEST(Workloads, AreFoundByTheirNames) {
  for (const Workload& workload : workloads()) EXPECT_TRUE(ok(find_workload(workload.name)));
}

TEST(Runs, BeginWithEveryFill) {
  const auto runs = runs_of(
      std::vector<const Workload*>{*find_workload("readseq"), *find_workload("fillseq"),
                                   *find_workload("readseq"), *find_workload("fillrandom")});
  ASSERT_EQ(runs.size(), 3U);
  EXPECT_EQ(runs[1].size(), 2U);
}

TEST(Figures, AMedianIsTheMiddleOrTheMeanOfTwo) {
  EXPECT_EQ(median({3, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 3, 2}), 2.5);
  EXPECT_EQ(median({7}), 7);
}

Measurement measured(double seconds) {
  Measurement measurement;
  measurement.operations = 1'000'000;
  measurement.seconds = seconds;
  measurement.samples = 1;
  measurement.p50_ns = static_cast<std::uint64_t>(seconds * 1000);
  return measurement;
}

TEST(Figures, RatiosAreTakenRoundByRound) {
  Plan plan;
  plan.rounds = 3;
  plan.workloads = {*find_workload("readrandom")};
  plan.systems.resize(2);
  Results results(2);
  // Every round is slower than the one before; the ratio does not care.
  results[0].measurements = {{measured(1), measured(10), measured(100)}};
  results[1].measurements = {{measured(2), measured(20), measured(300)}};
  const std::vector<Section> sections = summarise(plan, results);
  ASSERT_EQ(sections.size(), 1U);
  const Row& row = sections[0].rows[1];
  ASSERT_TRUE(row.ratio.has_value() && row.figures.has_value());
  EXPECT_EQ(row.ratio->median, 2);
  EXPECT_EQ(row.ratio->least, 2);
  EXPECT_EQ(row.ratio->most, 3);
  EXPECT_EQ(row.figures->micros_per_operation, 20);
  EXPECT_EQ(row.figures->operations_per_second, 50'000);
  EXPECT_EQ(row.figures->p50_us, 20);
  EXPECT_FALSE(sections[0].too_few_timed);
  EXPECT_NE(table_of(sections[0]).find("2.00 [2.00 ... 3.00]"), std::string::npos);

  // A round that failed on either side does not count.
  results[0].measurements[0][0].reset();
  results[1].trouble = Trouble{.workload = 0, .round = 2, .cause = "crashed"};
  results[1].measurements[0][2].reset();
  const Row less = summarise(plan, results)[0].rows[1];
  ASSERT_TRUE(less.ratio.has_value());
  EXPECT_EQ(less.ratio->most, 2);
  EXPECT_EQ(less.trouble, "round 3: crashed");
}

TEST(Tables, SayWhyThereAreNoPercentiles) {
  Plan plan;
  plan.rounds = 2;
  plan.workloads = {*find_workload("readrandom")};
  plan.systems.resize(1);
  Results results(1);
  results[0].measurements = {{measured(1), measured(2)}};
  const auto shown = [&] { return table_of(summarise(plan, results)[0]); };
  constexpr auto* reason = "too few operations were timed; try --latency-every 1\n";
  // A round in which none was timed does not count for the percentiles.
  results[0].measurements[0][0]->samples = 0;
  EXPECT_EQ(summarise(plan, results)[0].rows[0].figures->p50_us, 2);
  EXPECT_THAT(shown(), Not(HasSubstr(reason)));
  results[0].measurements[0][1]->samples = 0;
  EXPECT_THAT(shown(), HasSubstr(reason));
  plan.settings.latency_every = 0;
  EXPECT_THAT(shown(), Not(HasSubstr(reason)));
}

TEST(Tables, RatiosHaveThreeDigitsThatCount) {
  const auto shown = [](double ratio) {
    Row row;
    row.system = "map";
    row.ratio = {.median = ratio, .least = ratio / 10, .most = ratio * 10};
    row.figures.emplace();
    return table_of({.workload = "readrandom", .rows = {row}, .too_few_timed = false});
  };
  EXPECT_THAT(shown(0.00123), HasSubstr("  0.00123 [0.000123 ... 0.0123]\n"));
  EXPECT_THAT(shown(1), HasSubstr("  1.00 [0.100 ... 10.0]\n"));
  EXPECT_THAT(shown(12.345), HasSubstr("  12.3 [1.23 ... 123]\n"));
  EXPECT_THAT(shown(99.96), HasSubstr("  100 [10.0 ... 1000]\n"));
}

}  // namespace
}  // namespace kv::bench
