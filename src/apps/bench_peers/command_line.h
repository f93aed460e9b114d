#pragma once

// What was asked for on the command line of bench_peers.
//
// *Thread safety*: one thread. *Errors*: `invalid_argument`, naming the option and the remedy.

#include <cstdint>
#include <string>
#include <vector>

#include "apps/bench_peers/goals.h"
#include "base/result.h"

namespace kv::bench {

struct PeerArguments {
  bool finished = false;  // --help and --version have printed what was asked for
  std::size_t rounds = 5;
  std::uint64_t entries = 1'000'000;
  std::string json;         // a file, or empty
  std::string directory;    // empty: the system's folder for temporary files
  std::vector<Goal> goals;  // those whose rows are wanted; one at least
};

Result<PeerArguments> parse_peer_arguments(int argc, char** argv);

}  // namespace kv::bench
