#include "apps/kvcourse/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace kv::course {
namespace {

// A character of UTF-8 at the front of a text: how long it is and which; 0 bytes where there is
// none (a stray or missing continuation, an overlong form, a surrogate).
struct Decoded {
  std::size_t size_bytes = 0;
  char32_t character = 0;
};

Decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {1, first};
  const std::size_t size = first >= 0xf0 ? 4U : first >= 0xe0 ? 3U : 2U;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return {};
  char32_t character = first & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    character = character << 6 | (byte(i) & 0x3fU);
  }
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = character >= 0xd800 && character <= 0xdfff;
  if (character < least[size] || character > 0x10ffff || surrogate) return {};
  return {size, character};
}

bool xml_allows(char32_t c) {
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c != 0xfffe && c != 0xffff);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const Decoded next = decode(text);
    const bool control = next.character < 0x20 || (next.character >= 0x7f && next.character < 0xa0);
    if (next.size_bytes == 0 || (control && text[0] != '\n' && text[0] != '\t')) {
      for (const char c : text.substr(0, std::max<std::size_t>(1, next.size_bytes)))
        result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      result += text.substr(0, next.size_bytes);
    }
    text.remove_prefix(std::max<std::size_t>(1, next.size_bytes));
  }
  return result;
}

std::string xml(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const Decoded next = decode(text);
    if (next.size_bytes == 0 || !xml_allows(next.character)) {
      result += "\uFFFD";
    } else {
      switch (text[0]) {
        case '&': result += "&amp;"; break;
        case '<': result += "&lt;"; break;
        case '>': result += "&gt;"; break;
        case '"': result += "&quot;"; break;
        case '\r': result += "&#13;"; break;
        default: result += text.substr(0, next.size_bytes);
      }
    }
    text.remove_prefix(std::max<std::size_t>(1, next.size_bytes));
  }
  return result;
}

std::string indented(std::string_view text, std::size_t blanks, std::size_t most_lines) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  std::string result;
  for (std::size_t lines = 0; !text.empty(); ++lines) {
    if (lines == most_lines) {
      const auto left = std::ranges::count(text, '\n') + 1;
      return result + fmt::format("{:{}}... {} more lines\n", "", blanks, left);
    }
    const std::size_t end = std::min(text.find('\n'), text.size());
    result += fmt::format("{:{}}{}\n", "", blanks, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

}  // namespace kv::course
