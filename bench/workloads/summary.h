#pragma once

// From what every round came to, to the figures of a table: medians over the rounds, and ratios to
// the baseline with their spread.
//
// *Thread safety*: pure functions.

#include <optional>
#include <string>
#include <vector>

#include "bench/spread.h"
#include "bench/workloads/campaign.h"

namespace kv::bench {

// Each a median over the rounds.
struct Figures {
  double operations_per_second = 0;
  double micros_per_operation = 0;
  double p50_us = 0;  // to max_us: over the rounds in which operations were timed
  double p99_us = 0;
  double p999_us = 0;
  double max_us = 0;
  double memory_mib = 0;
  std::optional<double> disk_mib;
  std::optional<double> written_mib;
  bool sampled = false;  // whether any operation was timed by itself
};

struct Row {
  std::string system;
  std::string trouble;  // why there are no figures, or not all rounds; empty: all is well
  std::optional<Figures> figures;  // of the rounds that went well
  // Time per operation ÷ the baseline's in the same round; nothing without a common round.
  std::optional<Spread> ratio;
};

struct Section {
  std::string workload;
  std::vector<Row> rows;       // in the order of the plan's systems
  bool too_few_timed = false;  // of a row's operations some were to be timed, and none was
};

// In the order of the plan's workloads.
std::vector<Section> summarise(const Plan& plan, const Results& results);

bool any_trouble(const Results& results);

}  // namespace kv::bench
