#pragma once

// How bytes are written where people type and read: the words of a command line, and the escapes
// that carry any byte through plain text.
//
//   \\  a backslash    \"  a quote    \n \t \r  line feed, tab, carriage return
//   \s  a space        \xNN  the byte with that number, two hexadecimal digits
//
// A line is words between blanks. A word that begins with a quote ends at the next one and may hold
// blanks; in any other word a quote is a byte like the rest. `#` at the start of a word begins a
// comment, up to the end of the line. Escapes are understood in both kinds of word.
//
// *Thread safety*: pure functions. *Errors*: `invalid_argument`, naming the place and the remedy;
// the text comes from outside. *Invariants*: unescape(escape(b)) == b for any bytes b, and
// split(quote(b)) is one word, b.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kv::cli {

struct Word {
  std::string bytes;
  bool quoted = false;  // never an option then: get "--limit" asks for a key of that name

  bool operator==(const Word&) const = default;
};

// The words of a line. None for a blank line or a comment.
Result<std::vector<Word>> split(std::string_view line);

// The bytes that a text with escapes stands for.
Result<std::string> unescape(std::string_view text);

// One line of text for any bytes: a backslash as \\, whatever is not printable as \xNN. Well-formed
// UTF-8 stays as it is, but for control characters.
std::string escape(std::string_view bytes);

// For messages: as escape, but a backslash stays one. Text from outside must not move the cursor of
// whoever reads it.
std::string printable(std::string_view text);

// The bytes as one word of a line, in quotes, with the escapes it needs.
std::string quote(std::string_view bytes);

// As quote, with the end of long ones left out: for messages.
std::string abbreviated(std::string_view bytes);

// How many bytes the UTF-8 sequence at the front takes, 1 to 4; 0 where it is not well-formed
// (RFC 3629: shortest form, no surrogates, up to U+10FFFF).  Requires: text is not empty.
std::size_t utf8_length(std::string_view text);

bool is_utf8(std::string_view text);

}  // namespace kv::cli
