// What a second thread adds to a store, and how much of what is missing is the machine's doing.
// Each iteration is a round of three turns of 100 ms: one thread alone, two threads on one store,
// and two threads on a store each, which share nothing but the machine. The counters are the
// medians of the rounds' ratios of operations per second: on a machine at work, turns that stand
// side by side can be compared, and others not.

#include <benchmark/benchmark.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/random.h"
#include "bench/spread.h"
#include "storage/hash_store.h"

namespace kv {
namespace {

constexpr std::uint64_t entries = 1'000'000;
const std::string value(100, 'v');

struct Key {
  explicit Key(std::uint64_t number) { std::memcpy(bytes, &number, sizeof number); }
  operator std::string_view() const { return {bytes, sizeof bytes}; }
  char bytes[16] = {};
};

std::unique_ptr<Store> store_of(std::uint64_t count) {
  auto store = make_hash_store({}).value();
  for (std::uint64_t i = 0; i < count; ++i) static_cast<void>(store->put(Key(i), value));
  return store;
}

void read(Store& store, const Key& key) { benchmark::DoNotOptimize(store.get(key)); }
void overwrite(Store& store, const Key& key) { benchmark::DoNotOptimize(store.put(key, value)); }

// Operations per second of all threads together, one for each of the stores, which hold so many.
template <class Operation>
double rate(Operation operation, const std::vector<Store*>& stores, std::uint64_t count,
            std::uint64_t seed) {
  using Clock = std::chrono::steady_clock;
  std::atomic<bool> over = false;
  std::atomic<std::uint64_t> operations = 0;
  std::barrier start(static_cast<std::ptrdiff_t>(stores.size()) + 1);
  std::vector<std::jthread> threads;
  for (Store* store : stores) {
    threads.emplace_back([&, store, random = Random(seed++)]() mutable -> void {
      std::uint64_t mine = 0;
      start.arrive_and_wait();
      for (; !over.load(std::memory_order_relaxed); ++mine) {
        operation(*store, Key(random.below(count)));
      }
      operations += mine;
    });
  }
  start.arrive_and_wait();
  const auto begin = Clock::now();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  over.store(true, std::memory_order_relaxed);
  threads.clear();
  return static_cast<double>(operations) /
         std::chrono::duration<double>(Clock::now() - begin).count();
}

template <class Operation>
void two_threads(benchmark::State& state, Operation operation) {
  const auto shared = store_of(entries);
  const auto half = store_of(entries / 2);
  const auto other_half = store_of(entries / 2);
  std::vector<double> shared_to_one, apart_to_one, shared_to_apart;
  std::uint64_t seed = 1;
  for (auto _ : state) {
    const double one = rate(operation, {shared.get()}, entries, seed += 2);
    const double together = rate(operation, {shared.get(), shared.get()}, entries, seed += 2);
    const double apart = rate(operation, {half.get(), other_half.get()}, entries / 2, seed += 2);
    shared_to_one.push_back(together / one);
    apart_to_one.push_back(apart / one);
    shared_to_apart.push_back(together / apart);
  }
  state.counters["shared_to_one"] = bench::median(shared_to_one);
  state.counters["apart_to_one"] = bench::median(apart_to_one);
  state.counters["shared_to_apart"] = bench::median(shared_to_apart);
}

BENCHMARK_CAPTURE(two_threads, read, read)->Iterations(30)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(two_threads, overwrite, overwrite)->Iterations(30)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kv
