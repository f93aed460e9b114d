#pragma once

// Builds a program of the project, and tells in a few lines why it could not.
//
// *Thread safety*: one at a time for a build folder.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/kvcourse/judge.h"

namespace kv::course {

struct Project {
  std::filesystem::path root;
  std::string preset = "dev";

  std::filesystem::path build_folder() const { return root / "build" / preset; }
  std::filesystem::path program(std::string_view target) const {
    return build_folder() / "bin" / target;
  }
  bool has_solutions() const;
  // Whether the preset compiles with a sanitizer: limits on address space don't go with those.
  bool sanitized() const;
};

struct BuildProblem {
  Cause cause = Cause::did_not_build;
  std::string what;                 // one line: the first error, or the tool, and the remedy
  std::vector<std::string> errors;  // the first errors, those in the student's files first
};

// Whether the project has the preset. Errors: `invalid_argument`, naming those there are.
Status check_preset(const Project& project);

// Configures the build folder if it is not there, and builds the target. Nothing: it is built.
std::optional<BuildProblem> build(const Project& project, std::string_view target);

// The errors of compiler and linker in what a build printed, paths relative to the root, those in
// labs/ first. Pure.
std::vector<std::string> errors_in(std::string_view printed, const std::filesystem::path& root);

}  // namespace kv::course
