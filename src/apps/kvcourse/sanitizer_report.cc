#include "apps/kvcourse/sanitizer_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace kv::course {
namespace {

// The text from the first line of the first report on.
std::optional<std::string_view> from_first_report(std::string_view errors) {
  std::size_t begin = errors.npos;
  // Before these words stands the number of a process, which tells nobody anything.
  for (const std::string_view words :
       {"ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "WARNING: ThreadSanitizer"})
    begin = std::min(begin, errors.find(words));
  // Before these stands the place in the source.
  if (const std::size_t words = errors.find("runtime error: "); words < begin)
    begin = errors.substr(0, words).rfind('\n') + 1;  // npos + 1 is 0
  if (begin == errors.npos) return std::nullopt;
  return errors.substr(begin);
}

// "    #1 kv::SkipList::insert(...) labs/03-memtable/skip_list.cc:88 (program+0x1f)"
bool is_frame(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  return line.starts_with('#');
}

constexpr auto folders = std::to_array<std::string_view>({"labs/", "src/", "tests/", "solutions/"});

// With the places in the project told from its root on, and frames without the offset in the
// program. A report names a source as its compiler was given it: from the build folder
// (build/<preset>) on, or in full.
std::string shortened(std::string_view line, std::string_view root) {
  const std::size_t module = line.rfind(" (");
  if (is_frame(line) && module != line.npos && line.substr(module).find("+0x") != line.npos)
    line = line.substr(0, module);
  std::string text(line);
  for (const std::string& up : {std::string("../../"), fmt::format("{}/", root)}) {
    for (const std::string_view folder : folders) {
      const std::size_t at = text.find(fmt::format("{}{}", up, folder));
      if (at != text.npos && (at == 0 || text[at - 1] == ' ')) text.erase(at, up.size());
    }
  }
  return text;
}

// Of a frame that was shortened.
bool is_in_project(std::string_view frame) {
  return std::ranges::any_of(folders, [frame](std::string_view folder) {
    return frame.find(fmt::format(" {}", folder)) != frame.npos;
  });
}

// The lines of the report: up to its summary, which all but the undefined-behaviour sanitizer have.
std::vector<std::string> lines_of_report(std::string_view text, std::string_view root) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(shortened(text.substr(0, end), root));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (lines.back().starts_with("SUMMARY: ")) break;
  }
  return lines;
}

}  // namespace

std::optional<SanitizerReport> first_sanitizer_report(std::string_view errors,
                                                      std::string_view root) {
  constexpr std::size_t most_lines = 40;
  constexpr std::size_t most_frames = 8;  // of a stack: a deep recursion must not hide what follows
  const std::optional<std::string_view> report = from_first_report(errors);
  if (!report) return std::nullopt;
  const std::vector<std::string> lines = lines_of_report(*report, root);
  const auto ours = [](std::string_view line) { return is_frame(line) && is_in_project(line); };
  const bool any_ours = std::ranges::any_of(lines, ours);

  SanitizerReport shown{.headline = lines.front(), .text = {}};
  std::size_t line_count = 0;
  std::size_t frames = 0;
  for (const std::string& line : lines) {
    if (!is_frame(line)) {
      frames = 0;
    } else if ((any_ours && !ours(line)) || ++frames > most_frames) {
      continue;
    }
    if (++line_count > most_lines) break;
    shown.text += line + "\n";
  }
  return shown;
}

}  // namespace kv::course
