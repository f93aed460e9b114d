#pragma once

// What was asked for on the command line of torture.
//
// *Thread safety*: one thread. *Errors*: `invalid_argument`, naming the option and the remedy.

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/simulated_file_system.h"
#include "tests/torture/accident.h"
#include "tests/torture/engines_under_torture.h"

namespace kv::torture {

struct Arguments {
  bool finished = false;  // --help has printed what was asked for
  bool list = false;
  bool slice = false;
  bool first = false;    // stop at the first violation
  bool damage = false;   // only that
  bool misread = false;  // only that
  const EngineUnderTorture* engine = nullptr;  // null: all, one after the other
  std::string workload;  // empty: all
  std::optional<std::uint64_t> seed;
  std::optional<Accident> accident;
  std::optional<Fault> fault;
  std::uint64_t passing = 0;
  std::optional<std::uint64_t> kill_rounds;
  std::string child;  // its directory; empty: this is no child
  Durability durability = Durability::wal;
};

Result<Arguments> parse_command_line(int argc, char** argv);

}  // namespace kv::torture
