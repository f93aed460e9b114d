#pragma once

// Crashes a script at each of its calls, and for each looks at what every kind of crash leaves.
//
// *Thread safety*: one thread at a time.

#include <cstdint>
#include <string>

#include "tests/torture/accident.h"

namespace kv::torture {

inline constexpr CrashPolicy all_policies[] = {
    CrashPolicy::process_death, CrashPolicy::nothing,        CrashPolicy::everything,
    CrashPolicy::torn_prefix,   CrashPolicy::random_sectors, CrashPolicy::lost_entry};

struct Pace {
  std::uint64_t every = 1;         // of the calls, one of so many
  std::uint64_t second_every = 8;  // of these, one of so many has its recovery crash, too
};

// What a crash is of: "workload puts-wal, seed 3".
std::string title(const Script& script);

// Stops at the first violation; the others of a script are of the same kind, as a rule.
void crash_everywhere(const EngineUnderTorture& engine, const Script& script, const Pace& pace,
                      Report& report);

// Makes the history shorter, tells it and puts it into the report.
void add_violation(const EngineUnderTorture& engine, const Script& script, const Accident& accident,
                   const std::string& what, Report& report);

}  // namespace kv::torture
