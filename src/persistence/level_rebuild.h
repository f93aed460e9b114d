#pragma once

// Makes a new manifest, and new tables for it, of all that a directory holds: for a store of engine
// lsm whose manifest does not say which tables count. persistence/salvage.h tells why that is
// right, and what may be wrong with it.
//
// *Thread safety*: one thread at a time for each directory.
// *Errors*: `corruption` for tables that tell of different writes of one number; those of the
// files.

#include "persistence/level_salvage_parts.h"

namespace kv {

Status rebuild_levels(const FoundLevels& found);

}  // namespace kv
