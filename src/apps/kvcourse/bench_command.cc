// `kvcourse bench`: builds kvbench on the reference's stages and on the student's, and has the one
// run the other. Where there is no solutions/, only the student's own and the peers are measured.

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <set>

#include "apps/kvcourse/commands.h"
#include "apps/kvcourse/process.h"
#include "apps/kvcourse/report.h"

namespace kv::course {
namespace {

// The engines and peers of the program: in what --list prints, the first words of indented lines.
Result<std::set<std::string>> engines_of(const std::string& program) {
  const Result<Outcome> listed = run({.arguments = {program, "--list"}});
  if (!listed) return failure(listed.error());
  std::set<std::string> names;
  std::string_view rest = listed->output;
  for (std::size_t end = rest.find('\n'); end != rest.npos; end = rest.find('\n')) {
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (!line.starts_with("  ")) continue;
    line.remove_prefix(2);
    names.emplace(line.substr(0, line.find(' ')));
  }
  return names;
}

// The program takes our place on the terminal until it ends; gives its exit code.
Result<int> run_here(const std::filesystem::path& directory, std::vector<std::string> arguments) {
  std::vector<char*> words;
  words.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
  pid_t child = 0;
  const int error = ::posix_spawn(&child, words[0], &actions, nullptr, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0)
    return failure(Code::unavailable,
                   fmt::format("cannot start {}: {}", arguments[0], std::strerror(error)));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : exit_failed;
}

// The command line of kvbench, from the project's folder.
Result<std::vector<std::string>> command_line(const Project& project, const BenchInfo& bench) {
  const std::filesystem::path bin = std::filesystem::relative(project.program(""), project.root);
  const std::string kvbench = (bin / "kvbench").string();
  std::vector<std::string> arguments = {kvbench, "--system",
                                        fmt::format("mine=kvbench_mine:{}", bench.engine)};
  std::string baseline = "mine";
  const auto add = [&](const std::string& label, const std::string& spec) {
    arguments.insert(arguments.end(), {"--system", spec});
    if (baseline == "mine") baseline = label;
  };
  if (project.has_solutions()) add("reference", fmt::format("reference={}", bench.engine));
  const auto there = engines_of(project.program("kvbench"));
  if (!there) return failure(there.error());
  for (const std::string& peer : bench.peers) {
    if (there->contains(peer)) {
      add(peer, peer);
    } else {
      fmt::print("{} is left out: its library was not found when kvdb was built\n", peer);
    }
  }
  for (const std::string& more : {std::string("--baseline"), baseline, std::string("--entries"),
                                  std::to_string(bench.entries), std::string("--workloads"),
                                  fmt::format("{}", fmt::join(bench.workloads, ","))})
    arguments.push_back(more);
  arguments.insert(arguments.end(), bench.options.begin(), bench.options.end());
  return arguments;
}

}  // namespace

Result<int> bench_command(const Settings& settings, const std::string& which) {
  const Result<Lab> lab = load_lab(settings.root, which);
  if (!lab) return failure(lab.error());
  const std::optional<BenchInfo>& bench = lab->bench;
  if (!bench)
    return failure(Code::invalid_argument,
                   fmt::format("lab {0} has nothing to measure (no [bench] in "
                               "tests/{0}/lab.toml)",
                               lab->name));
  const Project project{settings.root, "release"};
  for (const std::string_view program : {"kvbench", "kvbench_mine"}) {
    if (const auto problem = build(project, program)) {
      fmt::print("{}", problem_text(*problem));
      return exit_not_built;
    }
  }
  const auto arguments = command_line(project, *bench);
  if (!arguments) return failure(arguments.error());
  fmt::print("lab {}: {}\n\n{}\n\n", lab->name, lab->title, fmt::join(*arguments, " "));
  std::fflush(stdout);
  Result<int> code = run_here(settings.root, *arguments);
  if (!code) return code;
  fmt::print("what to look for: lessons/{}/README.md#measure-it\n", lab->name);
  return code;
}

}  // namespace kv::course
