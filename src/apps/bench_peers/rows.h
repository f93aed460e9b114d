#pragma once

// From what was measured to the rows of the tables, and whether each reaches its goal.
//
// *Thread safety*: pure functions.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "apps/bench_peers/durable.h"
#include "apps/bench_peers/goals.h"
#include "bench/spread.h"
#include "bench/workloads/campaign.h"

namespace kv::bench {

// Ours beside one peer's.
struct Versus {
  std::string peer;
  std::optional<double> ours_us{};  // time per operation, of all writers together; the median
  std::optional<double> peer_us{};
  std::optional<Spread> ratio{};  // of times, ours / the peer's, round by round
  std::size_t runs = 0;           // rounds that both went through
  std::string trouble{};          // why there is nothing, or not all rounds
};

struct PeerRow {
  Goal goal;
  Settings settings;
  std::size_t rounds = 0;
  std::vector<Versus> peers;  // the one that the bar is set against first
};

// The rows of a part's goals; a peer that is not among the plan's systems has its trouble. The
// first of the systems is ours.
std::vector<PeerRow> rows_of(std::span<const Goal> goals, const Plan& plan, const Results& results);
std::vector<PeerRow> rows_of(const DurablePlan& plan, const DurableResults& results);

struct Verdict {
  enum class Kind : std::uint8_t { reached, missed, unknown };  // unknown: it was not measured

  Kind kind = Kind::unknown;
  double missed_by = 0;  // as a share of the goal: 0.12
};

Verdict bar_of(const PeerRow& row);
Verdict moonshot_of(const PeerRow& row);

}  // namespace kv::bench
