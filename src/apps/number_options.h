#pragma once

// How the programs read a number that stands on the command line. CLI11's own reading takes a
// negative number, and one that has no room in 64 bits, for one that is huge, and 010 for 8.
//
// *Thread safety*: any thread.

#include <cstdint>

namespace CLI {
class Validator;
}

namespace kv {

// For CLI::Option::transform, which hands the program the number in plain digits: a decimal number
// from `least` on; and one of bytes, behind which K, M or G stands for a power of 1024. Whatever
// is none is refused, with a message that says what the option takes.
CLI::Validator whole_number(std::uint64_t least = 0);
CLI::Validator number_of_bytes(std::uint64_t least = 0);

// For CLI::Option::type_name of such an option.
inline constexpr char bytes_type[] = "BYTES[K|M|G]";

}  // namespace kv
