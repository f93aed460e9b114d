// The skip list alone: what an insert and a search cost by how many entries there are, random keys
// against ascending ones, and a step forward against a step back.

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "bench/03-memtable/lists.h"

namespace kv {
namespace {

// Searches take every so many keys, round and round. It has no divisor in common with the numbers
// of entries below, so they come to all of them, in an order of its own.
constexpr std::size_t stride = 40'507;

// Fills lists from empty to `entries`; the time is that of one insert on average.
void insert_all(benchmark::State& state, const std::vector<std::string>& keys) {
  for (auto _ : state) {
    auto made = list_of(keys);
    benchmark::DoNotOptimize(made->list->first());
    state.PauseTiming();
    made.reset();
    state.ResumeTiming();
  }
  state.counters["per_insert"] = benchmark::Counter(
      static_cast<double>(keys.size()),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void insert_mixed(benchmark::State& state) {
  insert_all(state, mixed_keys(static_cast<std::uint64_t>(state.range(0))));
}

void insert_ascending(benchmark::State& state) {
  std::vector<std::string> keys;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(state.range(0)); ++i) {
    keys.push_back(key(i));
  }
  insert_all(state, keys);
}

void find(benchmark::State& state) {
  const auto keys = mixed_keys(static_cast<std::uint64_t>(state.range(0)));
  const auto made = list_of(keys);
  std::size_t turn = 0;
  for (auto _ : state) {
    turn = (turn + stride) % keys.size();
    benchmark::DoNotOptimize(made->list->first_at_or_after(keys[turn])->value().front());
  }
}

void step_forward(benchmark::State& state) {
  const auto made = list_of(mixed_keys(static_cast<std::uint64_t>(state.range(0))));
  const SkipListEntry* at = made->list->first();
  for (auto _ : state) {
    benchmark::DoNotOptimize(at->value().front());
    at = made->list->after(*at);
    if (at == nullptr) at = made->list->first();
  }
}

void step_back(benchmark::State& state) {
  const auto made = list_of(mixed_keys(static_cast<std::uint64_t>(state.range(0))));
  const SkipListEntry* at = made->list->last();
  for (auto _ : state) {
    benchmark::DoNotOptimize(at->value().front());
    at = made->list->before(*at);
    if (at == nullptr) at = made->list->last();
  }
}

BENCHMARK(insert_mixed)
    ->ArgName("entries")
    ->Arg(1'000)
    ->Arg(30'000)
    ->Arg(1'000'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(insert_ascending)->ArgName("entries")->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK(find)->ArgName("entries")->Arg(1'000)->Arg(30'000)->Arg(1'000'000);
BENCHMARK(step_forward)->ArgName("entries")->Arg(30'000)->Arg(1'000'000);
BENCHMARK(step_back)->ArgName("entries")->Arg(30'000)->Arg(1'000'000);

}  // namespace
}  // namespace kv
