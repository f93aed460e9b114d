#pragma once

// The figures as people read them. Numbers carry no thousands separators, so that a script may read
// them too.
//
// *Thread safety*: pure functions.

#include <string>
#include <vector>

#include "bench/workloads/campaign.h"
#include "bench/workloads/machine.h"
#include "bench/workloads/summary.h"

namespace kv::bench {

// The lines above the tables: what is equal for all systems, where it is measured, what the columns
// mean.
std::string preamble(const Plan& plan, const Machine& machine);

// What makes the figures doubtful, a line each.
std::vector<std::string> warnings(const Plan& plan, const Machine& machine);

// One workload's table.
std::string table_of(const Section& section);

}  // namespace kv::bench
