// What a step and a seek of the iterator over sorted entries cost, by how many entries there are.

#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "base/random.h"
#include "kv/lifetime.h"
#include "kv/options.h"
#include "storage/sorted_entries.h"

namespace kv {
namespace {

// A number as text whose order is that of the numbers.
std::string key_of(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(16 - digits.size(), '0') + digits;
}

std::unique_ptr<Iterator> iterator_over(std::uint64_t count, bool reverse) {
  auto entries = std::make_shared<SortedEntries>();
  for (std::uint64_t i = 0; i < count; ++i) entries->emplace_back(key_of(i), std::string(100, 'v'));
  Iterator::Scope scope{.lifetime = std::make_shared<Lifetime>(Limits{}), .context = {}};
  return make_entries_iterator(std::move(entries), {.reverse = reverse}, std::move(scope));
}

// One step; behind the last entry, back to the first.
void iterate(benchmark::State& state) {
  const bool reverse = state.range(1) != 0;
  const auto count = static_cast<std::uint64_t>(state.range(0));
  const auto iterator = iterator_over(count, reverse);
  const std::string first = key_of(reverse ? count - 1 : 0);
  for (auto _ : state) {
    if (!iterator->next()) iterator->seek(first);
    benchmark::DoNotOptimize(iterator->value().data());
  }
  state.SetItemsProcessed(state.iterations());
}

void seek(benchmark::State& state) {
  const auto count = static_cast<std::uint64_t>(state.range(0));
  const auto iterator = iterator_over(count, false);
  std::vector<std::string> keys;  // made before: their making would be part of what is timed
  constexpr int draws = 1024;
  keys.reserve(draws);
  Random random(1);
  for (int i = 0; i < draws; ++i) keys.push_back(key_of(random.below(count)));
  std::size_t turn = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(iterator->seek(keys[turn++ % keys.size()]));
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(iterate)
    ->ArgNames({"entries", "reverse"})
    ->Args({1'000, 0})
    ->Args({100'000, 0})
    ->Args({100'000, 1});
BENCHMARK(seek)->ArgName("entries")->Arg(1'000)->Arg(10'000)->Arg(100'000);

}  // namespace
}  // namespace kv
