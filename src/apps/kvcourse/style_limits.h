#pragma once

// The limits of size that the project keeps to: 400 lines for a file, 70 for a function.
//
// Functions are found by their braces, not by parsing C++: a brace whose head holds a parameter
// list and begins with none of the words that make other blocks. Comments, literals and the
// preprocessor's lines are passed over.
//
// *Thread safety*: pure functions.

#include <cstddef>
#include <string>
#include <string_view>

#include "apps/kvcourse/finding.h"

namespace kv::course {

inline constexpr std::size_t file_limit_lines = 400;
inline constexpr std::size_t function_limit_lines = 70;

// What exceeds the limits in one source file.
Findings check_limits(const std::string& file, std::string_view text);

}  // namespace kv::course
