#pragma once

// Real processes on real files: a child writes, says what was acknowledged, and is killed by
// SIGKILL at a moment that a seed chooses, over and over in one directory. What was acknowledged at
// `wal` and `sync` is there when the parent opens the store; at `none` a prefix is.
//
// (The power cannot be taken away from a real disk here: that is what simulated ones are for.)
//
// *Thread safety*: one run at a time.

#include <cstdint>
#include <string>

#include "tests/torture/report.h"
#include "tests/torture/world.h"

namespace kv::torture {

struct Child {
  std::string engine;
  std::string directory;
  Durability durability;
  std::uint64_t seed;
};

// What the child does: opens the store, tells its last sequence number, writes a script drawn from
// the seed, and tells the number after each write that was acknowledged: one number a line, on
// standard output. Gives the exit code, if nobody kills it.
int write_until_killed(const EngineUnderTorture& engine, const Child& child);

// So many children, at every durability in turn; `program` is this one.
void kill_children(const EngineUnderTorture& engine, const std::string& program, std::uint64_t seed,
                   std::uint64_t rounds, Report& report);

}  // namespace kv::torture
