// kvbench: measures key-value stores beside each other, and is its own worker.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "apps/kvbench/command_line.h"
#include "base/quote.h"
#include "bench/peers/peers.h"
#include "bench/workloads/campaign.h"
#include "bench/workloads/child.h"
#include "bench/workloads/json_report.h"
#include "bench/workloads/machine.h"
#include "bench/workloads/summary.h"
#include "bench/workloads/table.h"
#include "bench/workloads/worker.h"

namespace kv::bench {
namespace {

namespace fs = std::filesystem;

enum Exit : int { exit_ok = 0, exit_failed = 1, exit_usage = 2, exit_interrupted = 130 };

Stores stores() { return {engines(), peers()}; }

// fmt::print throws where nothing can be written. On standard error that changes nothing; of
// standard output, exit_code() tells.
void say(std::FILE* file, std::string_view text) {
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), file));
}

int complain(int code, std::string_view complaint) {
  say(stderr, fmt::format("kvbench: {}\n", complaint));
  return code;
}

// The code, if all that was said on standard output has got there.
int exit_code(int code) {
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  return written ? code : complain(exit_usage, "standard output cannot be written");
}

int complain(const Error& error) {
  return error.code() == Code::cancelled ? complain(exit_interrupted, error.message())
                                         : complain(exit_usage, error.message());
}

int list() {
  for (const auto& [title, table] :
       {std::pair{"engines", stores().engines}, std::pair{"peers", stores().peers}}) {
    if (table.empty()) continue;
    say(stdout, fmt::format("{}\n", title));
    for (const Engine& engine : table)
      say(stdout, fmt::format("  {:14} {}\n", engine.name, engine.summary));
  }
  say(stdout, "workloads\n");
  for (const Workload& workload : workloads())
    say(stdout, fmt::format("  {:14} {}\n", workload.name, workload.summary));
  say(stdout,
      "\n\"Chosen\" keys are drawn with repetition, uniformly unless --distribution or the\n"
      "workload says otherwise. zipfian: few keys are popular, and they lie anywhere; latest:\n"
      "the newest are. Fills write --entries entries, the others do --ops operations.\n");
  return exit_code(exit_ok);
}

Result<Plan> plan_of(const Arguments& arguments) {
  std::error_code error;
  Plan plan;
  plan.settings = arguments.settings;
  plan.workloads = arguments.workloads;
  plan.rounds = arguments.rounds;
  plan.run_limit = std::chrono::seconds(arguments.limit_seconds);
  plan.directory =
      arguments.directory.empty() ? fs::temp_directory_path(error) : fs::path(arguments.directory);
  const std::string self = fs::read_symlink("/proc/self/exe", error).string();
  const std::vector<std::string> first{std::string(engines().front().name)};
  auto systems = find_systems(arguments.systems.empty() ? first : arguments.systems, self);
  if (!systems) return failure(std::move(systems));
  plan.systems = std::move(*systems);
  if (Status writable = check_directory(plan.directory); !writable)
    return failure(std::move(writable));
  if (arguments.baseline.empty()) return plan;
  const auto found = std::ranges::find(plan.systems, arguments.baseline, &System::label);
  if (found == plan.systems.end()) {
    std::vector<std::string> labels;
    labels.reserve(plan.systems.size());
    for (const System& system : plan.systems) labels.push_back(system.label);
    return failure(Code::invalid_argument,
                   fmt::format("--baseline {}: no such system; there are: {}",
                               abbreviated(arguments.baseline), fmt::join(labels, ", ")));
  }
  plan.baseline = static_cast<std::size_t>(found - plan.systems.begin());
  return plan;
}

// One line that is written over, on a terminal.
void show_progress(std::string_view text) {
  constexpr std::size_t width = 78;
  say(stderr, fmt::format("\r{:{}}\r", text.substr(0, width), width));
}

// What is equal for all systems, and what the peers among them make of it.
std::string heading(const Plan& plan, const Machine& here) {
  std::string text = preamble(plan, here);
  for (const System& system : plan.systems) {
    const std::string settings = peer_settings(system.engine.name, plan.settings.store);
    if (!system.engine.peer || settings.empty()) continue;
    text += fmt::format("{}: {}\n", system.label, settings);
  }
  return text;
}

int measure(const Arguments& arguments) {
  const Result<Plan> plan = plan_of(arguments);
  if (!plan) return complain(plan.error());
  std::ofstream json;
  if (!arguments.json.empty() && arguments.json != "-") {
    json.open(arguments.json);
    if (!json) return complain(exit_usage, fmt::format("{} cannot be written", arguments.json));
  }
  const Machine here = machine();
  for (const std::string& warning : warnings(*plan, here))
    say(stderr, fmt::format("WARNING: {}\n", warning));
  const bool tables = arguments.json != "-";
  if (tables && !arguments.quiet) say(stdout, heading(*plan, here) + "\n");
  std::fflush(stdout);

  catch_interrupts();
  const bool progress = !arguments.quiet && ::isatty(STDERR_FILENO) == 1;
  const Result<Results> results = run_campaign(*plan, [&](std::string_view text) {
    if (progress) show_progress(text);
  });
  if (progress) show_progress("");
  if (!results) return complain(results.error());

  if (tables) {
    for (const Section& section : summarise(*plan, *results)) say(stdout, table_of(section) + "\n");
  }
  const std::string report = json_report(*plan, here, *results);
  if (json.is_open() && !(json << report).flush())
    return complain(exit_usage, fmt::format("{} cannot be written", arguments.json));
  if (!tables) say(stdout, report);
  return exit_code(any_trouble(*results) ? exit_failed : exit_ok);
}

int main_of(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "--worker") return work(argv[2], stores());
  const Result<Arguments> arguments = parse_command_line(argc, argv);
  if (!arguments) return complain(arguments.error());
  if (arguments->finished) return exit_code(exit_ok);
  return arguments->list ? list() : measure(*arguments);
}

}  // namespace
}  // namespace kv::bench

int main(int argc, char** argv) { return kv::bench::main_of(argc, argv); }
