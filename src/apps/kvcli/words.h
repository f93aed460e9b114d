#pragma once

// How bytes are read where people type: the words of a command line, and the escapes that carry any
// byte through plain text. Those that base/quote.h writes, and some more:
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

#include "base/quote.h"
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

}  // namespace kv::cli
