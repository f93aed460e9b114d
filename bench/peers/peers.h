#pragma once

// Stores that others wrote, behind our interface: what we compare ourselves with. Each is optional;
// the table lists those whose library was found when kvdb was built.
//
// *Thread safety*: as Store. *Errors*: as Store; each peer's header comment says what it cannot do.

#include <span>
#include <string>
#include <string_view>

#include "engines/table.h"

namespace kv {

// Those in memory first. Valid for ever.
std::span<const Engine> peers();

// The settings of the peer's tables under these options, its own defaults included, for people.
// Empty for a peer that keeps none, and for a name that is no peer's.
std::string peer_settings(std::string_view peer, const Options& options);

// The version of the library that keeps its files, "1.23"; empty for a peer without files, and for
// a name that is no peer's.
std::string peer_version(std::string_view peer);

}  // namespace kv
