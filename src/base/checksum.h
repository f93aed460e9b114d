#pragma once

// XXH3 (the xxHash library), for checksums of what is stored and for hash tables and filters.
// The same on every machine and in every version, so its values may be written to disk.
//
// It finds accidents, not attacks: whoever chooses the bytes can choose the checksum.
// *Thread safety*: a pure function.

#include <cstdint>
#include <string_view>

namespace kv {

// 64 bits from the bytes and a seed; another seed gives an unrelated value.
std::uint64_t checksum(std::string_view bytes, std::uint64_t seed = 0);

}  // namespace kv
