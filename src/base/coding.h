#pragma once

// How numbers and strings become bytes, the same on every machine. Little-endian throughout.
//
//   fixed32, fixed64   4 and 8 bytes, least significant first
//   varint             7 bits a byte, least significant group first, the high bit says that more
//                      follow: 0..127 take one byte, 2^64-1 takes ten; only the shortest form is
//                      valid
//   string             varint length, then the bytes
//
// *Thread safety*: pure functions. *Errors*: a reader returns false, and leaves `input` as it was,
// when the bytes end too early or the form is not valid; the bytes come from outside, so this is no
// surprise.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace kv {

inline constexpr std::size_t max_varint_bytes = 10;

void append_fixed32(std::string& out, std::uint32_t value);
void append_fixed64(std::string& out, std::uint64_t value);
void append_varint(std::string& out, std::uint64_t value);
void append_string(std::string& out, std::string_view value);

// Each takes its bytes from the front of `input`. The view that take_string sets points into them.
[[nodiscard]] bool take_fixed32(std::string_view& input, std::uint32_t& value);
[[nodiscard]] bool take_fixed64(std::string_view& input, std::uint64_t& value);
[[nodiscard]] bool take_varint(std::string_view& input, std::uint64_t& value);
[[nodiscard]] bool take_string(std::string_view& input, std::string_view& value);

// How many bytes append_varint writes for the value.
std::size_t varint_bytes(std::uint64_t value);

}  // namespace kv
