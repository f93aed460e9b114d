// What a durable write costs, against the least that it can: appending so many bytes to a file and
// calling fdatasync. Both go to the same disk, in the folder that TMPDIR names, and by turns, since
// a disk is not the same from one second to the next.
//
//   one_writer       a put, then a bare append, then a put, ...: put_to_bare is the ratio of the
//                    medians of their times
//   writers/N        rounds of two turns of 250 ms: one thread that appends bare, and N that put.
//                    puts_to_bare is the median of the rounds' ratios of operations per second, and
//                    least and most are their spread

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "bench/durable_writes.h"
#include "engines/engines.h"

namespace kv {
namespace {

double quantile(std::vector<double> values, double share) {
  const auto last = static_cast<double>(values.size() - 1);
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(share * last);
  std::ranges::nth_element(values, place);
  return *place;
}

template <class Value>
Value must(Result<Value> result) {
  if (result) return *std::move(result);
  fmt::print(stderr, "durable_writes: {}\n", result.error().text());
  std::_Exit(1);
}

// The log of a store that never puts anything away.
std::unique_ptr<bench::DurableWrites> subjects() {
  return must(bench::DurableWrites::make(std::filesystem::temp_directory_path(),
                                         [](const Options& options) { return open_wal(options); },
                                         {.write_buffer_bytes = std::size_t{1} << 30}));
}

void one_writer(benchmark::State& state) {
  const auto both = subjects();
  std::vector<double> puts;
  std::vector<double> bare;
  std::uint64_t number = 0;
  for (auto _ : state) {
    puts.push_back(must(both->timed_put(number++)));
    bare.push_back(must(both->timed_append()));
  }
  state.counters["put_us"] = 1e6 * quantile(puts, 0.5);
  state.counters["bare_us"] = 1e6 * quantile(bare, 0.5);
  state.counters["put_to_bare"] = quantile(puts, 0.5) / quantile(bare, 0.5);
}

void writers(benchmark::State& state) {
  const auto both = subjects();
  const auto threads = static_cast<std::size_t>(state.range(0));
  std::vector<double> ratios;
  for (auto _ : state) {
    const double bare = must(both->append_rate());
    ratios.push_back(must(both->put_rate(threads)) / bare);
  }
  state.counters["puts_to_bare"] = quantile(ratios, 0.5);
  state.counters["least"] = quantile(ratios, 0);
  state.counters["most"] = quantile(ratios, 1);
}

BENCHMARK(one_writer)->Iterations(2000)->Unit(benchmark::kMicrosecond);
BENCHMARK(writers)->Arg(1)->Arg(2)->Arg(16)->Arg(64)->Iterations(11)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kv
