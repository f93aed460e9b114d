#pragma once

// The bug catalogue of a lab, tests/NN-name/mutants.toml: bugs that students really make, each a
// small change to the solution, with the task whose tests must catch it.
//
//   [[mutant]]
//   name = "erase-keeps-the-key"       # unique in the file
//   file = "map_store.cc"              # in solutions/NN-name/
//   task = "1.1"
//   find = "map_.erase(found);"        # occurs exactly once in the file
//   replace = "found->second.clear();"
//   preset = "tsan"                    # optional: where only a sanitizer sees it
//   why = "an erased key must be absent, not empty"
//
// A catalogue has at least 8 mutants, two for each task, and at most a quarter of them merely
// delete something. A mutant must be subtle: it passes at least two thirds of its lab's cases.
//
// *Thread safety*: parsing and checking are pure; one run at a time for a project.
// *Errors*: `invalid_argument`, "file:line: what is wrong".

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "apps/kvcourse/finding.h"
#include "apps/kvcourse/lab.h"
#include "base/result.h"

namespace kv::course {

struct Mutant {
  std::string name;
  std::string file;
  std::string task;
  std::string find;
  std::string replace;
  std::string preset = "dev";
  std::string why;
  std::size_t line = 0;  // in mutants.toml
};

// Reads a catalogue; `file` names it in errors.
Result<std::vector<Mutant>> parse_mutants(const std::string& file, std::string_view text);

// What is wrong with a catalogue before anything is run. `solution` holds the texts of the lab's
// solution by file name.
Findings check_catalogue(const std::string& file, const Lab& lab,
                         const std::vector<Mutant>& mutants,
                         const std::map<std::string, std::string>& solution);

// The text with the mutant's change.  Requires: `find` occurs in it.
std::string plant(const Mutant& mutant, std::string text);

// `kvcourse mutants [LAB]`: plants each, or one in `every` of a catalogue from its first on, runs
// its task's cases, prints a table, gives the exit code. An empty `lab` means all.  Requires: every
// > 0.
Result<int> mutants_command(const std::filesystem::path& root, std::string_view lab,
                            std::size_t every);

}  // namespace kv::course
