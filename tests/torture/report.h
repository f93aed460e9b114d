#pragma once

// What all runs together have seen.
//
// *Thread safety*: one thread at a time.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/torture/coverage.h"

namespace kv::torture {

struct Violation {
  std::string where;               // the workload, its seed and the accident
  std::string what;                // is wrong
  std::vector<std::string> story;  // the shortest that was found
  std::string options;             // with which torture shows it again
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

// For people. `program` is what this torture was called as: another one, of other labs, may hold no
// such violation.
std::string told(const Violation& violation, std::string_view program);

// "1 workload", "2 workloads"; `several` where an s does not make it.
std::string counted(std::uint64_t count, std::string_view what, std::string_view several = {});

// "7 acknowledged writes checked, 1 recovery, 0 violations".
std::string looked_at(const Report& report);

// The last line: `torture: N crash points, ...`.
std::string summary(const Report& report);

}  // namespace kv::torture
