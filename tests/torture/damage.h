#pragma once

// Damages the files of a small store, which nothing has torn: each log cut at every byte, each bit
// of each file flipped; tables cut, missing, swapped, of another store or of a later version.
//
// *Thread safety*: one thread at a time.

#include <cstdint>

#include "tests/torture/report.h"
#include "tests/torture/world.h"

namespace kv::torture {

// Takes one place of so many. Stops at the first violation of each kind.
void damage_everywhere(const EngineUnderTorture& engine, std::uint64_t every, Report& report);

}  // namespace kv::torture
