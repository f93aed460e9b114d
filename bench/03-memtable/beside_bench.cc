// What one writer and one reader of a skip list lose beside each other, and how much of it is the
// machine's doing. Each iteration is a round of three turns: the one alone, beside the other on the
// same list, and beside the other on a list of *its* own, where they share nothing but the machine.
// The counters are the medians of the rounds' ratios, time beside ÷ time alone: on a machine at
// work, turns that stand side by side can be compared, and others not.

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "bench/03-memtable/lists.h"
#include "bench/spread.h"

namespace kv {
namespace {

constexpr std::uint64_t entries = 1'000'000;

// Searches for keys of a list, round and round.
class Searches {
 public:
  explicit Searches(const std::vector<std::string>& keys) : keys_(keys) {}

  void one(const SkipList& list) {
    constexpr std::size_t stride = 40'507;  // no divisor in common with the number of keys
    turn_ = (turn_ + stride) % keys_.size();
    benchmark::DoNotOptimize(list.first_at_or_after(keys_[turn_]));
  }

 private:
  const std::vector<std::string>& keys_;
  std::size_t turn_ = 0;
};

class Ratios {
 public:
  void add(double alone, double same_list, double other_list) {
    same_.push_back(same_list / alone);
    other_.push_back(other_list / alone);
  }

  void report(benchmark::State& state) const {
    const bench::Spread same = bench::spread(same_);
    state.counters["same_list"] = same.median;
    state.counters["same_least"] = same.least;
    state.counters["same_most"] = same.most;
    state.counters["other_list"] = bench::median(other_);
  }

 private:
  std::vector<double> same_, other_;
};

template <class Work>
double seconds(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// A million inserts into an empty list. The other list has half as many entries: as many as the
// same list has on average.
void insert_beside_a_reader(benchmark::State& state) {
  const auto keys = mixed_keys(entries);
  const auto other = list_of(mixed_keys(entries / 2));
  // `searched` null: the list that is being filled.
  const auto fill = [&](bool reader, const SkipList* searched) {
    const auto made = std::make_unique<List>();
    const SkipList& list = searched != nullptr ? *searched : *made->list;
    std::jthread searching;
    if (reader) {
      searching = std::jthread([&list, &keys](const std::stop_token& stop) {
        for (Searches searches(keys); !stop.stop_requested();) searches.one(list);
      });
    }
    return seconds([&] {
      for (const std::string& each : keys) made->list->insert(each, value);
    });
  };
  Ratios ratios;
  for (auto _ : state) {
    const double alone = fill(false, nullptr);
    const double same_list = fill(true, nullptr);
    ratios.add(alone, same_list, fill(true, other->list.get()));
  }
  ratios.report(state);
}

// A hundred thousand searches in a list of a million. The writer's keys are of another range, so
// that what is searched stays the same.
void find_beside_a_writer(benchmark::State& state) {
  constexpr int searches_in_a_turn = 100'000;
  constexpr std::uint64_t most_written = 8'000'000;  // of all turns together: a bound on the memory
  const auto keys = mixed_keys(entries);
  const auto made = list_of(keys);
  const auto other = list_of(keys);
  Searches searches(keys);
  std::uint64_t written = 0;
  const auto search = [&](SkipList* writers) {
    std::jthread writing;
    if (writers != nullptr) {
      writing = std::jthread([&written, writers](const std::stop_token& stop) {
        while (!stop.stop_requested() && written < most_written) {
          writers->insert("x" + mixed_key(written++), value);
        }
      });
    }
    return seconds([&] {
      for (int i = 0; i < searches_in_a_turn; ++i) searches.one(*made->list);
    });
  };
  Ratios ratios;
  for (auto _ : state) {
    const double alone = search(nullptr);
    const double same_list = search(made->list.get());
    ratios.add(alone, same_list, search(other->list.get()));
  }
  ratios.report(state);
}

BENCHMARK(insert_beside_a_reader)->Iterations(7)->Unit(benchmark::kMillisecond);
BENCHMARK(find_beside_a_writer)->Iterations(21)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kv
