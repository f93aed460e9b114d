#pragma once

// The rows as people read them, and as scripts do.
//
// *Thread safety*: pure functions.

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "apps/bench_peers/rows.h"
#include "bench/workloads/machine.h"

namespace kv::bench {

// What is known of a system at these settings: its version, and what it makes of them.
using Describe = std::function<std::string(std::string_view system, const Settings& settings)>;

// The lines above the tables: machine, and for each setting that the goals take what it is for all
// and what each side makes of it.
std::string heading(std::span<const Goal> goals, std::uint64_t entries, std::size_t rounds,
                    const Machine& machine, const Describe& describe);

// Rows that have the same peers; each peer's trouble stands below.
std::string table_of(std::span<const PeerRow> rows);

// "bars met: 9 of 11; moonshots reached: 3 of 11".
std::string score(std::span<const PeerRow> rows);
bool all_bars_met(std::span<const PeerRow> rows);

// A list with an entry for each row and peer: workload, ours, peer, ours_us, peer_us, ratio_median,
// ratio_min, ratio_max, runs, settings; what was not measured is null, and `trouble` says why. Ends
// in a line feed.
std::string json_of(std::span<const PeerRow> rows, const Describe& describe);

}  // namespace kv::bench
