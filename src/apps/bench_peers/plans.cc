#include "apps/bench_peers/plans.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace kv::bench {
namespace {

constexpr std::string_view peers_in_order[] = {"leveldb", "rocksdb", "lmdb"};

constexpr std::size_t mib = std::size_t{1} << 20;

std::vector<std::string_view> chain_of(Part part) {
  switch (part) {
    case Part::in_order: return {"fillseq"};
    case Part::at_random:
      return {"fillrandom", "overwrite", "compact",    "readrandom",
              "seekrandom", "readseq",   "readreverse"};
    case Part::filtered: return {"fillrandom", "compact", "readrandom"};
    case Part::durable: break;
  }
  return {};
}

}  // namespace

std::span<const std::string_view> peer_names() { return peers_in_order; }

Result<std::vector<System>> find_sides(const std::string& kvbench) {
  const Result<Description> description = describe(kvbench);
  if (!description) return failure(description.error());
  std::vector<System> sides;
  const auto add = [&](std::string_view name) {
    const auto found = std::ranges::find(description->engines, name, &EngineInfo::name);
    if (found == description->engines.end()) return false;
    sides.push_back({.label = std::string(name),
                     .program = kvbench,
                     .engine = *found,
                     .build = description->build,
                     .optimised = description->optimised});
    return true;
  };
  if (!add(our_engine))
    return failure(Code::invalid_argument,
                   fmt::format("{} has no engine {}; build it anew", kvbench, our_engine));
  for (const std::string_view peer : peer_names()) add(peer);
  return sides;
}

Settings settings_of(Part part, std::uint64_t entries) {
  Settings settings;
  settings.entries = entries;
  settings.latency_every = 0;
  settings.store.durability = Durability::wal;
  settings.store.write_buffer_bytes = 4 * mib;
  settings.store.block_cache_bytes = 8 * mib;
  settings.store.block_bytes = 4096;
  settings.store.filter_bits_per_key = 0;
  settings.store.compression = Compression::lz4;
  settings.store.table_bytes = 2 * mib;
  settings.store.level1_bytes = 10 * mib;
  if (part == Part::filtered) {
    settings.warm_up.operations = entries;  // so that the cache is full
    settings.store.block_cache_bytes = 128 * mib;
    settings.store.filter_bits_per_key = 10;
    settings.store.compression = Compression::none;
  }
  if (part == Part::durable) settings.store.durability = Durability::sync;
  return settings;
}

std::vector<Goal> chosen_goals(std::string_view text) {
  std::vector<Goal> chosen;
  for (const Goal& goal : goals()) {
    if (goal.row.find(text) != goal.row.npos) chosen.push_back(goal);
  }
  return chosen;
}

std::vector<const Workload*> workloads_for(std::span<const Goal> goals) {
  assert(!goals.empty());
  const std::vector<std::string_view> chain = chain_of(goals.front().part);
  std::size_t length = 0;
  for (const Goal& goal : goals) {
    const auto place = std::ranges::find(chain, goal.workload) - chain.begin();
    length = std::max(length, static_cast<std::size_t>(place) + 1);
  }
  assert(length <= chain.size());
  std::vector<const Workload*> workloads;
  for (std::size_t i = 0; i < length; ++i) workloads.push_back(*find_workload(chain[i]));
  return workloads;
}

}  // namespace kv::bench
