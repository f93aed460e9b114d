// What a memtable adds to its skip list: versions of a key, and scans that see one of them.

#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "kv/lifetime.h"
#include "storage/memtable.h"
#include "storage/visible_iterator.h"

namespace kv {
namespace {

constexpr SequenceNumber keys = 10'000;

std::string key(std::uint64_t number) {
  std::string digits = std::to_string(number);
  return digits.insert(0, 16 - digits.size(), '0');
}

// So many versions of each of 10,000 keys.
std::unique_ptr<Memtable> memtable_of(SequenceNumber versions) {
  auto memtable = make_memtable();
  const std::string value(100, 'v');
  for (SequenceNumber sequence = 0; sequence < keys * versions; ++sequence) {
    memtable->add(sequence + 1, EntryKind::put, key(sequence % keys), value);
  }
  return memtable;
}

void get_newest(benchmark::State& state) {
  const auto memtable = memtable_of(static_cast<SequenceNumber>(state.range(0)));
  std::uint64_t turn = 0;
  for (auto _ : state) {
    turn = (turn + 4'057) % keys;
    benchmark::DoNotOptimize(memtable->get(key(turn), max_sequence));
  }
}

// One step of a scan that sees the newest version of each key.
void scan(benchmark::State& state, bool reverse) {
  const auto memtable = memtable_of(static_cast<SequenceNumber>(state.range(0)));
  const auto lifetime = std::make_shared<Lifetime>(Limits{});
  const Direction direction = reverse ? Direction::reverse : Direction::forward;
  std::unique_ptr<Iterator> it;
  for (auto _ : state) {
    if (it == nullptr || !it->next()) {
      it = make_visible_iterator(memtable->iterate(direction), {.reverse = reverse}, max_sequence,
                                 {.lifetime = lifetime, .context = {}});
      benchmark::DoNotOptimize(it->next());
    }
    benchmark::DoNotOptimize(it->value().front());
  }
}

void scan_forward(benchmark::State& state) { scan(state, false); }
void scan_reverse(benchmark::State& state) { scan(state, true); }

BENCHMARK(get_newest)->ArgName("versions")->Arg(1)->Arg(10)->Arg(50);
BENCHMARK(scan_forward)->ArgName("versions")->Arg(1)->Arg(10)->Arg(50);
BENCHMARK(scan_reverse)->ArgName("versions")->Arg(1)->Arg(10)->Arg(50);

}  // namespace
}  // namespace kv
