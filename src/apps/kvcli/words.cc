#include "apps/kvcli/words.h"

#include <fmt/format.h>

#include <charconv>

namespace kv::cli {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Takes one escape, which begins with a backslash, from the front of `text`.
Status take_escape(std::string_view& text, std::string& out) {
  const char kind = text.size() < 2 ? '\0' : text[1];
  constexpr std::string_view simple = "\\\"ntrs";
  constexpr std::string_view meaning = "\\\"\n\t\r ";
  if (const auto found = simple.find(kind); found != std::string_view::npos && kind != '\0') {
    out.push_back(meaning[found]);
    text.remove_prefix(2);
    return {};
  }
  if (kind == 'x' && text.size() >= 4) {
    unsigned value = 0;
    const char* digits = text.data() + 2;
    const auto [end, error] = std::from_chars(digits, digits + 2, value, 16);
    if (error == std::errc() && end == digits + 2) {
      out.push_back(static_cast<char>(value));
      text.remove_prefix(4);
      return {};
    }
  }
  return failure(Code::invalid_argument,
                 fmt::format("no escape is written {}; a backslash is \\\\, any byte \\xNN",
                             printable(text.substr(0, kind == 'x' ? 4 : 2))));
}

// Takes a word in quotes, from the first quote to the last, from the front of `text`.
Status take_quoted(std::string_view& text, std::string& out) {
  const std::string_view word = text;
  text.remove_prefix(1);
  while (!text.empty() && text.front() != '"') {
    if (text.front() == '\\') {
      if (Status taken = take_escape(text, out); !taken) return taken;
    } else {
      out.push_back(text.front());
      text.remove_prefix(1);
    }
  }
  if (text.empty()) {
    return failure(Code::invalid_argument, fmt::format("the quote in {} is never closed; end it "
                                                       "with \", or write \\\" for a quote",
                                                       printable(word.substr(0, 20))));
  }
  text.remove_prefix(1);
  if (!text.empty() && !is_blank(text.front())) {
    return failure(Code::invalid_argument,
                   fmt::format("a blank must follow the closing quote, not {}; inside of quotes a "
                               "quote is \\\"",
                               printable(text.substr(0, 1))));
  }
  return {};
}

Status take_bare(std::string_view& text, std::string& out) {
  while (!text.empty() && !is_blank(text.front())) {
    if (text.front() == '\\') {
      if (Status taken = take_escape(text, out); !taken) return taken;
    } else {
      out.push_back(text.front());
      text.remove_prefix(1);
    }
  }
  return {};
}

}  // namespace

Result<std::vector<Word>> split(std::string_view line) {
  std::vector<Word> words;
  for (;;) {
    while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
    if (line.empty() || line.front() == '#') return words;
    Word& word = words.emplace_back();
    word.quoted = line.front() == '"';
    Status taken = word.quoted ? take_quoted(line, word.bytes) : take_bare(line, word.bytes);
    if (!taken) return failure(std::move(taken));
  }
}

Result<std::string> unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find('\\'), text.size());
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    if (Status taken = take_escape(text, out); !taken) return failure(std::move(taken));
  }
  return out;
}

}  // namespace kv::cli
