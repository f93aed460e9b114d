#include "apps/kvcourse/style_limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "apps/kvcourse/files.h"

namespace kv::course {
namespace {

// The text with comments, literals and preprocessor lines blanked out, line ends kept.
class Blanker {
 public:
  explicit Blanker(std::string_view text) : text_(text) {}

  std::string blank() {
    while (at_ < text_.size()) {
      const std::string_view rest = text_.substr(at_);
      if (rest.starts_with("//")) {
        skip(text_.find('\n', at_));
      } else if (rest.starts_with("/*")) {
        skip_behind("*/", at_ + 2);
      } else if (rest.starts_with("R\"")) {
        const std::size_t open = text_.find('(', at_);
        if (open == std::string_view::npos) break;
        skip_behind(fmt::format("){}\"", text_.substr(at_ + 2, open - at_ - 2)), open);
      } else if (rest[0] == '"' || (rest[0] == '\'' && !is_digit_separator())) {
        skip_literal(rest[0]);
      } else if (rest[0] == '#' && trimmed(line_so_far()).empty()) {
        skip_directive();
      } else {
        out_.push_back(text_[at_++]);
      }
    }
    return std::move(out_);
  }

 private:
  std::string_view line_so_far() const {
    const std::size_t end = out_.rfind('\n');
    return std::string_view(out_).substr(end == std::string::npos ? 0 : end + 1);
  }

  bool is_digit_separator() const {
    return at_ > 0 && std::isxdigit(static_cast<unsigned char>(text_[at_ - 1])) != 0;
  }

  void skip(std::size_t end) {
    for (end = std::min(end, text_.size()); at_ < end; ++at_) {
      if (text_[at_] == '\n') out_.push_back('\n');
    }
  }

  void skip_behind(std::string_view mark, std::size_t from) {
    const std::size_t found = text_.find(mark, from);
    skip(found == std::string_view::npos ? found : found + mark.size());
  }

  void skip_literal(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote) end += text_[end] == '\\' ? 2 : 1;
    skip(end + 1);
  }

  void skip_directive() {
    std::size_t end = text_.find('\n', at_);
    while (end != std::string_view::npos && end > 0 && text_[end - 1] == '\\') {
      end = text_.find('\n', end + 1);
    }
    skip(end);
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
};

// Where the head goes on behind "template <class T, ...>"; `at` is where that begins.
std::size_t behind_template(std::string_view head, std::size_t at) {
  int depth = 0;
  for (; at < head.size(); ++at) {
    if (head[at] == '<') ++depth;
    if (head[at] == '>' && --depth == 0) return at + 1;
  }
  return head.size();
}

// Whether a block with this head is a function's body. `head` is what stands between the last ; {
// or } and the brace.
bool is_function(std::string_view head) {
  const std::size_t parameters = head.find('(');
  if (parameters == std::string_view::npos) return false;
  constexpr std::array others = {"namespace", "class", "struct", "enum",  "union", "if",
                                 "for",       "while", "switch", "catch", "else",  "do"};
  std::string_view before = head.substr(0, parameters);
  if (const std::size_t at = before.find("template <"); at != std::string_view::npos) {
    before.remove_prefix(behind_template(before, at));
  }
  while (!before.empty()) {
    const std::size_t begin =
        std::min(static_cast<std::size_t>(
                     std::find_if(before.begin(), before.end(),
                                  [](unsigned char c) { return std::isalpha(c) != 0; }) -
                     before.begin()),
                 before.size());
    before.remove_prefix(begin);
    const std::size_t end = static_cast<std::size_t>(
        std::find_if(before.begin(), before.end(),
                     [](unsigned char c) { return std::isalnum(c) == 0 && c != '_'; }) -
        before.begin());
    const std::string_view word = before.substr(0, end);
    if (std::find(others.begin(), others.end(), word) != others.end()) return false;
    before.remove_prefix(end);
  }
  return true;
}

struct Block {
  std::size_t line;  // where its head begins
  bool function;
};

}  // namespace

Findings check_limits(const std::string& file, std::string_view text) {
  Findings findings;
  const std::size_t lines = split_lines(text).size();
  if (lines > file_limit_lines) {
    findings.push_back(
        {file, 0, fmt::format("{} lines, at most {}: part it by ideas", lines, file_limit_lines)});
  }
  const std::string code = Blanker(text).blank();
  std::vector<Block> open;
  std::size_t line = 1;
  std::size_t head = 0;       // where the head of the next block begins
  std::size_t head_line = 0;  // the line of its first word; 0: none yet
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (code[i] == '\n') ++line;
    if (head_line == 0 && std::isspace(static_cast<unsigned char>(code[i])) == 0) head_line = line;
    if (code[i] != '{' && code[i] != '}' && code[i] != ';') continue;
    if (code[i] == '{') {
      open.push_back({head_line, is_function(std::string_view(code).substr(head, i - head))});
    } else if (code[i] == '}' && !open.empty()) {
      const std::size_t length = line - open.back().line + 1;
      if (open.back().function && length > function_limit_lines) {
        findings.push_back({file, open.back().line,
                            fmt::format("a function of {} lines, at most {}: give its parts names",
                                        length, function_limit_lines)});
      }
      open.pop_back();
    }
    head = i + 1;
    head_line = 0;
  }
  return findings;
}

}  // namespace kv::course
