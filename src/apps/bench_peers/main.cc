// bench_peers: lsm beside LevelDB, RocksDB and LMDB, row by row, and which goals it reaches.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>

#include "apps/bench_peers/command_line.h"
#include "apps/bench_peers/plans.h"
#include "apps/bench_peers/report.h"
#include "bench/peers/peers.h"
#include "bench/workloads/child.h"
#include "bench/workloads/machine.h"
#include "bench/workloads/summary.h"
#include "bench/workloads/table.h"
#include "engines/table.h"

namespace kv::bench {
namespace {

namespace fs = std::filesystem;

enum Exit : int { exit_ok = 0, exit_missed = 1, exit_usage = 2, exit_interrupted = 130 };

// fmt::print throws where nothing can be written.
void say(std::FILE* file, std::string_view text) {
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), file));
}

int complain(const Error& error, Exit code = exit_usage) {
  say(stderr, fmt::format("bench_peers: {}\n", error.message()));
  return error.code() == Code::cancelled ? exit_interrupted : code;
}

int complain(std::string complaint) {
  return complain(Error(Code::invalid_argument, std::move(complaint)));
}

// One line that is written over, on a terminal.
void show_progress(std::string_view text) {
  constexpr std::size_t width = 78;
  if (::isatty(STDERR_FILENO) == 1)
    say(stderr, fmt::format("\r{:{}}\r", text.substr(0, width), width));
}

OpenStore leveldb() {
  const auto found = std::ranges::find(peers(), "leveldb", &Engine::name);
  return found == peers().end() ? OpenStore() : OpenStore(found->open);
}

std::string describe_side(std::string_view side, const Settings& settings) {
  if (side == our_engine) return "kvdb " BENCH_PEERS_VERSION ", built " + build_kind();
  if (side == bare_append) return "140 bytes to a file that grows";
  if (std::ranges::find(peers(), side, &Engine::name) == peers().end())
    return "not found when this was built";
  const std::string made_of_it = peer_settings(side, settings.store);
  return fmt::format("version {}, {}", peer_version(side),
                     made_of_it.empty()
                         ? "a B+tree in a memory map: of the settings it has the durability alone"
                         : made_of_it);
}

// All that is measured, and what goes on meanwhile.
class Comparison {
 public:
  Comparison(const PeerArguments& arguments, std::vector<System> sides)
      : arguments_(arguments), sides_(std::move(sides)) {
    std::error_code ignored;
    directory_ = arguments.directory.empty() ? fs::temp_directory_path(ignored)
                                             : fs::path(arguments.directory);
  }

  const fs::path& directory() const { return directory_; }

  // The rows of one part's goals.
  Result<std::vector<PeerRow>> measure(std::span<const Goal> goals) {
    if (goals.front().part == Part::durable) return measure_writes(goals);
    const Plan plan = plan_of(goals);
    const Result<Results> results = run_campaign(plan, show_progress);
    if (!results) return failure(results.error());
    failed_ = failed_ || any_trouble(*results);
    return rows_of(goals, plan, *results);
  }

  bool failed() const { return failed_; }

 private:
  Plan plan_of(std::span<const Goal> goals) const {
    Plan plan;
    plan.settings = settings_of(goals.front().part, arguments_.entries);
    plan.systems = sides_;
    plan.workloads = workloads_for(goals);
    plan.rounds = arguments_.rounds;
    plan.directory = directory_;
    return plan;
  }

  Result<std::vector<PeerRow>> measure_writes(std::span<const Goal> goals) {
    const DurablePlan plan{.goals = {goals.begin(), goals.end()},
                           .settings = settings_of(Part::durable, arguments_.entries),
                           .rounds = arguments_.rounds,
                           .directory = directory_,
                           .ours = find_engine(our_engine)->open,
                           .leveldb = leveldb()};
    const Result<DurableResults> results = measure_durable(plan, show_progress);
    if (!results) return failure(results.error());
    failed_ = failed_ || !results->trouble.empty();
    return rows_of(plan, *results);
  }

  const PeerArguments& arguments_;
  const std::vector<System> sides_;
  fs::path directory_;
  bool failed_ = false;  // whether a run did
};

// The goals part by part.
std::vector<std::span<const Goal>> parts_of(const std::vector<Goal>& goals) {
  std::vector<std::span<const Goal>> parts;
  for (std::size_t begin = 0; begin < goals.size();) {
    std::size_t end = begin;
    while (end < goals.size() && goals[end].part == goals[begin].part) ++end;
    parts.emplace_back(goals.data() + begin, end - begin);
    begin = end;
  }
  return parts;
}

void show_head(const PeerArguments& arguments, const std::vector<System>& sides) {
  const Machine here = machine();
  Plan plan;
  plan.systems = sides;
  for (const std::string& warning : warnings(plan, here))
    say(stderr, fmt::format("WARNING: {}\n", warning));
  say(stdout,
      heading(arguments.goals, arguments.entries, arguments.rounds, here, describe_side) + "\n");
  std::fflush(stdout);
}

// Durable writes have other peers, so a table of their own.
void show_tables(const std::vector<PeerRow>& rows) {
  const auto durable =
      std::ranges::find(rows, Part::durable, [](const PeerRow& row) { return row.goal.part; });
  const std::span<const PeerRow> all(rows);
  const auto first = static_cast<std::size_t>(durable - rows.begin());
  for (const auto& table : {all.first(first), all.subspan(first)}) {
    if (!table.empty()) say(stdout, table_of(table) + "\n");
  }
  say(stdout, score(rows));
}

int compare(const PeerArguments& arguments) {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (error) return complain("/proc/self/exe: " + error.message());
  const auto sides = find_sides((self.parent_path() / "kvbench").string());
  if (!sides) return complain(sides.error());
  Comparison comparison(arguments, *sides);
  if (const Status writable = check_directory(comparison.directory()); !writable)
    return complain(writable.error());
  // What stands in it stays until there is something new.
  const bool json = !arguments.json.empty();
  if (json && !std::ofstream(arguments.json, std::ios::app))
    return complain(fmt::format("{} cannot be written", arguments.json));
  show_head(arguments, *sides);
  catch_interrupts();
  std::vector<PeerRow> rows;
  std::optional<Error> ended_early;
  for (const std::span<const Goal> part : parts_of(arguments.goals)) {
    Result<std::vector<PeerRow>> measured = comparison.measure(part);
    show_progress("");
    if (!measured) {
      ended_early = measured.error();
      break;
    }
    std::ranges::move(*measured, std::back_inserter(rows));
  }
  if (!rows.empty()) {
    show_tables(rows);
    if (json && !(std::ofstream(arguments.json) << json_of(rows, describe_side)).flush())
      return complain(fmt::format("{} cannot be written", arguments.json));
  }
  if (ended_early) return complain(*ended_early, exit_missed);
  return all_bars_met(rows) && !comparison.failed() ? exit_ok : exit_missed;
}

int main_of(int argc, char** argv) {
  const Result<PeerArguments> arguments = parse_peer_arguments(argc, argv);
  if (!arguments) return complain(arguments.error());
  const int code = arguments->finished ? exit_ok : compare(*arguments);
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  return written ? code : complain("standard output cannot be written");
}

}  // namespace
}  // namespace kv::bench

int main(int argc, char** argv) { return kv::bench::main_of(argc, argv); }
