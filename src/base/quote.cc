#include "base/quote.h"

#include <fmt/format.h>

#include <iterator>

namespace kv {
namespace {

unsigned byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

// Whether the sequence of so many bytes at the front is a control character, or DEL to U+009F.
bool is_control(std::string_view text, std::size_t length) {
  if (length == 1) return byte_at(text, 0) < 0x20 || byte_at(text, 0) == 0x7f;
  return length == 2 && byte_at(text, 0) == 0xc2 && byte_at(text, 1) < 0xa0;
}

std::string escaped(std::string_view bytes, bool escape_backslash, bool escape_quote) {
  std::string out;
  out.reserve(bytes.size() + 2);
  while (!bytes.empty()) {
    const std::size_t length = utf8_length(bytes);
    const char first = bytes.front();
    if (length == 0 || is_control(bytes, length)) {
      // Byte by byte: the second half of a control character is then no longer well-formed either.
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte_at(bytes, 0));
      bytes.remove_prefix(1);
      continue;
    }
    if ((first == '\\' && escape_backslash) || (first == '"' && escape_quote)) out.push_back('\\');
    out.append(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
  return out;
}

}  // namespace

std::string escape(std::string_view bytes) { return escaped(bytes, true, false); }

std::string quote(std::string_view bytes) { return '"' + escaped(bytes, true, true) + '"'; }

std::string abbreviated(std::string_view bytes) {
  constexpr std::size_t most = 80;
  if (bytes.size() <= most) return quote(bytes);
  std::size_t end = most / 2;
  while (end > most / 2 - 3 && (byte_at(bytes, end) & 0xc0) == 0x80) --end;  // no letter is cut
  return fmt::format("{}… ({} bytes)", quote(bytes.substr(0, end)), bytes.size());
}

std::string printable(std::string_view text) { return escaped(text, false, false); }

std::size_t utf8_length(std::string_view text) {
  const unsigned first = byte_at(text, 0);
  if (first < 0x80) return 1;
  const std::size_t length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (length == 0 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte_at(text, i) & 0xc0) != 0x80) return 0;
  }
  const unsigned second = byte_at(text, 1);
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool surrogate = first == 0xed && second >= 0xa0;
  const bool too_large = first == 0xf4 && second >= 0x90;
  return overlong || surrogate || too_large ? 0 : length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace kv
