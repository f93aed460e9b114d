#pragma once

// Everything that was measured, as JSON: kvbench's version, settings, machine, systems, and for
// each workload and system the medians, the ratio and the raw figures of every round.
//
// *Thread safety*: a pure function.

#include <string>

#include "bench/workloads/campaign.h"
#include "bench/workloads/machine.h"

namespace kv::bench {

// Ends in a line feed.
std::string json_report(const Plan& plan, const Machine& machine, const Results& results);

}  // namespace kv::bench
