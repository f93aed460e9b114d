#include "tests/torture/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>

#include "tests/torture/crashes.h"
#include "tests/torture/faults.h"
#include "tests/torture/workloads.h"

namespace kv::torture {
namespace {

// Names as they are typed, with what they mean.
template <class Value, class Values>
std::map<std::string, Value> by_name(const Values& values) {
  std::map<std::string, Value> names;
  for (const Value value : values) names.emplace(name(value), value);
  return names;
}

struct Typed {
  std::string engine;
  std::optional<std::uint64_t> point;
  CrashPolicy policy = CrashPolicy::process_death;
  std::optional<std::uint64_t> second_point;
  CrashPolicy second_policy = CrashPolicy::process_death;
};

void add_options(CLI::App& app, Arguments& arguments, Typed& typed) {
  static const auto policies = by_name<CrashPolicy>(all_policies);
  static const auto faults = by_name<Fault>(std::initializer_list<Fault>{
      Fault::disk_full, Fault::write_fails, Fault::sync_fails_keeps, Fault::sync_fails_reverts});
  static const auto levels = by_name<Durability>(
      std::initializer_list<Durability>{Durability::none, Durability::wal, Durability::sync});
  app.add_flag("--list", arguments.list, "the workloads and engines that there are");
  app.add_flag("--slice", arguments.slice, "a fixed part that takes a minute or two");
  app.add_flag("--first", arguments.first, "stop at the first violation");
  app.add_option("--engine", typed.engine, "only this one");
  app.add_option("--workload", arguments.workload, "only this one; `threads` is one, too");
  app.add_option("--seed", arguments.seed, "only this one");
  app.add_option("--kill-rounds", arguments.kill_rounds,
                 "kill so many real processes for each durability");
  app.add_flag("--damage", arguments.damage, "only: cut logs, flip bits");
  app.add_flag("--misread", arguments.misread, "only: reads go wrong in recoveries");
  const std::string again = "Once more";
  app.add_option("--point", typed.point, "crash at the call of this number")->group(again);
  app.add_option("--policy", typed.policy, "what the crash leaves")
      ->transform(CLI::CheckedTransformer(policies).description(""))
      ->type_name("POLICY")
      ->group(again);
  app.add_option("--second-point", typed.second_point, "crash at this call of the recovery, too")
      ->group(again);
  app.add_option("--second-policy", typed.second_policy, "what the second crash leaves")
      ->transform(CLI::CheckedTransformer(policies).description(""))
      ->type_name("POLICY")
      ->group(again);
  app.add_option("--fault", arguments.fault, "a fault instead of a crash")
      ->transform(CLI::CheckedTransformer(faults).description(""))
      ->type_name("FAULT")
      ->group(again);
  app.add_option("--passing", arguments.passing, "how many calls it lets pass")->group(again);
  const std::string child = "What a child is told that is to be killed";
  app.add_option("--child", arguments.child, "its directory")->group(child);
  app.add_option("--durability", arguments.durability, "its store's: none, wal or sync")
      ->transform(CLI::CheckedTransformer(levels).description(""))
      ->type_name("LEVEL")
      ->group(child);
}

Status look_up(Arguments& arguments, const Typed& typed) {
  for (const EngineUnderTorture& engine : engines_under_torture()) {
    if (engine.name == typed.engine) arguments.engine = &engine;
  }
  if (!typed.engine.empty() && arguments.engine == nullptr) {
    return failure(Code::invalid_argument,
                   fmt::format("no engine {}; --list tells which there are", typed.engine));
  }
  const std::string& workload = arguments.workload;
  if (!workload.empty() && workload != "threads" && find_workload(workload) == nullptr) {
    return failure(Code::invalid_argument,
                   fmt::format("no workload {}; --list tells which there are", workload));
  }
  if (typed.point) arguments.accident = Accident{*typed.point, typed.policy};
  if (typed.point && typed.second_point) {
    arguments.accident->second = {*typed.second_point, typed.second_policy};
  }
  const bool once = arguments.accident || arguments.fault;
  if (once && (!arguments.engine || find_workload(workload) == nullptr || !arguments.seed)) {
    return failure(Code::invalid_argument,
                   "--point and --fault take an --engine, a --workload and a --seed");
  }
  if (!arguments.child.empty() && !arguments.engine) {
    return failure(Code::invalid_argument, "--child takes an --engine");
  }
  return {};
}

}  // namespace

Result<Arguments> parse_command_line(int argc, char** argv) {
  CLI::App app("torture: crashes stores at every call, and looks at what is left");
  app.footer(
      "Policies, what a crash leaves (base/crash_policy.h draws them):\n"
      "  process_death   the process dies, the kernel keeps all\n"
      "  nothing         the power goes, and nothing unsynced had reached the disk\n"
      "  everything      the power goes, but all had reached the disk\n"
      "  torn_prefix     of each file and directory the first changes, the last one in part\n"
      "  random_sectors  each sector of 512 bytes as it was at some moment\n"
      "  lost_entry      all bytes, but in each directory a change of names is undone\n"
      "Faults, which the process lives through:\n"
      "  disk_full           no space from then on, until the store is opened again\n"
      "  sync_fails_keeps    a sync fails; the process still sees what will never be on the disk\n"
      "  sync_fails_reverts  a sync fails; the process sees what the disk holds\n"
      "Exit codes: 0 no violation, and every kind of call was crashed at; 1 otherwise; 2 wrong "
      "usage.\nThe last line counts: \"torture: N crash points, ..., V violations\".");
  Arguments arguments;
  Typed typed;
  add_options(app, arguments, typed);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) return failure(Code::invalid_argument, error.what());
    app.exit(error);  // --help
    arguments.finished = true;
    return arguments;
  }
  if (Status found = look_up(arguments, typed); !found) return failure(std::move(found));
  return arguments;
}

}  // namespace kv::torture
