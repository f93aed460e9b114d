#pragma once

// How each part is measured: which systems at which settings, equal on all sides.
//
// *Thread safety*: pure functions, but for find_sides. *Errors*: those of `describe`, and
// `invalid_argument` where the program lacks our own engine.

#include <span>
#include <string>
#include <vector>

#include "apps/bench_peers/goals.h"
#include "base/result.h"
#include "bench/workloads/campaign.h"

namespace kv::bench {

inline constexpr std::string_view our_engine = "lsm";
inline constexpr std::string_view bare_append = "append + fdatasync";

// What we are compared with, LevelDB first.
std::span<const std::string_view> peer_names();

// The systems of this kvbench: ours first, then each of the peers that it was built with.
Result<std::vector<System>> find_sides(const std::string& kvbench);

// The settings of a part for so many entries. Of the part `durable`, `threads` is each goal's own.
Settings settings_of(Part part, std::uint64_t entries);

// The goals that a text chooses: those whose row has it; all where it is empty.
std::vector<Goal> chosen_goals(std::string_view text);

// What a part's goals take: its workloads from the first one up to the last that a goal needs, so
// that it finds the store as it does in a whole run.  Requires: they are of one part, not
// `durable`.
std::vector<const Workload*> workloads_for(std::span<const Goal> goals);

}  // namespace kv::bench
