#pragma once

// What a person most likely meant who typed a name that nobody knows: for "did you mean …?".
//
// *Thread safety*: a pure function.

#include <span>
#include <string_view>

namespace kv {

// The one of the known names that differs from what was typed by the fewest letters (left out, put
// in, taken for another, or two exchanged), two at the most and no more than half of them; or
// empty. Lives as long as the names.
std::string_view nearest(std::string_view typed, std::span<const std::string_view> known);

}  // namespace kv
