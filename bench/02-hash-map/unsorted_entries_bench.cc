// What it costs to deliver the first entries of a walk over entries in no order, by its limit; 0
// sorts them all.

#include <benchmark/benchmark.h>

#include <string>

#include "base/checksum.h"
#include "kv/lifetime.h"
#include "kv/options.h"
#include "storage/unsorted_entries.h"

namespace kv {
namespace {

void first_of(benchmark::State& state) {
  constexpr std::uint64_t count = 100'000;
  const Range range{.limit = static_cast<std::size_t>(state.range(0))};
  SortedEntries unsorted;
  for (std::uint64_t i = 0; i < count; ++i) {
    unsorted.emplace_back(std::to_string(checksum(std::to_string(i))), "");
  }
  for (auto _ : state) {
    state.PauseTiming();
    SortedEntries entries = unsorted;
    state.ResumeTiming();
    Iterator::Scope scope{
        .lifetime = std::make_shared<Lifetime>(Limits{}), .context = {}, .limit = range.limit};
    const auto walk = make_unsorted_entries_iterator(std::move(entries), range, std::move(scope));
    benchmark::DoNotOptimize(walk->next());
  }
}

BENCHMARK(first_of)->ArgName("limit")->Arg(1)->Arg(1'000)->Arg(50'000)->Arg(0)->Unit(
    benchmark::kMillisecond);

}  // namespace
}  // namespace kv
