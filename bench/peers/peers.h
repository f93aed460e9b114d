#pragma once

// Stores that others wrote, behind our interface: what we compare ourselves with. Each is optional;
// the table lists those whose library was found when kvdb was built.
//
// *Thread safety*: as Store. *Errors*: as Store; each peer's header comment says what it cannot do.

#include <span>

#include "engines/table.h"

namespace kv {

// Those in memory first. Valid for ever.
std::span<const Engine> peers();

}  // namespace kv
