#pragma once

// What is compared: an engine in a program. `[label=][program:]engine` on the command line:
//
//   hash                              engine hash of this program
//   leveldb                           a peer of this program
//   mine=build/bin/kvbench_mine:hash  another program's engine, under a name for the tables
//
// A program without a slash is looked for beside this one.
//
// *Thread safety*: one thread at a time (programs are asked what they can run).
// *Errors*: `invalid_argument` for a spec that is none, a program that is missing or no kvbench,
// and an engine that it does not have, with those it has.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "bench/workloads/wire.h"

namespace kv::bench {

struct SystemSpec {
  std::string label;    // empty: made from the rest
  std::string program;  // empty: this one
  std::string engine;

  bool operator==(const SystemSpec&) const = default;
};

struct System {
  std::string label;
  std::string program;  // the path that is run
  EngineInfo engine;
  std::string build;  // Description::build
  bool optimised = false;
};

// One spec. Pure.
Result<SystemSpec> parse_system(std::string_view text);

// What the program can run. `program`: its path.
Result<Description> describe(const std::string& program);

// The systems that the texts name, each a spec or several with commas between; `self` is this
// program's path. Errors also: two of one label.
Result<std::vector<System>> find_systems(std::span<const std::string> texts,
                                         const std::string& self);

}  // namespace kv::bench
