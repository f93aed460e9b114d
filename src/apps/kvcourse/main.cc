// kvcourse: what students and instructors do with a lab. `make lab`, `make grade` and the others
// are short names for it.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <exception>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "apps/kvcourse/commands.h"

namespace kv::course {
namespace {

namespace fs = std::filesystem;

// What GoogleTest and RapidCheck read from the environment would change what the cases do.
void clean_environment() {
  std::vector<std::string> names;
  for (char** line = environ; *line != nullptr; ++line) {
    const std::string_view text(*line);
    const std::string_view variable = text.substr(0, text.find('='));
    if (variable.starts_with("GTEST_") || variable.starts_with("TESTBRIDGE_") ||
        variable == "RC_PARAMS" || variable == "XML_OUTPUT_FILE" || variable == "KV_RECORD_FD" ||
        variable == "KV_STORY_FD")
      names.emplace_back(variable);
  }
  for (const std::string& variable : names) ::unsetenv(variable.c_str());
}

struct Options {
  Settings settings;
  std::string root;
  std::string seed = "1";
  std::string lab;
  std::string task;
  std::string out = "grades";
  std::string inherited = "count";
};

Status settle(Options& options) {
  const std::string& seed = options.seed;
  if (seed == "random") {
    // Small enough to read out and type in again.
    options.settings.seed = std::random_device()();
  } else {
    const auto [end, error] =
        std::from_chars(seed.data(), seed.data() + seed.size(), options.settings.seed);
    if (error != std::errc() || end != seed.data() + seed.size())
      return failure(Code::invalid_argument,
                     fmt::format("--seed takes a whole number or \"random\", not \"{}\"", seed));
  }
  if (options.root.empty()) {
    Result<fs::path> root = find_root();
    if (!root) return failure(std::move(root));
    options.settings.root = std::move(*root);
    return check_preset(options.settings.project());
  }
  std::error_code error;
  options.settings.root = fs::canonical(options.root, error);
  if (error || !fs::is_regular_file(options.settings.root / "CMakePresets.json", error))
    return failure(
        Code::invalid_argument,
        fmt::format("--root {}: there is no project (no CMakePresets.json)", options.root));
  return check_preset(options.settings.project());
}

void add_grading_commands(CLI::App& app, Options& options, std::function<Result<int>()>& chosen) {
  CLI::App* lab = app.add_subcommand("lab",
                                     "Run a lab's tests, task by task, up to where the work "
                                     "stops");
  lab->add_option("lab", options.lab, "the lab: 1, 01 or 01-introduction")->required();
  lab->add_option("--task", options.task,
                  "this task alone, for example 1.2; all of them if left out");
  lab->footer(
      "Exit codes: 0 all tasks pass; 1 a case fails; 2 wrong usage or a broken project;\n"
      "3 nothing fails and a hole is still to be filled; 4 the lab does not build.");
  lab->callback(
      [&] { chosen = [&] { return lab_command(options.settings, options.lab, options.task); }; });

  CLI::App* grade =
      app.add_subcommand("grade", "The score: points, the cause of each loss, what to read");
  grade->add_option("lab", options.lab, "the lab: 1, 01 or 01-introduction")->required();
  grade
      ->add_option("--out", options.out,
                   "the folder for NN-name/{results.json,classroom.json,junit.xml}")
      ->capture_default_str();
  grade
      ->add_option("--inherited", options.inherited,
                   "whether faults of earlier labs cost points here")
      ->check(CLI::IsMember({"count", "forgive"}))
      ->capture_default_str();
  grade->footer(
      "Exit codes: 0 the score is 100; 1 it is less; 2 wrong usage, or the grader's own side is\n"
      "broken: no score should be entered, and no reports are written.\n"
      "The last line is the score: \"score: 85/100\".");
  grade->callback([&] {
    chosen = [&] {
      const fs::path out = fs::path(options.out).is_absolute()
                               ? fs::path(options.out)
                               : options.settings.root / options.out;
      return grade_command(options.settings, options.lab, out,
                           options.inherited == "forgive" ? Inherited::forgive : Inherited::count);
    };
  });

  CLI::App* bench =
      app.add_subcommand("bench", "Measure a lab's speed, beside the reference and its peers");
  bench->add_option("lab", options.lab, "the lab: 1, 01 or 01-introduction")->required();
  bench->footer(
      "Builds with the preset release, whatever --preset says.\n"
      "Exit codes: 0 all was measured; 1 a run failed; 2 wrong usage; 4 it does not build.");
  bench->callback([&] { chosen = [&] { return bench_command(options.settings, options.lab); }; });

  CLI::App* record = app.add_subcommand(
      "record", "Write what the reference observes, for grading where there is no solutions/");
  record->add_option("lab", options.lab, "the lab; all of them if left out");
  record->callback([&] { chosen = [&] { return record_command(options.settings, options.lab); }; });
}

int run_command_line(int argc, char** argv) {
  CLI::App app("kvcourse: build, test, grade and hand in the labs of the course");
  app.require_subcommand(1);
  app.fallthrough();  // the common options may stand behind the command, too
  Options options;
  app.add_option("--root", options.root, "the project's folder; by default the one we are in");
  app.add_option("--preset", options.settings.preset, "the preset to build with")
      ->envname("KV_PRESET")
      ->capture_default_str();
  app.add_option("--seed", options.seed, "what is random in the cases: a number, or \"random\"")
      ->capture_default_str();
  std::function<Result<int>()> chosen;
  add_grading_commands(app, options, chosen);
  add_authoring_commands(app, options.settings, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help
    if (app.get_subcommands().empty() && !app.remaining().empty()) {
      fmt::print(stderr, "kvcourse: there is no command \"{}\" (--help tells what there is)\n",
                 app.remaining().front());
      return exit_usage;
    }
    fmt::print(stderr, "kvcourse: {} (--help tells what there is)\n", error.what());
    return exit_usage;
  }

  clean_environment();
  Status settled = settle(options);
  const Result<int> code = settled ? chosen() : Result<int>(failure(std::move(settled)));
  if (code) return *code;
  fmt::print(stderr, "kvcourse: {}\n", code.error().message());
  return exit_usage;
}

}  // namespace
}  // namespace kv::course

int main(int argc, char** argv) {
  try {
    return kv::course::run_command_line(argc, argv);
  } catch (
      const std::exception& error) {  // the file system's, for example: a folder without rights
    fmt::print(stderr, "kvcourse: {}\n", error.what());
    return kv::course::exit_usage;
  }
}
