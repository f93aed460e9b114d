// The skip list alone: what an insert and a search cost by how many entries there are, random keys
// against ascending ones, a step forward against a step back, and what one writer and one reader
// lose beside each other.

#include <benchmark/benchmark.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/checksum.h"
#include "storage/internal_key.h"
#include "storage/skip_list.h"

namespace kv {
namespace {

const std::string value(100, 'v');

// Searches take every so many keys, round and round. It has no divisor in common with the numbers
// of entries below, so they come to all of them, in an order of its own.
constexpr std::size_t stride = 40'507;

// 16 digits, and the tag that a memtable adds.
std::string key(std::uint64_t number) {
  std::string digits = std::to_string(number);
  digits.insert(0, 16 - digits.size(), '0');
  append_fixed64(digits, pack_tag(1, EntryKind::put));
  return digits;
}

// Keys in no order, each once.
std::vector<std::string> mixed_keys(std::uint64_t entries) {
  std::vector<std::string> keys;
  for (std::uint64_t i = 0; i < entries; ++i) {
    keys.push_back(key(checksum(std::to_string(i)) % 10'000'000'000'000'000));
  }
  return keys;
}

struct List {
  Arena arena;
  std::unique_ptr<SkipList> list = make_skip_list(arena, internal_key_less);
};

std::unique_ptr<List> list_of(const std::vector<std::string>& keys) {
  auto made = std::make_unique<List>();
  for (const std::string& each : keys) made->list->insert(each, value);
  return made;
}

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

// A reader's search in a list of a million, alone and beside a writer that inserts all the time.
// The writer's keys are of another range, so that what is searched stays the same.
void find_beside_a_writer(benchmark::State& state) {
  const auto keys = mixed_keys(1'000'000);
  const auto made = list_of(keys);
  std::jthread writer;
  if (state.range(0) == 1) {
    writer = std::jthread([&made](const std::stop_token& stop) {
      for (std::uint64_t i = 0; !stop.stop_requested() && i < 8'000'000; ++i) {
        made->list->insert("x" + key(checksum(std::to_string(i)) % 10'000'000'000'000'000), value);
      }
    });
  }
  std::size_t turn = 0;
  for (auto _ : state) {
    turn = (turn + stride) % keys.size();
    benchmark::DoNotOptimize(made->list->first_at_or_after(keys[turn])->value().front());
  }
}

// A writer's inserts, alone and beside a reader that searches all the time.
void insert_beside_a_reader(benchmark::State& state) {
  const auto keys = mixed_keys(1'000'000);
  for (auto _ : state) {
    state.PauseTiming();
    auto made = std::make_unique<List>();
    std::jthread reader;
    if (state.range(0) == 1) {
      reader = std::jthread([&made, &keys](const std::stop_token& stop) {
        for (std::size_t turn = 0; !stop.stop_requested();) {
          turn = (turn + stride) % keys.size();
          benchmark::DoNotOptimize(made->list->first_at_or_after(keys[turn]));
        }
      });
    }
    state.ResumeTiming();
    for (const std::string& each : keys) made->list->insert(each, value);
    state.PauseTiming();
    reader = {};
    made.reset();
    state.ResumeTiming();
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
BENCHMARK(find_beside_a_writer)->ArgName("writer")->Arg(0)->Arg(1);
BENCHMARK(insert_beside_a_reader)
    ->ArgName("reader")
    ->Arg(0)
    ->Arg(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kv
