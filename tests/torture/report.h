#pragma once

// What all runs together have seen.
//
// *Thread safety*: one thread at a time.

#include <cstdint>
#include <string>
#include <vector>

#include "tests/torture/coverage.h"

namespace kv::torture {

struct Violation {
  std::string where;               // the workload, its seed and the accident
  std::string what;                // is wrong
  std::vector<std::string> story;  // the shortest that was found
  std::string command;             // that shows it again
};

struct Report {
  Coverage coverage;
  std::uint64_t workloads = 0;
  std::uint64_t acknowledged = 0;  // writes that had to be there and were looked for
  std::uint64_t recoveries = 0;    // stores opened after an accident
  std::uint64_t torn_tails = 0;    // of killed processes: dropped, and said so
  std::vector<Violation> violations;
};

// What two runs together have seen; of workloads, those of the one that had more: each engine goes
// through the same ones.
void add(Report& sum, const Report& other);

// For people.
std::string told(const Violation& violation);

// The last line: `torture: N crash points, ...`.
std::string summary(const Report& report);

}  // namespace kv::torture
