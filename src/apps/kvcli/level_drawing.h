#pragma once

// The levels of a store as a picture for a terminal: a line each, the newest data above. Level 0
// has a box for every table, since each is one more that a get may have to ask; of the levels below
// a get asks one table each, so that their bytes are what counts: a bar, on one scale for all.
//
//   level 0    3 tables  58.1 KiB  [#][#][#]
//   level 1    9 tables   161 KiB  ####
//   level 2   81 tables  1.52 MiB  ########################################
//   in all    93 tables  1.74 MiB
//
// *Thread safety*: pure functions.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "kv/capabilities.h"

namespace kv::cli {

// In three digits and the unit that fits: "812 B", "19.1 KiB", "4.00 MiB".
std::string bytes_text(std::uint64_t bytes);

// What stands above, at most `width` characters a line where that is enough for the figures and a
// little more; boxes that do not fit are counted: "[#][#] + 12 more". A level without tables
// between others has its line; the sum has one where there are several. "no tables\n" where there
// are none.
// Requires: the levels ascend, as Maintenance::levels gives them.
std::string level_drawing(std::span<const Maintenance::Level> levels, std::size_t width);

}  // namespace kv::cli
