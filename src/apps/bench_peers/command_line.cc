#include "apps/bench_peers/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "apps/bench_peers/plans.h"
#include "apps/command_line.h"
#include "apps/number_options.h"
#include "base/quote.h"

namespace kv::bench {
namespace {

constexpr std::string_view synopsis =
    "bench_peers measures lsm beside LevelDB, RocksDB and LMDB, and says which goals it "
    "reaches.\n\n"
    "It starts the kvbench beside it: every run is a process of its own, with a fresh store, and\n"
    "the systems take turns, round by round.";

constexpr std::string_view exit_codes =
    "Exit codes: 0 all bars are met; 1 one is not, or was not measured, or a run failed; 2 wrong\n"
    "usage, or the output cannot be written; 130 interrupted: what was finished is shown.";

std::unexpected<Error> wrong(std::string complaint) {
  return failure(Code::invalid_argument, std::move(complaint));
}

void add_options(CLI::App& app, PeerArguments& arguments, std::string& only) {
  app.add_option("--rounds", arguments.rounds, "How often each system is run")
      ->transform(whole_number(1))
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--entries", arguments.entries, "How many entries a fill writes")
      ->transform(whole_number(1))
      ->capture_default_str();
  app.add_option("--json", arguments.json, "Writes the figures to this file, too")
      ->type_name("FILE");
  app.add_option("--directory", arguments.directory,
                 "Where stores get their folders, which are removed; by default the folder for "
                 "temporary files")
      ->type_name("DIR");
  app.add_option("--only", only, "Only the rows whose name has this text")->type_name("TEXT");
}

Status settle(PeerArguments& arguments, const std::string& only) {
  arguments.goals = chosen_goals(only);
  if (arguments.goals.empty()) {
    std::vector<std::string_view> rows;
    for (const Goal& goal : goals()) rows.push_back(goal.row);
    return wrong(fmt::format("--only {}: no row has that; there are: {}", abbreviated(only),
                             fmt::join(rows, "; ")));
  }
  for (const Goal& goal : arguments.goals) {
    if (Status fits = check(settings_of(goal.part, arguments.entries)); !fits) return fits;
  }
  return {};
}

}  // namespace

Result<PeerArguments> parse_peer_arguments(int argc, char** argv) {
  PeerArguments arguments;
  std::string only;
  CLI::App app{std::string(synopsis)};
  app.footer(std::string(exit_codes));
  app.set_version_flag("--version", "bench_peers " BENCH_PEERS_VERSION);
  add_options(app, arguments, only);
  const Result<bool> go_on = read_command_line(app, "bench_peers", argc, argv);
  if (!go_on) return failure(go_on.error());
  if (!*go_on) {
    arguments.finished = true;
    return arguments;
  }
  if (Status settled = settle(arguments, only); !settled) return failure(std::move(settled));
  return arguments;
}

}  // namespace kv::bench
