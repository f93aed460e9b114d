// Bloom filters: what it takes to build one and to ask it, for keys that are there and for keys
// that are not; and how many pass that are not there, beside the formula in storage/bloom_filter.h.

#include <benchmark/benchmark.h>

#include <cmath>
#include <string>
#include <vector>

#include "storage/bloom_filter.h"

namespace kv {
namespace {

constexpr std::size_t small = 30'000;     // the keys of one table
constexpr std::size_t large = 3'000'000;  // a filter larger than a core's own caches

std::string key(std::string_view front, std::uint64_t number) {
  return std::string(front) + std::to_string(number);
}

std::string filter_of(std::size_t keys, std::size_t bits_per_key) {
  const auto builder = make_bloom_filter_builder(bits_per_key);
  for (std::uint64_t i = 0; i < keys; ++i) builder->add(key("user", i));
  return builder->finish();
}

// The time is that of one key.
void build_filter(benchmark::State& state) {
  std::vector<std::string> keys;
  for (std::uint64_t i = 0; i < small; ++i) keys.push_back(key("user", i));
  for (auto _ : state) {
    const auto builder = make_bloom_filter_builder(static_cast<std::size_t>(state.range(0)));
    for (const std::string& each : keys) builder->add(each);
    benchmark::DoNotOptimize(builder->finish());
  }
  state.counters["per_key"] =
      benchmark::Counter(static_cast<double>(small), benchmark::Counter::kIsIterationInvariantRate |
                                                         benchmark::Counter::kInvert);
}

void ask(benchmark::State& state, std::string_view front) {
  const auto keys = static_cast<std::size_t>(state.range(0));
  const std::string filter = filter_of(keys, static_cast<std::size_t>(state.range(1)));
  // Keys from all over the filter's.
  std::vector<std::string> asked;
  for (std::uint64_t i = 0; i < 10'000; ++i) asked.push_back(key(front, i * 40'507 % keys));
  std::size_t turn = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(may_contain(filter, filter_hash(asked[turn])));
    turn = turn + 1 == asked.size() ? 0 : turn + 1;
  }
}

void ask_for_what_is_there(benchmark::State& state) { ask(state, "user"); }
void ask_for_what_is_not(benchmark::State& state) { ask(state, "other"); }

// Not a time but a table: of a million keys that are not there, how many per cent pass a filter of
// 300,000, and how many should by the formula.
void false_positives(benchmark::State& state) {
  constexpr std::uint64_t asked = 1'000'000;
  const std::string filter = filter_of(300'000, static_cast<std::size_t>(state.range(0)));
  std::uint64_t passed = 0;
  for (auto _ : state) {
    passed = 0;
    for (std::uint64_t i = 0; i < asked; ++i)
      passed += may_contain(filter, filter_hash(key("other", i))) ? 1 : 0;
  }
  const double probes = static_cast<unsigned char>(filter.back());
  const double set = 1 - std::exp(-probes / static_cast<double>(state.range(0)));
  state.counters["probes"] = probes;
  state.counters["measured_percent"] = 100.0 * static_cast<double>(passed) / asked;
  state.counters["formula_percent"] = 100.0 * std::pow(set, probes);
}

void filters(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"keys", "bits"});
  for (const std::size_t keys : {small, large})
    benchmark->Args({static_cast<std::int64_t>(keys), 10});
}

BENCHMARK(build_filter)->ArgName("bits")->Arg(10)->Unit(benchmark::kMicrosecond);
BENCHMARK(ask_for_what_is_there)->Apply(filters);
BENCHMARK(ask_for_what_is_not)->Apply(filters);
BENCHMARK(false_positives)
    ->ArgName("bits")
    ->Arg(5)
    ->Arg(8)
    ->Arg(10)
    ->Arg(14)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kv
