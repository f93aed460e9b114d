#pragma once

// Proves that the course holds together: the skeleton is what the solutions make, holes and tasks
// keep to their limits, every prefix of filled holes compiles, the skeleton scores 0 and the
// solution 100, stages need nothing of later ones, documents name only what is there, sources keep
// to their sizes. What each finds says how to mend it.
//
// *Thread safety*: one at a time for a project.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "apps/kvcourse/finding.h"
#include "apps/kvcourse/holes.h"
#include "apps/kvcourse/lab.h"
#include "base/result.h"

namespace kv::course {

// A lab's solution, read: by file name.
using Solutions = std::map<std::string, Solution>;

// labs/ is what the generator would write, untouched, with no files besides.
Findings check_in_sync(const std::filesystem::path& root, const std::vector<std::string>& labs);

// At most 500 lines of reference in holes, 3 to 8 tasks with holes, and only tasks that lab.toml
// knows. Pure.
Findings check_holes(const Lab& lab, const Solutions& solutions);

// Every task's place in the lesson exists. Pure but for reading the lesson.
Findings check_lesson(const std::filesystem::path& root, const Lab& lab);

// What needs a compiler: prefixes, scores, tasks against the tests there are, symbols
// (check_build.cc).
Findings check_build(const std::filesystem::path& root, const Lab& lab, const Solutions& solutions);

// `kvcourse check [--lab N] [--quick]`: prints a line for each finding and gives the exit code. An
// empty `lab` means all and what is not of one lab, too. `quick` leaves out what needs a compiler.
Result<int> check_command(const std::filesystem::path& root, std::string_view lab, bool quick);

}  // namespace kv::course
