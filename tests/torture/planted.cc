// torture_planted: plants every bug of tests/torture/planted.toml, builds `torture` with it, and
// demands that torture finds it. The catalogue is written like a lab's
// (apps/kvcourse/mutants.h), but a file is named from the project's root on. Prints how many crash
// points it took, and as its last line how many were found.
//
//   usage: torture_planted [--only NAME] [--preset NAME]

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "apps/kvcourse/build_tree.h"
#include "apps/kvcourse/files.h"
#include "apps/kvcourse/lab.h"
#include "apps/kvcourse/mutants.h"
#include "apps/kvcourse/process.h"
#include "apps/kvcourse/runner.h"

namespace kv::course {
namespace {

namespace fs = std::filesystem;

constexpr const char* catalogue = "tests/torture/planted.toml";

// What became of one bug.
struct Find {
  std::string points;   // crash points until it was found
  std::string where;    // the workload, or how else it was noticed
  std::string problem;  // why it was not found, or not planted; empty: it was found
};

class Planting {
 public:
  Planting(const fs::path& root, const BuildTree& tree) : root_(root), tree_(tree) {}

  Find plant_and_hunt(const Mutant& bug) const {
    const fs::path scratch = tree_.folder() / "planted" / bug.name;
    if (Status built = build(bug, scratch); !built) return {"", "", built.error().message()};
    // Most are found in seconds.
    Find found = hunt(scratch / "program", {"--first", "--slice"});
    if (!found.problem.empty()) found = hunt(scratch / "program", {"--first"});
    std::error_code error;
    fs::remove_all(scratch, error);
    return found;
  }

 private:
  Status build(const Mutant& bug, const fs::path& scratch) const {
    auto text = read_file(root_ / bug.file);
    if (!text) return failure(std::move(text));
    const std::size_t at = text->find(bug.find);
    if (at == std::string::npos || text->find(bug.find, at + 1) != std::string::npos) {
      return failure(Code::invalid_argument,
                     fmt::format("its find does not occur just once in {}", bug.file));
    }
    const fs::path copy = scratch / fs::path(bug.file).filename();
    const fs::path object = scratch / "changed.o";
    if (Status written = write_file(copy, plant(bug, *std::move(text))); !written) return written;
    if (Status compiled = tree_.compile(bug.file, copy, object, {"-Wno-error"}); !compiled) {
      return compiled;
    }
    return tree_.link("torture", {{bug.file, object}}, scratch / "program");
  }

  static Find hunt(const fs::path& program, const std::vector<std::string>& options) {
    Command command;
    command.arguments = {program.string()};
    command.arguments.insert(command.arguments.end(), options.begin(), options.end());
    command.time_limit = std::chrono::minutes(20);
    const auto outcome = run(command);
    if (!outcome) return {"", "", outcome.error().message()};
    if (outcome->end != Outcome::End::exited) return {"?", "it crashes or hangs", ""};
    Find found;
    for (const std::string& line : split_lines(outcome->output)) {
      if (line.starts_with("VIOLATION in ")) found.where = line.substr(13);
      if (line.starts_with("torture: ") && line.find(" crash point") != std::string::npos) {
        found.points = line.substr(9, line.find(" crash point") - 9);
      }
    }
    if (outcome->code == 0 || found.where.empty()) found.problem = "torture does not find it";
    return found;
  }

  const fs::path& root_;
  const BuildTree& tree_;
};

Result<int> run_all(const std::string& preset, const std::string& only) {
  auto root = find_root();
  if (!root) return failure(std::move(root));
  auto text = read_file(*root / catalogue);
  if (!text) return failure(std::move(text));
  auto bugs = parse_mutants(catalogue, *text);
  if (!bugs) return failure(std::move(bugs));
  if (!only.empty()) std::erase_if(*bugs, [&](const Mutant& bug) { return bug.name != only; });
  auto tree = BuildTree::open(*root, preset, {"torture"});
  if (!tree) return failure(std::move(tree));
  const Planting planting(*root, *tree);
  std::vector<Find> finds(bugs->size());
  in_parallel(finds.size(), [&](std::size_t i) {
    finds[i] = planting.plant_and_hunt((*bugs)[i]);
    const std::string points = finds[i].points + " points";
    fmt::print("  {:<40} {:>12}  {}\n", (*bugs)[i].name, points,
               finds[i].problem.empty() ? finds[i].where : "NOT FOUND: " + finds[i].problem);
    std::fflush(stdout);
  });
  const auto found = std::ranges::count_if(finds, [](const Find& f) { return f.problem.empty(); });
  const auto all = std::ssize(finds);
  fmt::print("planted: {} found, {} missed\n", found, all - found);
  return all > 0 && found == all ? 0 : 1;
}

}  // namespace
}  // namespace kv::course

int main(int argc, char** argv) {
  CLI::App app("torture_planted: plants bugs of persistence and sees torture find each");
  std::string preset = "dev";
  std::string only;
  app.add_option("--preset", preset, "the preset to build with")->capture_default_str();
  app.add_option("--only", only, "one bug, by its name");
  CLI11_PARSE(app, argc, argv);
  const auto code = kv::course::run_all(preset, only);
  if (code) return *code;
  fmt::print(stderr, "torture_planted: {}\n", code.error().message());
  return 2;
}
