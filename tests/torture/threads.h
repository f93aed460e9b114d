#pragma once

// Many threads write at once, the process dies at a random call, and the same oracle judges. Such a
// run does not come again: which thread comes first is the machine's to say.
//
// *Thread safety*: one run at a time.

#include <cstdint>

#include "tests/torture/report.h"
#include "tests/torture/world.h"

namespace kv::torture {

// So many runs, at every durability in turn.
void crash_threads(const EngineUnderTorture& engine, std::uint64_t seed, std::uint64_t rounds,
                   Report& report);

}  // namespace kv::torture
