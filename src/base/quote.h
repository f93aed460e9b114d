#pragma once

// Any bytes as one line of text for people: keys and values in messages and output. It hides no
// byte, and does not move the cursor of whoever reads it.
//
//   \\  a backslash    \"  a quote, where quotes stand around the whole    \xNN  a byte: of control
//                       characters (U+0000 to U+001F, U+007F to U+009F), and what is no UTF-8
//
// All other UTF-8 stays as it is.
//
// *Thread safety*: pure functions.

#include <cstddef>
#include <string>
#include <string_view>

namespace kv {

// The bytes with these escapes. Different bytes give different texts.
std::string escape(std::string_view bytes);

// As escape, in quotes.
std::string quote(std::string_view bytes);

// As quote, but of more than 80 bytes only the first 40 (or up to 3 fewer, so that no letter is
// cut), and how many there are. For messages: a key may be long.
std::string abbreviated(std::string_view bytes);

// As escape, but a backslash stays one: for text that may hold escapes already.
std::string printable(std::string_view text);

// How many bytes the UTF-8 sequence at the front takes, 1 to 4; 0 where it is not well-formed
// (RFC 3629: shortest form, no surrogates, up to U+10FFFF).  Requires: text is not empty.
std::size_t utf8_length(std::string_view text);

bool is_utf8(std::string_view text);

}  // namespace kv
