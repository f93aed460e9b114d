#include "apps/kvcourse/cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace kv::course {

std::vector<std::string> parse_test_list(std::string_view printed) {
  // Suite.
  //   Case
  //   Case/0  # GetParam() = ...
  std::vector<std::string> cases;
  std::string suite;
  while (!printed.empty()) {
    const std::size_t end = std::min(printed.find('\n'), printed.size());
    std::string_view line = printed.substr(0, end);
    printed.remove_prefix(std::min(end + 1, printed.size()));
    const bool indented = line.starts_with("  ");
    if (indented) line.remove_prefix(2);
    line = line.substr(0, line.find(' '));
    if (line.empty()) continue;
    if (!indented) {
      suite = line;
    } else if (suite.ends_with('.')) {
      cases.push_back(suite + std::string(line));
    }
  }
  return cases;
}

bool matches(std::string_view pattern, std::string_view name) {
  // The usual walk: at a mismatch, let the last star take one character more.
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = pattern.npos;
  std::size_t taken = 0;
  while (n < name.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n]) && pattern[p] != '*') {
      ++p;
      ++n;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = n;
    } else if (star != pattern.npos) {
      p = star + 1;
      n = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == pattern.npos;
}

Result<std::vector<std::vector<std::string>>> assign_cases(const Lab& lab,
                                                           const std::vector<std::string>& cases) {
  std::vector<std::vector<std::string>> assigned(lab.tasks.size());
  std::map<std::string, std::string> task_of;
  for (std::size_t i = 0; i < lab.tasks.size(); ++i) {
    const TaskInfo& task = lab.tasks[i];
    for (const std::string& pattern : task.tests) {
      bool found = false;
      for (const std::string& name : cases) {
        if (!matches(pattern, name)) continue;
        found = true;
        const auto [other, is_new] = task_of.emplace(name, task.number);
        if (is_new) {
          assigned[i].push_back(name);
        } else if (other->second != task.number) {
          return failure(Code::invalid_argument,
                         fmt::format("tests/{}/lab.toml: {} belongs to two tasks, {} and {}",
                                     lab.name, name, other->second, task.number));
        }
      }
      if (!found)
        return failure(Code::invalid_argument,
                       fmt::format("tests/{}/lab.toml: task {}: no test matches \"{}\"", lab.name,
                                   task.number, pattern));
    }
  }
  return assigned;
}

}  // namespace kv::course
