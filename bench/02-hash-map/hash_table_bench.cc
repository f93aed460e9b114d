// One hash table alone, without locks and stripes: what a search costs by how many entries there
// are and how full the table is, what coming and going costs, and how long the longest put takes,
// which is the one that makes the table grow.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/checksum.h"
#include "storage/hash_table.h"

namespace kv {
namespace {

constexpr int value_bytes = 100;

struct Key {
  std::string text;
  std::uint64_t hash;
};

Key key(std::uint64_t number) {
  std::string text = std::to_string(number);
  text.insert(0, 16 - text.size(), '0');
  const std::uint64_t hash = checksum(text);
  return {std::move(text), hash};
}

std::unique_ptr<HashTable> table_of(std::uint64_t entries) {
  const std::string value(value_bytes, 'v');
  auto table = make_hash_table();
  for (std::uint64_t i = 0; i < entries; ++i) {
    const Key each = key(i);
    table->put(each.hash, each.text, value);
  }
  return table;
}

// The keys that a benchmark uses in turn, made before: their making would be part of what is timed.
std::vector<Key> keys_from(std::uint64_t first, std::uint64_t entries) {
  constexpr std::uint64_t turns = 65'536;
  std::vector<Key> keys;
  // A step that has no divisor in common with the powers of two walks through all of them.
  for (std::uint64_t i = 0; i < turns; ++i) keys.push_back(key(first + i * 40'503 % entries));
  return keys;
}

void report_load(benchmark::State& state, const HashTable& table) {
  state.counters["load"] =
      static_cast<double>(table.size()) / static_cast<double>(table.capacity());
}

void find_present(benchmark::State& state) {
  const auto entries = static_cast<std::uint64_t>(state.range(0));
  const auto table = table_of(entries);
  const std::vector<Key> keys = keys_from(0, entries);
  std::size_t turn = 0;
  for (auto _ : state) {
    const Key& each = keys[turn++ % keys.size()];
    benchmark::DoNotOptimize(table->find(each.hash, each.text));
  }
  report_load(state, *table);
}

void find_absent(benchmark::State& state) {
  const auto entries = static_cast<std::uint64_t>(state.range(0));
  const auto table = table_of(entries);
  const std::vector<Key> keys = keys_from(entries, entries);
  std::size_t turn = 0;
  for (auto _ : state) {
    const Key& each = keys[turn++ % keys.size()];
    benchmark::DoNotOptimize(table->find(each.hash, each.text));
  }
  report_load(state, *table);
}

void erase_and_put(benchmark::State& state) {
  const auto entries = static_cast<std::uint64_t>(state.range(0));
  const auto table = table_of(entries);
  const std::vector<Key> keys = keys_from(0, entries);
  const std::string value(value_bytes, 'v');
  std::size_t turn = 0;
  for (auto _ : state) {
    const Key& each = keys[turn++ % keys.size()];
    benchmark::DoNotOptimize(table->erase(each.hash, each.text));
    table->put(each.hash, each.text, value);
  }
  report_load(state, *table);
}

// The longest of the puts that fill a table, the median of all fills, in microseconds: the pause of
// one stripe. The longest of all fills would tell of the machine's other work.
void longest_put(benchmark::State& state) {
  using Clock = std::chrono::steady_clock;
  const auto entries = static_cast<std::uint64_t>(state.range(0));
  const std::string value(value_bytes, 'v');
  std::vector<Clock::duration> pauses;
  for (auto _ : state) {
    const auto table = make_hash_table();
    Clock::duration longest{};
    for (std::uint64_t i = 0; i < entries; ++i) {
      const Key each = key(i);
      const auto begin = Clock::now();
      table->put(each.hash, each.text, value);
      longest = std::max(longest, Clock::now() - begin);
    }
    pauses.push_back(longest);
  }
  const auto middle = pauses.begin() + static_cast<std::ptrdiff_t>(pauses.size() / 2);
  std::ranges::nth_element(pauses, middle);
  state.counters["longest_us"] = std::chrono::duration<double, std::micro>(*middle).count();
}

// A table of 49,153 entries has just grown and is 3/8 full; one of 49,152 is about to: 3/4.
BENCHMARK(find_present)->ArgName("entries")->Arg(1'000)->Arg(49'152)->Arg(49'153)->Arg(1'000'000);
BENCHMARK(find_absent)->ArgName("entries")->Arg(1'000)->Arg(49'152)->Arg(49'153)->Arg(1'000'000);
BENCHMARK(erase_and_put)->ArgName("entries")->Arg(1'000)->Arg(49'152)->Arg(49'153);
BENCHMARK(longest_put)
    ->ArgName("entries")
    ->Arg(15'625)
    ->Arg(156'250)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kv
