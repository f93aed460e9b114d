#pragma once

// What main() needs of the commands: each is a function that prints for people and gives the exit
// code; an error that it returns is printed as one line, with exit code 2.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "apps/kvcourse/build.h"
#include "apps/kvcourse/grade.h"
#include "base/result.h"

namespace CLI {
class App;
}

namespace kv::course {

// What every command takes: --root, --preset, --seed.
struct Settings {
  std::filesystem::path root;
  std::string preset = "dev";
  std::uint64_t seed = 1;

  Project project() const { return {root, preset}; }
};

// The exit codes of `lab` and `grade`, as their --help tells them.
enum Exit : int {
  exit_ok = 0,
  exit_failed = 1,      // a case fails, or points are lost
  exit_usage = 2,       // a wrong argument, or the project or the machine is not as it should be
  exit_unfinished = 3,  // nothing fails, and a hole is still to be filled
  exit_not_built = 4,   // the lab does not build, or a file or tool is missing
};

// Tells the story of a lab in the making, task by task, up to where the work stops; of one task
// alone where `only` names it ("3.5"), whatever is open before it. An empty `only` means all.
Result<int> lab_command(const Settings& settings, const std::string& lab, const std::string& only);

// The score; writes the results into `out`/NN-name.
Result<int> grade_command(const Settings& settings, const std::string& lab,
                          const std::filesystem::path& out, Inherited inherited);

// Measures the student's lab beside the reference and peers, in kvbench's table.
Result<int> bench_command(const Settings& settings, const std::string& lab);

// Writes the reference's observations; an empty `lab` means all.
Result<int> record_command(const Settings& settings, const std::string& lab);

// Hangs the commands of the authors (skeleton, check, mutants, submit) under the program. Each sets
// `chosen` to what it does; main() runs it.
void add_authoring_commands(CLI::App& app, const Settings& settings,
                            std::function<Result<int>()>& chosen);

}  // namespace kv::course
