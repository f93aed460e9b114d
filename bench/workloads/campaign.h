#pragma once

// Runs every system on every workload, round by round, each run in a process of its own, in turn:
// A B C, then C B A, and so on. So whatever changes while it goes on (other load, the clock of the
// processor, a warm disk) meets all systems alike.
//
// Within a round, the workloads up to the next fill are one run of a system, on one store.
//
// *Thread safety*: one at a time. *Errors*: `invalid_argument` if the folder cannot be written in
// or a program cannot be started; `cancelled` when the user interrupts it. What goes wrong within a
// run is part of the results: that system is not run again. Where a store does not offer what a
// workload takes, that is part of them too, and it goes on with the next. The folders of the stores
// are always removed.

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "bench/workloads/measurement.h"
#include "bench/workloads/settings.h"
#include "bench/workloads/system.h"
#include "bench/workloads/workload.h"

namespace kv::bench {

struct Plan {
  Settings settings;
  std::vector<System> systems;
  std::vector<const Workload*> workloads;
  std::size_t baseline = 0;  // the system that the others are compared with
  std::size_t rounds = 5;
  std::filesystem::path directory;  // persistent engines get folders in it
  std::chrono::seconds run_limit{3600};
};

// What ended a system's part.
struct Trouble {
  std::size_t workload = 0;  // its number in the plan; those behind it were not run any more
  std::size_t round = 0;
  std::string cause;
};

struct SystemResults {
  // By workload, then by round. Nothing where it was not run.
  std::vector<std::vector<std::optional<Measurement>>> measurements;
  std::optional<Trouble> trouble;
};

using Results = std::vector<SystemResults>;  // in the order of the plan's systems

// Whether folders can be made in it: better known at once than after an hour.
Status check_directory(const std::filesystem::path& directory);

// `progress` is told what begins, a line each.
Result<Results> run_campaign(const Plan& plan,
                             const std::function<void(std::string_view)>& progress);

}  // namespace kv::bench
