#include "apps/kvcourse/build.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

namespace kv::course {
namespace {

namespace fs = std::filesystem;

// A value of CMakeCache.txt: "g++" for CMAKE_CXX_COMPILER. Empty if there is none.
std::string cached(const Project& project, std::string_view key) {
  std::ifstream file(project.build_folder() / "CMakeCache.txt");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ':') continue;
    const std::size_t equals = line.find('=');
    return equals == line.npos ? "" : line.substr(equals + 1);
  }
  return {};
}

std::string without(std::string text, std::string_view part) {
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at))
    text.erase(at, part.size());
  return text;
}

BuildProblem tool_missing(std::string what) {
  return {Cause::tool_missing, std::move(what) + "; `make setup` installs what is missing", {}};
}

// The compiler and the build tool that the folder was configured with, if one of them is gone.
std::optional<BuildProblem> vanished_tool(const Project& project) {
  for (const std::string_view key : {"CMAKE_CXX_COMPILER", "CMAKE_MAKE_PROGRAM"}) {
    const std::string tool = cached(project, key);
    if (tool.starts_with('/') && ::access(tool.c_str(), X_OK) != 0)
      return tool_missing(
          fmt::format("{} {} is not there",
                      key == "CMAKE_CXX_COMPILER" ? "the compiler" : "the build tool", tool));
  }
  return std::nullopt;
}

std::optional<BuildProblem> configure(const Project& project) {
  constexpr std::size_t error_bytes = 1000;
  // A configuration that failed leaves a cache that remembers what was missing then.
  std::error_code unreadable;
  if (fs::exists(project.build_folder() / "build.ninja", unreadable)) return std::nullopt;
  const Result<Outcome> outcome =
      run({.arguments = {"cmake", "--preset", project.preset}, .directory = project.root.string()});
  if (!outcome) return tool_missing(outcome.error().message());
  if (outcome->succeeded()) return std::nullopt;
  const std::string& printed = outcome->errors;
  const std::size_t begin = std::min(printed.find("CMake Error"), printed.size());
  const std::string error = printed.substr(begin, error_bytes);
  for (const std::string_view sign : {"CMAKE_CXX_COMPILER", "C++ compiler", "CMAKE_MAKE_PROGRAM",
                                      "Could not find a package", "By not providing", "REQUIRED"}) {
    const std::size_t at = error.find(sign);
    if (at == error.npos) continue;
    BuildProblem problem = tool_missing(fmt::format("cmake finds something missing ({})",
                                                    error.substr(at, error.substr(at).find('\n'))));
    problem.errors = {error};
    return problem;
  }
  return BuildProblem{
      Cause::build_broken,
      fmt::format("`cmake --preset {}` failed in {}", project.preset, project.root.string()),
      {error.empty() ? outcome->output.substr(0, error_bytes) : error}};
}

}  // namespace

bool Project::has_solutions() const {
  std::error_code error;
  return fs::is_directory(root / "solutions", error);
}

Status check_preset(const Project& project) {
  std::ifstream file(project.root / "CMakePresets.json");
  const auto json = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  std::vector<std::string> names;
  try {
    for (const auto& preset : json.at("configurePresets")) {
      if (!preset.value("hidden", false)) names.push_back(preset.at("name").get<std::string>());
    }
  } catch (const nlohmann::json::exception& error) {
    return failure(Code::invalid_argument,
                   fmt::format("CMakePresets.json cannot be read: {}", error.what()));
  }
  if (std::ranges::find(names, project.preset) != names.end()) return {};
  return failure(Code::invalid_argument, fmt::format("there is no preset \"{}\"; there are: {}",
                                                     project.preset, fmt::join(names, ", ")));
}

bool Project::sanitized() const {
  return cached(*this, "CMAKE_CXX_FLAGS").find("-fsanitize=") != std::string::npos;
}

std::vector<std::string> errors_in(std::string_view printed, const fs::path& root) {
  std::vector<std::string> lines;
  while (!printed.empty()) {
    const std::size_t end = std::min(printed.find('\n'), printed.size());
    const std::string_view line = printed.substr(0, end);
    printed.remove_prefix(std::min(end + 1, printed.size()));
    for (const std::string_view sign :
         {": error: ", ": fatal error: ", ": undefined reference to ", ": multiple definition of ",
          "CMake Error", "ninja: error: "}) {
      if (line.find(sign) == line.npos) continue;
      // "/usr/bin/ld: place: undefined reference" and "../../labs/..." both become "labs/...".
      std::string text = without(std::string(line), root.string() + "/");
      text = without(std::move(text), "../../");
      if (text.starts_with("/usr/bin/ld: ")) text = without(std::move(text), "/usr/bin/ld: ");
      lines.push_back(std::move(text));
      break;
    }
  }
  std::ranges::stable_partition(lines,
                                [](const std::string& line) { return line.starts_with("labs/"); });
  return lines;
}

std::optional<BuildProblem> build(const Project& project, std::string_view target) {
  std::error_code error;
  if (!fs::exists(project.program(target), error))
    fmt::print(stderr, "building {}; the first time takes some minutes\n", target);
  if (auto problem = configure(project)) return problem;
  const Result<Outcome> outcome =
      run({.arguments = {"cmake", "--build", project.build_folder().string(), "--target",
                         std::string(target)},
           .directory = project.root.string(),
           .output_limit_bytes = 16 << 20});
  if (!outcome) return tool_missing(outcome.error().message());
  if (outcome->succeeded()) return std::nullopt;
  if (auto problem = vanished_tool(project)) return problem;

  const std::string printed = outcome->output + "\n" + outcome->errors;
  BuildProblem problem;
  problem.errors = errors_in(printed, project.root);
  if (problem.errors.empty() || problem.errors.front().starts_with("CMake Error") ||
      problem.errors.front().starts_with("ninja: error: ")) {
    const std::size_t text = std::min(printed.find_first_not_of('\n'), printed.size());
    const std::string first = problem.errors.empty()
                                  ? printed.substr(text, printed.find('\n', text) - text)
                                  : problem.errors.front();
    problem.cause = Cause::build_broken;
    problem.what = fmt::format(
        "the build folder build/{0} does not work: {1}; if the project's "
        "CMake files are as they were, remove it (rm -rf build/{0}) and try "
        "again",
        project.preset, first);
  } else {
    problem.what = problem.errors.front();
  }
  return problem;
}

}  // namespace kv::course
