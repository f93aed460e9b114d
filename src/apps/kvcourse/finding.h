#pragma once

// Something that a check found wrong, and what to do about it: one line for people.

#include <cstddef>
#include <string>
#include <vector>

namespace kv::course {

struct Finding {
  std::string file;      // relative to the project's root; empty: `what` names the place itself
  std::size_t line = 0;  // from 1; 0: the file as a whole
  std::string what;

  std::string text() const {
    if (file.empty()) return what;
    return file + (line == 0 ? "" : ":" + std::to_string(line)) + ": " + what;
  }
  bool operator==(const Finding&) const = default;
};

using Findings = std::vector<Finding>;

}  // namespace kv::course
