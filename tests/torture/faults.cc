#include "tests/torture/faults.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/torture/crashes.h"
#include "tests/torture/shrink.h"

namespace kv::torture {
namespace {

// How many calls of the history the fault can strike.
std::uint64_t targets(Fault fault, const std::vector<CrashPoint>& history) {
  const auto is_target = [&](const CrashPoint& point) {
    if (fault == Fault::disk_full) {
      return point.call == ChangingCall::append || point.call == ChangingCall::preallocate;
    }
    if (fault == Fault::write_fails) return point.call == ChangingCall::write;
    return point.call == ChangingCall::sync || point.call == ChangingCall::sync_directory;
  };
  return static_cast<std::uint64_t>(std::ranges::count_if(history, is_target));
}

void add_story(std::vector<std::string>* story, std::vector<std::string> more) {
  if (story != nullptr) std::ranges::move(more, std::back_inserter(*story));
}

Violation violation_of(const EngineUnderTorture& engine, const Script& script, Fault fault,
                       std::uint64_t passing) {
  Violation violation;
  violation.where =
      fmt::format("engine {}, {}, {} at call {}", engine.name, title(script), name(fault), passing);
  violation.options = fmt::format("--engine {} --workload {} --seed {} --fault {} --passing {}",
                                  engine.name, script.workload, script.seed, name(fault), passing);
  return violation;
}

}  // namespace

std::string_view name(Fault fault) {
  switch (fault) {
    case Fault::disk_full: return "disk_full";
    case Fault::write_fails: return "write_fails";
    case Fault::read_fails: return "read_fails";
    case Fault::read_flips_bit: return "read_flips_bit";
    case Fault::sync_fails_keeps: return "sync_fails_keeps";
    case Fault::sync_fails_reverts: return "sync_fails_reverts";
  }
  return "?";
}

Complaint live_through(const EngineUnderTorture& engine, const Script& script, Fault fault,
                       std::uint64_t passing, Report& report, std::vector<std::string>* story) {
  World world(engine, script);
  if (story != nullptr) world.tell();
  world.fail(fault, passing);
  world.play();
  add_story(story, world.story());
  if (world.complaint()) return world.complaint();
  for (const CrashPolicy policy : all_policies) {
    const Accident accident{world.files().points(), policy};
    const Wreck wreck = wreck_of(world, script, accident);
    std::vector<std::string> after = {fmt::format("crash, {}", name(policy))};
    const Complaint wrong =
        live_on(engine, script, wreck, accident, report, story ? &after : nullptr);
    if (!wrong) continue;
    add_story(story, std::move(after));
    return wrong;
  }
  return std::nullopt;
}

namespace {

void add_violation(const EngineUnderTorture& engine, const Script& script, Fault fault,
                   std::uint64_t passing, Report& report) {
  // In a shorter script fewer calls come before the one that has to fail.
  std::uint64_t passes = passing;
  const Script shrunk = shortest(script, [&](const Script& shorter) {
    for (std::uint64_t fewer = std::min<std::uint64_t>(passes, 20) + 1; fewer-- > 0;) {
      Report unread;
      if (!live_through(engine, shorter, fault, passes - fewer, unread)) continue;
      passes -= fewer;
      return true;
    }
    return false;
  });
  Violation violation = violation_of(engine, script, fault, passing);
  Report unread;
  violation.what = live_through(engine, shrunk, fault, passes, unread, &violation.story)
                       .value_or("not seen again");
  report.violations.push_back(std::move(violation));
}

}  // namespace

void fail_everywhere(const EngineUnderTorture& engine, const Script& script, std::uint64_t every,
                     Report& report) {
  World whole(engine, script);
  whole.play();
  const std::vector<CrashPoint> history = whole.files().history();
  for (const Fault fault :
       {Fault::disk_full, Fault::write_fails, Fault::sync_fails_keeps, Fault::sync_fails_reverts}) {
    const std::uint64_t calls = targets(fault, history);
    for (std::uint64_t passing = script.seed % every; passing < calls; passing += every) {
      if (!live_through(engine, script, fault, passing, report)) continue;
      add_violation(engine, script, fault, passing, report);
      break;
    }
  }
}

namespace {

// Opens the wreck's disk while a read goes wrong.
class Misreading {
 public:
  Misreading(const EngineUnderTorture& engine, const Script& script, const Wreck& wreck,
             Report& report)
      : engine_(engine), script_(script), wreck_(wreck), report_(report) {}

  // What is wrong with the outcome. `struck` says whether there were so many reads.
  Complaint open(Fault fault, std::uint64_t passing, std::uint64_t seed, bool& struck) {
    SimulatedFileSystem files = wreck_.files;
    std::vector<std::string> warnings;
    files.fail(fault, passing, seed);
    Complaint wrong;
    {
      const auto executor = std::make_shared<SimulatedExecutor>(Random(seed));
      const Options options = options_under_torture(store_directory, script_.log_bytes);
      ++report_.recoveries;
      const auto store = engine_.open(options, {&files, executor, [&](std::string_view message) {
                                                  warnings.emplace_back(message);
                                                }});
      if (!store) {
        struck = true;
        wrong = judge(store.error(), fault);
      } else {
        // Tables are read when they are asked: the fault may strike only then.
        wrong = judge(**store, fault, warnings);
        struck = !still_armed(files, passing);
        if (!struck) wrong = wreck_.oracle.check(**store);
      }
      if (wrong || !warnings.empty()) return wrong;
    }
    return open_again(files);
  }

 private:
  // Whether a read of ours meets the fault. Requires: nobody else reads any more.
  static bool still_armed(const SimulatedFileSystem& files, std::uint64_t passing) {
    const std::string path = join(store_directory, "FORMAT");
    const auto right = read_file(files, path);
    for (std::uint64_t i = 0; i <= passing + 1; ++i) {
      const auto again = read_file(files, path);
      if (!right || !again || *again != *right) return true;
    }
    return false;
  }

  // A wrong bit may pass for a torn tail: then the store has lost writes, and has to say so.
  Complaint judge(Store& store, Fault fault, const std::vector<std::string>& warnings) const {
    const bool flips = fault == Fault::read_flips_bit;
    const Code excused = flips ? Code::corruption : Code::io_error;
    const Complaint wrong = wreck_.oracle.check(store, excused);
    if (!wrong || !flips || warnings.empty()) return wrong;
    return wreck_.oracle.check_prefix(store, excused);
  }

  static Complaint judge(const Error& error, Fault fault) {
    const bool read_failed = fault == Fault::read_fails;
    if (error.code() == Code::io_error && read_failed) return std::nullopt;
    if (error.code() == Code::corruption && !read_failed) return std::nullopt;
    // The version and the engine's name are wrong bits like others.
    if (error.code() == Code::invalid_argument && !read_failed) return std::nullopt;
    return "opening gives " + error.text();
  }

  // It was a passing fault: who opens again finds everything.
  Complaint open_again(SimulatedFileSystem& files) {
    files.clear_faults();
    World world(engine_, script_, files, wreck_.oracle);
    world.play({.kind = Step::Kind::open});
    if (world.complaint()) return "opened again after a wrong read: " + *world.complaint();
    return std::nullopt;
  }

  const EngineUnderTorture& engine_;
  const Script& script_;
  const Wreck& wreck_;
  Report& report_;
};

// False: a violation.
bool misread(const EngineUnderTorture& engine, const Script& script, const Accident& accident,
             const Wreck& wreck, Report& report) {
  Misreading misreading(engine, script, wreck, report);
  for (const Fault fault : {Fault::read_fails, Fault::read_flips_bit}) {
    bool struck = true;
    // Each of the first reads, and of those that follow, fewer and fewer.
    for (std::uint64_t passing = 0; struck && passing < 400; passing += 1 + passing / 16) {
      const std::uint64_t seed = accident.point * 512 + passing;
      const Complaint wrong = misreading.open(fault, passing, seed, struck);
      if (!wrong) continue;
      Violation violation = violation_of(engine, script, fault, passing);
      violation.where += ", in the recovery from " + options_of(accident);
      violation.what = *wrong;
      violation.options = fmt::format("--engine {} --workload {} --seed {} --misread", engine.name,
                                      script.workload, script.seed);
      report.violations.push_back(std::move(violation));
      return false;
    }
  }
  return true;
}

}  // namespace

void misread_everywhere(const EngineUnderTorture& engine, const Script& script, std::uint64_t every,
                        Report& report) {
  World whole(engine, script);
  whole.play();
  const std::uint64_t points = whole.files().points();
  for (std::uint64_t point = every / 2; point < points; point += every) {
    World world(engine, script);
    world.crash_at(point);
    world.play();
    const Accident accident{point, all_policies[point / every % std::size(all_policies)]};
    const Wreck wreck = wreck_of(world, script, accident);
    if (!misread(engine, script, accident, wreck, report)) return;
  }
}

}  // namespace kv::torture
