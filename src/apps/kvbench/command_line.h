#pragma once

// What was asked for on the command line of kvbench.
//
// *Thread safety*: one thread. *Errors*: `invalid_argument`, naming the option and the remedy.

#include <string>
#include <vector>

#include "base/result.h"
#include "bench/workloads/settings.h"
#include "bench/workloads/workload.h"

namespace kv::bench {

struct Arguments {
  bool finished = false;  // --help and --version have printed what was asked for
  bool list = false;
  bool quiet = false;
  std::vector<std::string> systems;  // empty: the first engine
  std::vector<const Workload*> workloads;
  Settings settings;
  std::size_t rounds = 5;
  std::string baseline;   // empty: the first system
  std::string directory;  // empty: the system's folder for temporary files
  std::string json;       // a file, "-" for standard output, or empty
  long limit_seconds = 3600;
};

Result<Arguments> parse_command_line(int argc, char** argv);

}  // namespace kv::bench
