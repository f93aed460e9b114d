#pragma once

// Text that came out of a student's program, made fit for where it goes. Pure functions.

#include <string>
#include <string_view>

namespace kv::course {

// For a terminal: control characters other than line ends and tabs become \xNN, so that no program
// can move the cursor of whoever reads its grade.
std::string printable(std::string_view text);

// For XML: the markup's characters escaped; bytes that are no UTF-8, and characters that XML does
// not allow, become U+FFFD.
std::string xml(std::string_view text);

// Every line with so many blanks before it, and an end behind the last one. At most `most_lines`;
// of more it says how many are left out.
std::string indented(std::string_view text, std::size_t blanks, std::size_t most_lines = 40);

}  // namespace kv::course
