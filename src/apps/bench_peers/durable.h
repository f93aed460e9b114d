#pragma once

// Measures the goals of the part `durable`: puts into our store and into LevelDB, and bare appends,
// by turns. A round has fresh stores. One writer alone puts and appends by turns, operation by
// operation, and the medians of their times count; of more writers, the rates in turns of 250 ms.
//
// *Thread safety*: one at a time. *Errors*: `cancelled` when the user interrupts it. What goes
// wrong with a store or the disk is part of the results, and ends them.

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/bench_peers/goals.h"
#include "base/result.h"
#include "bench/durable_writes.h"
#include "bench/workloads/settings.h"

namespace kv::bench {

inline constexpr std::uint64_t single_writes = 1000;  // of one writer, in a round

struct DurablePlan {
  std::vector<Goal> goals;
  Settings settings;
  std::size_t rounds = 5;
  std::filesystem::path directory;  // stores and files get folders in it
  OpenStore ours;
  OpenStore leveldb;  // null: it was not found when this was built
};

// Microseconds per operation, of all writers together.
struct DurableRound {
  double ours_us = 0;
  double bare_us = 0;
  std::optional<double> leveldb_us{};
};

struct DurableResults {
  std::vector<std::vector<DurableRound>> rounds;  // by goal; those that were finished
  std::string trouble;                            // what ended it early; empty: nothing
};

// `progress` is told what begins, a line each.
Result<DurableResults> measure_durable(const DurablePlan& plan,
                                       const std::function<void(std::string_view)>& progress);

}  // namespace kv::bench
