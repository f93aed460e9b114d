// Merging n walks into one: by the merging iterator of task 6.1, which keeps them in order, beside
// the walk of a read view of task 5.6, which looks at every one of them at every step.
//
//   interleaved   any walk may come first at the next step: keys that were written at random
//   in runs       the same walk comes first a hundred times: keys that were written in order

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.h"
#include "storage/internal_key.h"
#include "storage/merging_iterator.h"
#include "storage/read_view.h"

namespace kv {
namespace {

constexpr std::size_t entries = 100'000;  // of all walks together

using Keys = std::vector<std::string>;  // internal keys, ascending

class KeysWalk final : public InternalIterator {
 public:
  explicit KeysWalk(const Keys& keys) : keys_(keys) {}

 private:
  bool do_next() override {
    if (next_ == keys_.size()) return false;
    stand_on(keys_[next_++], "value");
    return true;
  }
  bool do_seek(std::string_view) override {
    next_ = 0;
    return do_next();
  }

  const Keys& keys_;
  std::size_t next_ = 0;
};

class KeysSource final : public Source {
 public:
  explicit KeysSource(const Keys& keys) : keys_(keys) {}

  Result<std::optional<FoundVersion>> find(const Lookup&) const override {
    return std::optional<FoundVersion>();
  }
  std::unique_ptr<InternalIterator> iterate(Direction) const override {
    return std::make_unique<KeysWalk>(keys_);
  }

 private:
  const Keys& keys_;
};

// The same walk comes first `run` times on average.
std::vector<Keys> drawn(std::size_t walks, std::size_t run) {
  Random random(1);
  std::vector<Keys> keys(walks);
  std::size_t walk = 0;
  for (std::uint64_t number = 0; number < entries; ++number) {
    if (random.below(run) == 0) walk = random.below(walks);
    std::string key;
    append_internal_key(key,
                        {"user" + std::to_string(10'000'000 + number), number + 1, EntryKind::put});
    keys[walk].push_back(std::move(key));
  }
  return keys;
}

void measure(benchmark::State& state, const std::vector<Keys>& keys,
             std::unique_ptr<InternalIterator> walk) {
  std::uint64_t steps = 0;
  for (auto _ : state) {
    bool stands = walk->next();
    if (!stands) stands = walk->seek(keys[0].front());
    benchmark::DoNotOptimize(walk->key().data());
    ++steps;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(steps));
}

void merging(benchmark::State& state, std::size_t run) {
  const std::vector<Keys> keys = drawn(static_cast<std::size_t>(state.range(0)), run);
  std::vector<std::unique_ptr<InternalIterator>> walks;
  for (const Keys& each : keys) walks.push_back(std::make_unique<KeysWalk>(each));
  measure(state, keys, make_merging_iterator(std::move(walks), Direction::forward));
}

void view(benchmark::State& state, std::size_t run) {
  const std::vector<Keys> keys = drawn(static_cast<std::size_t>(state.range(0)), run);
  std::vector<std::shared_ptr<const Source>> sources;
  for (const Keys& each : keys) sources.push_back(std::make_shared<KeysSource>(each));
  const auto all = make_read_view(std::move(sources));
  measure(state, keys, all->iterate(Direction::forward));
}

constexpr std::size_t interleaved = 1;
constexpr std::size_t in_runs = 100;

BENCHMARK_CAPTURE(merging, interleaved, interleaved)->Arg(1)->Arg(2)->Arg(5)->Arg(20)->Arg(100);
BENCHMARK_CAPTURE(view, interleaved, interleaved)->Arg(1)->Arg(2)->Arg(5)->Arg(20)->Arg(100);
BENCHMARK_CAPTURE(merging, in_runs, in_runs)->Arg(1)->Arg(2)->Arg(5)->Arg(20)->Arg(100);
BENCHMARK_CAPTURE(view, in_runs, in_runs)->Arg(1)->Arg(2)->Arg(5)->Arg(20)->Arg(100);

}  // namespace
}  // namespace kv
