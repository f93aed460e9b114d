#include "apps/kvcourse/holes.h"

#include <fmt/format.h>

#include <optional>

#include "apps/kvcourse/files.h"

namespace kv::course {
namespace {

constexpr std::string_view open_marker = "//[";
constexpr std::string_view close_marker = "//]";

// The digits, the point and the digits that the text starts with: "4.1", or nothing.
std::string task_number(std::string_view text) {
  constexpr std::string_view digits = "0123456789";
  const std::size_t point = text.find_first_not_of(digits);
  if (point == 0 || point == std::string_view::npos || text[point] != '.') return {};
  const std::size_t end = text.find_first_not_of(digits, point + 1);
  const std::string_view number = text.substr(0, end);
  return number.ends_with('.') ? std::string() : std::string(number);
}

// The task that follows `mark` in the text, if any.
std::string task_behind(std::string_view mark, std::string_view text) {
  const std::size_t found = text.find(mark);
  return found == std::string_view::npos ? std::string()
                                         : task_number(text.substr(found + mark.size()));
}

// The task that the comment right above line `index` names, if any; the nearest mention counts.
std::string task_above(const std::vector<std::string>& lines, std::size_t index) {
  while (index > 0) {
    const std::string_view line = trimmed(lines[--index]);
    if (!line.starts_with("//")) break;
    if (std::string task = task_behind("LAB ", line); !task.empty()) return task;
  }
  return {};
}

std::unexpected<Error> wrong(std::string_view file, std::size_t line, std::string_view what) {
  return failure(Code::invalid_argument, fmt::format("{}:{}: {}", file, line, what));
}

// The hole that opens at line `index`, as far as its opening marker tells.
Result<Hole> open_hole(std::string_view file, const std::vector<std::string>& lines,
                       std::size_t index) {
  const std::string_view text = trimmed(trimmed(lines[index]).substr(open_marker.size()));
  Hole hole{.task = task_behind("todo(\"", text), .shown = std::string(text), .opens = index + 1};
  const std::string above = task_above(lines, index);
  if (hole.task.empty()) {
    hole.task = above;
  } else if (!above.empty() && above != hole.task) {
    return wrong(file, index + 1,
                 fmt::format("the hole says todo(\"{}\") and the comment above it LAB {}; name "
                             "one task in both",
                             hole.task, above));
  }
  return hole;
}

// Helpers go with the hole below them, or else with the one above.
void adopt_helpers(std::vector<Hole>& holes) {
  for (std::size_t i = holes.size(); i-- > 1;) {
    if (holes[i - 1].task.empty()) holes[i - 1].task = holes[i].task;
  }
  for (std::size_t i = 1; i < holes.size(); ++i) {
    if (holes[i].task.empty()) holes[i].task = holes[i - 1].task;
  }
}

bool is_empty(std::string_view line) { return trimmed(line).empty(); }

}  // namespace

Result<Solution> parse_solution(std::string_view file, std::string_view text) {
  Solution solution{.lines = split_lines(text), .holes = {}};
  std::optional<Hole> open;
  for (std::size_t i = 0; i < solution.lines.size(); ++i) {
    const std::string_view line = trimmed(solution.lines[i]);
    if (line.starts_with(open_marker)) {
      if (open) {
        return wrong(file, i + 1,
                     fmt::format("a hole inside the hole of line {}: close that one with //] first",
                                 open->opens));
      }
      auto hole = open_hole(file, solution.lines, i);
      if (!hole) return failure(std::move(hole));
      open = std::move(*hole);
    } else if (line.starts_with(close_marker)) {
      if (!open) return wrong(file, i + 1, "//] without a //[ above it: open the hole or drop it");
      if (line != close_marker) {
        return wrong(file, i + 1, "text behind //]: the closing marker stands alone on its line");
      }
      open->closes = i + 1;
      solution.holes.push_back(*std::move(open));
      open.reset();
    } else if (line.find(open_marker) != std::string_view::npos ||
               line.find(close_marker) != std::string_view::npos) {
      return wrong(file, i + 1, "a marker inside a line: //[ and //] stand first on their lines");
    } else if (open && !line.empty()) {
      ++open->written;
    }
  }
  if (open) return wrong(file, open->opens, "this hole is never closed: put //] behind it");
  adopt_helpers(solution.holes);
  return solution;
}

std::string fill(const Solution& solution, const std::set<std::string>& tasks) {
  std::string text;
  auto hole = solution.holes.begin();
  const auto add = [&text](std::string_view line) { text.append(line).push_back('\n'); };
  const auto ends_empty = [&text] { return text.empty() || text.ends_with("\n\n"); };
  for (std::size_t i = 0; i < solution.lines.size(); ++i) {
    const std::string& line = solution.lines[i];
    if (hole == solution.holes.end() || i + 1 < hole->opens) {
      add(line);
    } else if (tasks.contains(hole->task)) {
      if (i + 1 != hole->opens && i + 1 != hole->closes) add(line);
      if (i + 1 == hole->closes) ++hole;
    } else {
      if (!hole->shown.empty()) add(line.substr(0, line.find(open_marker)) + hole->shown);
      i = hole->closes - 1;  // go on behind the closing marker
      const bool gap = i + 1 < solution.lines.size() && is_empty(solution.lines[i + 1]);
      if (hole->shown.empty() && gap && ends_empty()) ++i;
      ++hole;
    }
  }
  return text;
}

std::string skeleton_of(const Solution& solution) { return fill(solution, {}); }

std::set<std::string> tasks_of(const Solution& solution) {
  std::set<std::string> tasks;
  for (const Hole& hole : solution.holes) {
    if (!hole.task.empty()) tasks.insert(hole.task);
  }
  return tasks;
}

std::size_t written_lines(const Solution& solution) {
  std::size_t written = 0;
  for (const Hole& hole : solution.holes) written += hole.written;
  return written;
}

}  // namespace kv::course
