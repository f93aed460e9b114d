#include "apps/kvcourse/failure_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "apps/kvcourse/text.h"

namespace kv::course {
namespace {

// In bytes. What is longer is cut to `window`; a cut that saves less is none.
constexpr std::size_t long_line = 160;
constexpr std::size_t window = 120;
constexpr std::size_t before_difference = 50;
constexpr std::ptrdiff_t most_lines = 12;

// Shorter values are shown again: two failures may have the same "7" for two reasons.
constexpr std::size_t worth_leaving_out = 40;

constexpr std::string_view which_is = "    Which is: ";
constexpr std::string_view cut_mark = "…";

std::vector<std::string_view> lines_of(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  std::vector<std::string_view> lines;
  for (std::size_t end = text.find('\n'); end != text.npos; end = text.find('\n')) {
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  lines.push_back(text);
  return lines;
}

// `indent`: the bytes that stand before the text in its line.
bool is_long(std::string_view text, std::size_t indent = 0) {
  const std::vector<std::string_view> lines = lines_of(text);
  return std::ssize(lines) > most_lines ||
         std::ranges::any_of(lines, [&](auto line) { return indent + line.size() > long_line; });
}

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

// The place, or the begin of the character that it lies in.
std::size_t character_at(std::string_view text, std::size_t place) {
  if (place >= text.size()) return text.size();
  while (place > 0 && continues_character(text[place])) --place;
  return place;
}

std::string stretch(std::string_view text, std::size_t begin) {
  begin = std::min(begin, text.size());
  const std::size_t end = character_at(text, begin + window);
  return fmt::format("{}{}{}", begin > 0 ? cut_mark : "", text.substr(begin, end - begin),
                     end < text.size() ? cut_mark : "");
}

// Some way before the place, at the begin of a word where there is one.
std::size_t word_before(std::string_view text, std::size_t place) {
  const std::size_t begin = character_at(text, place - std::min(place, before_difference));
  const std::size_t blank = text.substr(0, begin + before_difference / 2).find(' ', begin);
  return begin == 0 || blank >= place ? begin : blank + 1;
}

// Two texts that differ, short enough to be read.
struct Pair {
  std::string first;
  std::string second;
  std::size_t agree = 0;  // characters in front; 0 where the texts are whole
};

Pair around_difference(const std::string& first, const std::string& second,
                       std::size_t indent = 0) {
  if (!is_long(first, indent) && !is_long(second, indent)) return {first, second};
  const auto [mine, theirs] = std::ranges::mismatch(first, second);
  const auto same = static_cast<std::size_t>(mine - first.begin());
  if (same == first.size() && same == second.size()) return {beginning(first), beginning(second)};
  const std::size_t at = character_at(first, same);
  const std::size_t begin = word_before(first, at);
  const auto characters = at - static_cast<std::size_t>(std::ranges::count_if(
                                   std::string_view(first).substr(0, at), continues_character));
  return {stretch(first, begin), stretch(second, begin), characters};
}

std::string agreement(std::size_t characters) {
  return characters == 0 ? "" : fmt::format("; the first {} characters agree", characters);
}

// The lines behind the first with so many blanks before them.
std::string hanging(std::string_view text, std::size_t blanks) {
  std::string result;
  for (const char c : text) {
    result += c;
    if (c == '\n') result.append(blanks, ' ');
  }
  return result;
}

// What is left of a text without what quoting adds to it, once or twice.
std::string unquoted(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\n') result += 'n';
    if (c == '\t') result += 't';
    if (c != '\n' && c != '\t' && c != '\\' && c != '"') result += c;
  }
  return result;
}

}  // namespace

std::string beginning(std::string_view text) {
  return is_long(text) ? stretch(text, 0) : std::string(text);
}

std::string difference_text(const Difference& difference) {
  const std::string where =
      difference.step == 0 ? "after the last step" : fmt::format("step {}", difference.step);
  const auto [expected, seen, agree] =
      around_difference(printable(difference.expected), printable(difference.seen));
  return fmt::format("    {}, {}{}\n      expected  {}\n      seen      {}\n", where,
                     beginning(printable(difference.what)), agreement(agree), hanging(expected, 16),
                     hanging(seen, 16));
}

FailureText::FailureText(const std::optional<Difference>& shown) {
  if (shown) {
    shown_ = {unquoted(printable(shown->expected)), unquoted(printable(shown->seen))};
  }
}

bool FailureText::shown_before(std::string_view value) {
  if (value.size() <= worth_leaving_out) return false;
  const std::string bare = unquoted(value);
  const auto says_it = [&](const std::string& shown) { return shown.contains(bare); };
  if (std::ranges::any_of(shown_, says_it)) return true;
  shown_.push_back(bare);
  return false;
}

std::string FailureText::told(std::string_view failure) {
  const std::string whole = printable(failure);
  std::vector<std::string> lines;
  std::vector<std::size_t> values;  // which of the lines say "Which is"
  for (const std::string_view line : lines_of(whole)) {
    const bool value = line.starts_with(which_is);
    if (value && shown_before(line.substr(which_is.size()))) continue;
    if (value) values.push_back(lines.size());
    lines.push_back(value ? std::string(line) : beginning(line));
  }
  if (values.size() == 2) {
    std::string& first = lines[values[0]];
    std::string& second = lines[values[1]];
    const Pair pair = around_difference(first.substr(which_is.size()),
                                        second.substr(which_is.size()), which_is.size());
    first = std::string(which_is) + pair.first;
    second = std::string(which_is) + pair.second + agreement(pair.agree);
  } else {
    for (const std::size_t value : values) lines[value] = beginning(lines[value]);
  }
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace kv::course
