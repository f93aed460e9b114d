#pragma once

// Stores that others wrote, behind our interface: what we compare ourselves with. Each is optional;
// the table lists those whose library was found when kvdb was built.
//
// *Thread safety*: as Store. *Errors*: as Store; each peer's header comment says what it cannot do.

#include <span>
#include <string_view>

#include "engines/table.h"

namespace kv {

// In the order of the table in docs/benchmarks.md. Valid for ever.
std::span<const Engine> peers();

// The peer of that name, or null.
const Engine* find_peer(std::string_view name);

}  // namespace kv
