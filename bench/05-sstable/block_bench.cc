// Blocks alone: what it takes to build one, to find an entry in it, and to walk over it both ways,
// by the restart interval. The keys have 16 digits and a tag, the values 100 bytes: a block of 4
// KiB has some 35 of them.

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "storage/block.h"
#include "storage/internal_key.h"

namespace kv {
namespace {

constexpr std::size_t block_bytes = 4'096;
constexpr std::size_t index_bytes = 128 << 10;  // the index of a table with some 4,000 data blocks

std::string key(std::uint64_t number) {
  std::string digits = std::to_string(number);
  digits.insert(0, 16 - digits.size(), '0');
  append_fixed64(digits, pack_tag(number, EntryKind::put));
  return digits;
}

// A block, and the keys in it.
struct Built {
  std::unique_ptr<const Block> block;
  std::vector<std::string> keys;
};

Built built(std::size_t bytes, std::size_t value_bytes, std::size_t restart_interval) {
  Built result;
  const auto builder = make_block_builder(restart_interval);
  const std::string value(value_bytes, 'v');
  for (std::uint64_t number = 41'876; builder->bytes() < bytes; number += 3) {
    result.keys.push_back(key(number));
    builder->add(result.keys.back(), value);
  }
  result.block = *make_block(std::string(builder->finish()));
  return result;
}

// The time is that of one entry.
void build(benchmark::State& state) {
  const auto builder = make_block_builder(static_cast<std::size_t>(state.range(0)));
  const std::string value(100, 'v');
  std::vector<std::string> keys;
  for (std::uint64_t i = 0; i < 10'000; ++i) keys.push_back(key(i * 3));
  std::size_t turn = 0;
  for (auto _ : state) {
    if (turn == keys.size()) {
      builder->finish();
      turn = 0;
    }
    builder->add(keys[turn++], value);
    if (builder->bytes() >= block_bytes) benchmark::DoNotOptimize(builder->finish());
  }
}

void find_in(benchmark::State& state, const Built& in) {
  constexpr std::size_t stride = 40'507;  // comes to all of them, in an order of its own
  std::string assembled;
  std::size_t turn = 0;
  for (auto _ : state) {
    turn = (turn + stride) % in.keys.size();
    benchmark::DoNotOptimize(in.block->first_at_or_after(in.keys[turn], assembled));
  }
  state.counters["entries"] = static_cast<double>(in.keys.size());
}

// In a block of data.
void find(benchmark::State& state) {
  find_in(state, built(block_bytes, 100, static_cast<std::size_t>(state.range(0))));
}

// In an index, whose values are handles and whose keys all stand in full.
void find_in_index(benchmark::State& state) { find_in(state, built(index_bytes, 5, 1)); }

// The time is that of one step, the beginning of the next walk included.
void walk(benchmark::State& state, Direction direction) {
  const Built over = built(block_bytes, 100, static_cast<std::size_t>(state.range(0)));
  auto it = over.block->iterate(direction);
  for (auto _ : state) {
    if (!it->next()) {
      it = over.block->iterate(direction);
      it->next();
    }
    benchmark::DoNotOptimize(it->value().data());
  }
}

void walk_forward(benchmark::State& state) { walk(state, Direction::forward); }
void walk_in_reverse(benchmark::State& state) { walk(state, Direction::reverse); }

// What a block costs before the first search: its restart points are looked at.
void open_block(benchmark::State& state) {
  const auto builder = make_block_builder(static_cast<std::size_t>(state.range(0)));
  const std::string value(100, 'v');
  for (std::uint64_t i = 0; builder->bytes() < block_bytes; ++i) builder->add(key(i), value);
  const std::string bytes(builder->finish());
  for (auto _ : state) benchmark::DoNotOptimize(make_block(bytes));
}

BENCHMARK(build)->ArgName("interval")->Arg(1)->Arg(16);
BENCHMARK(find)->ArgName("interval")->Arg(1)->Arg(4)->Arg(16)->Arg(64);
BENCHMARK(find_in_index);
BENCHMARK(walk_forward)->ArgName("interval")->Arg(1)->Arg(16)->Arg(64);
BENCHMARK(walk_in_reverse)->ArgName("interval")->Arg(1)->Arg(16)->Arg(64);
BENCHMARK(open_block)->ArgName("interval")->Arg(1)->Arg(16);

}  // namespace
}  // namespace kv
