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

// Three digits that count, or all before the point: 0.00123, 0.123, 1.23, 12.3, 1234.
std::string figure_text(double value);

// "0.31 [0.30 ... 0.33]".
std::string spread_text(const Spread& spread);

// What a workload is asked to do, and with what stores are opened.
std::string settings_text(const Settings& settings);

// The lines above the tables: what is equal for all systems, where it is measured, what the columns
// mean.
std::string preamble(const Plan& plan, const Machine& machine);

// What makes the figures doubtful, a line each.
std::vector<std::string> warnings(const Plan& plan, const Machine& machine);

// One workload's table.
std::string table_of(const Section& section);

}  // namespace kv::bench
