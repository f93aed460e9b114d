// torture: crashes stores at every call that changes something on a simulated disk, and looks at
// what is left (docs/architecture.md, "Crashes"). What is random comes from seeds, so that every
// violation can be had again with the command that is printed with it.

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <exception>

#include "tests/torture/command_line.h"
#include "tests/torture/crashes.h"
#include "tests/torture/damage.h"
#include "tests/torture/faults.h"
#include "tests/torture/kills.h"
#include "tests/torture/threads.h"
#include "tests/torture/workloads.h"

namespace kv::torture {
namespace {

// How much is done: the whole, or the slice that fits into every run of the tests.
struct Amount {
  std::uint64_t seeds;
  Pace pace;
  std::uint64_t faults_every;
  std::uint64_t misreads_every;
  std::uint64_t damage_every;
  std::uint64_t thread_rounds;
  std::uint64_t kill_rounds;
};

constexpr Amount whole{5, {1, 24}, 2, 25, 1, 300, 40};
constexpr Amount slice{1, {15, 7}, 13, 240, 41, 12, 2};

// Torture of one engine.
class Torture {
 public:
  Torture(const Arguments& arguments, const EngineUnderTorture& engine, std::string invoked_as)
      : arguments_(arguments),
        engine_(engine),
        invoked_as_(std::move(invoked_as)),
        amount_(arguments.slice ? slice : whole) {}

  // Whether nothing is wrong, and every kind of call was met.
  bool run() {
    if (arguments_.accident || arguments_.fault) return once();
    const bool all = arguments_.workload.empty() && !arguments_.kill_rounds && !arguments_.damage &&
                     !arguments_.misread;
    if (all) fmt::print("engine {}, seeds {} to {}\n", engine_.name, first_seed(), last_seed());
    for (const Workload& workload : workloads()) {
      const bool named = arguments_.workload == workload.name;
      if (all || named || (arguments_.misread && arguments_.workload.empty())) {
        part(workload.name, [&] { crash(workload); });
        ++report_.workloads;
      }
    }
    if (all || arguments_.workload == "threads") {
      part("threads",
           [&] { crash_threads(engine_, first_seed(), amount_.thread_rounds, report_); });
      ++report_.workloads;
    }
    if (all || arguments_.damage) part("damage", [&] { damage(); });
    if (all || arguments_.kill_rounds) {
      const std::uint64_t rounds = arguments_.kill_rounds.value_or(amount_.kill_rounds);
      part("kills",
           [&] { kill_children(engine_, "/proc/self/exe", first_seed(), rounds, report_); });
    }
    return finish(all && !arguments_.first);
  }

  const Report& report() const { return report_; }

 private:
  std::uint64_t first_seed() const { return arguments_.seed.value_or(1); }
  std::uint64_t last_seed() const { return arguments_.seed.value_or(amount_.seeds); }

  // Just the one accident or fault that was asked for. Says what it was, and what came of it.
  bool once() {
    const Script script = find_workload(arguments_.workload)->write(*arguments_.seed);
    std::string what = title(script) + ", ";
    if (arguments_.accident) {
      what += options_of(*arguments_.accident);
      if (const Complaint wrong = suffer(engine_, script, *arguments_.accident, report_)) {
        add_violation(engine_, script, *arguments_.accident, *wrong, report_);
      }
    } else {
      what += fmt::format("--fault {} --passing {}", name(*arguments_.fault), arguments_.passing);
      Violation violation;
      const Complaint wrong = live_through(engine_, script, *arguments_.fault, arguments_.passing,
                                           report_, &violation.story);
      violation.where = what;
      violation.what = wrong.value_or("");
      if (wrong) report_.violations.push_back(std::move(violation));
    }
    for (const Violation& violation : report_.violations)
      fmt::print("{}", told(violation, invoked_as_));
    const bool reached = report_.recoveries > 0 || !report_.violations.empty();
    fmt::print("torture: {}: {}{}\n", what, reached ? "" : "the script ends before that call; ",
               looked_at(report_));
    return report_.violations.empty();
  }

  void damage() { damage_everywhere(engine_, amount_.damage_every, report_); }

  void crash(const Workload& workload) {
    for (std::uint64_t seed = first_seed(); seed <= last_seed() && !enough(); ++seed) {
      const Script script = workload.write(seed);
      if (!arguments_.misread) crash_everywhere(engine_, script, amount_.pace, report_);
      if (!arguments_.misread && !enough()) {
        fail_everywhere(engine_, script, amount_.faults_every, report_);
      }
      if (!enough()) misread_everywhere(engine_, script, amount_.misreads_every, report_);
    }
  }

  bool enough() const { return arguments_.first && !report_.violations.empty(); }

  // Runs a part, and says how long it took and what it found.
  template <class Work>
  void part(std::string_view what, const Work& work) {
    if (enough()) return;
    const auto begin = std::chrono::steady_clock::now();
    const std::size_t before = report_.violations.size();
    work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    const std::size_t found = report_.violations.size() - before;
    fmt::print("  {:<20} {:>7.1f} s  {}\n", what, took.count(),
               found == 0 ? "ok" : counted(found, "VIOLATION", "VIOLATIONS"));
    for (std::size_t i = before; i < report_.violations.size(); ++i) {
      fmt::print("{}", told(report_.violations[i], invoked_as_));
    }
    std::fflush(stdout);
    shown_ = report_.violations.size();
  }

  bool finish(bool everything) {
    for (; shown_ < report_.violations.size(); ++shown_) {
      fmt::print("{}", told(report_.violations[shown_], invoked_as_));
    }
    const bool covered = !everything || report_.coverage.complete(engine_.makes);
    if (report_.coverage.total() > 0) {
      fmt::print("{}", report_.coverage.table(everything ? engine_.makes : std::span<const Cell>{},
                                              engine_.background));
    }
    if (report_.torn_tails > 0) {
      fmt::print("kills: {} dropped a write that was torn by the kill, and said so\n",
                 counted(report_.torn_tails, "recovery", "recoveries"));
    }
    return covered && report_.violations.empty();
  }

  const Arguments& arguments_;
  const EngineUnderTorture& engine_;
  const std::string invoked_as_;
  const Amount& amount_;
  Report report_;
  std::size_t shown_ = 0;
};

int torture(const Arguments& arguments, const std::string& invoked_as) {
  Report sum;
  bool good = true;
  for (const EngineUnderTorture& engine : engines_under_torture()) {
    if (arguments.engine != nullptr && arguments.engine != &engine) continue;
    if (arguments.first && !sum.violations.empty()) break;
    Torture torture(arguments, engine, invoked_as);
    good = torture.run() && good;
    add(sum, torture.report());
  }
  if (!arguments.accident && !arguments.fault) fmt::print("{}\n", summary(sum));
  return good ? 0 : 1;
}

int list() {
  fmt::print("workloads:\n");
  for (const Workload& workload : workloads()) {
    fmt::print("  {:<20} {}\n", workload.name, workload.summary);
  }
  fmt::print("  {:<20} many threads write at once\n", "threads");
  fmt::print("engines:\n");
  for (const EngineUnderTorture& engine : engines_under_torture()) {
    fmt::print("  {}\n", engine.name);
  }
  return 0;
}

int run(int argc, char** argv) {
  const Result<Arguments> arguments = parse_command_line(argc, argv);
  if (!arguments) {
    fmt::print(stderr, "torture: {}\n", arguments.error().message());
    return 2;
  }
  if (arguments->finished) return 0;
  if (arguments->list) return list();
  if (!arguments->child.empty()) {
    return write_until_killed(*arguments->engine,
                              {std::string(arguments->engine->name), arguments->child,
                               arguments->durability, arguments->seed.value_or(1)});
  }
  return torture(*arguments, argv[0]);
}

}  // namespace
}  // namespace kv::torture

int main(int argc, char** argv) {
  try {
    return kv::torture::run(argc, argv);
  } catch (const std::exception& error) {  // no temporary directory, for example
    fmt::print(stderr, "torture: {}\n", error.what());
    return 1;
  }
}
