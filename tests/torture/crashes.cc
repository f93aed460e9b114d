#include "tests/torture/crashes.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/torture/shrink.h"

namespace kv::torture {
namespace {

class Crashes {
 public:
  Crashes(const EngineUnderTorture& engine, const Script& script, const Pace& pace, Report& report)
      : engine_(engine), script_(script), pace_(pace), report_(report) {}

  void run() {
    World whole(engine_, script_);
    if (!whole.play()) {
      return add_violation(engine_, script_, {whole.files().points(), {}}, *whole.complaint(),
                           report_);
    }
    history_ = whole.files().history();
    // Which calls of so many are taken differs from script to script; rare ones always are.
    const std::uint64_t remainder = (script_.seed + script_.workload.size()) % pace_.every;
    for (std::uint64_t point = 0; point < history_.size(); ++point) {
      const Cell cell{history_[point].call, whole.phases().of(point)};
      const bool taken = point % pace_.every == remainder || report_.coverage.of(cell) < rare;
      if (taken && !crash_at(point)) return;
    }
  }

 private:
  // False: a violation.
  bool crash_at(std::uint64_t point) {
    World world(engine_, script_);
    world.crash_at(point);
    world.play();
    if (world.complaint() || !same_call(world, point)) {
      return wrong({point, CrashPolicy::process_death},
                   world.complaint().value_or("the calls are not the same when it runs again"));
    }
    report_.coverage.count({history_[point].call, world.phases().of(point)});
    const bool twice = ++crashed_ % pace_.second_every == 0;
    const CrashPolicy policy_of_two = all_policies[crashed_ / pace_.second_every % 6];
    for (const CrashPolicy policy : all_policies) {
      const Accident accident{point, policy};
      const Wreck wreck = wreck_of(world, script_, accident);
      if (const Complaint complaint = live_on(engine_, script_, wreck, accident, report_)) {
        return wrong(accident, *complaint);
      }
      if (twice && policy == policy_of_two && !crash_again(accident, wreck)) return false;
    }
    return true;
  }

  bool same_call(World& world, std::uint64_t point) const {
    const auto calls = world.files().history();
    return calls.size() == point + 1 && calls[point].call == history_[point].call &&
           calls[point].path == history_[point].path;
  }

  // A table is written by many calls in a row, which are all alike.
  static bool amid_appends(const std::vector<CrashPoint>& calls, std::uint64_t point) {
    const auto appends = [&](std::uint64_t at) {
      return at < calls.size() && calls[at].call == ChangingCall::append &&
             calls[at].path == calls[point].path;
    };
    return point > 0 && appends(point - 1) && appends(point) && appends(point + 1);
  }

  // Each call of the recovery crashes, too; of appends in a row, some do.
  bool crash_again(const Accident& first, const Wreck& wreck) {
    World recovery(engine_, script_, wreck.files, wreck.oracle);
    const std::uint64_t begin = recovery.files().points();
    recovery.open(Durability::wal);
    const auto calls = recovery.files().history();
    for (std::uint64_t point = begin; point < calls.size(); ++point) {
      if (amid_appends(calls, point) && point % 8 != 0) continue;
      report_.coverage.count({calls[point].call, Phase::recovery});
      for (const CrashPolicy policy : all_policies) {
        Accident accident = first;
        accident.second = {point - begin, policy};
        if (const Complaint complaint = live_on(engine_, script_, wreck, accident, report_)) {
          return wrong(accident, *complaint);
        }
      }
    }
    return true;
  }

  bool wrong(const Accident& accident, const std::string& what) {
    add_violation(engine_, script_, accident, what, report_);
    return false;
  }

  static constexpr std::uint64_t rare = 4;

  const EngineUnderTorture& engine_;
  const Script& script_;
  const Pace& pace_;
  Report& report_;
  std::vector<CrashPoint> history_;
  std::uint64_t crashed_ = 0;
};

}  // namespace

std::string title(const Script& script) {
  return fmt::format("workload {}, seed {}", script.workload, script.seed);
}

void crash_everywhere(const EngineUnderTorture& engine, const Script& script, const Pace& pace,
                      Report& report) {
  Crashes(engine, script, pace, report).run();
}

namespace {

// An accident like this one in the script's last step that shows something wrong.
std::optional<Accident> still_wrong(const EngineUnderTorture& engine, const Script& script,
                                    const Accident& like) {
  World whole(engine, script);
  if (!whole.play()) return like;  // wrong even without a crash
  const std::uint64_t end = whole.files().points();
  for (std::uint64_t point = whole.points_before_last_step(); point < end; ++point) {
    Accident accident = like;
    accident.point = point;
    Report unread;
    if (suffer(engine, script, accident, unread)) return accident;
  }
  return std::nullopt;
}

// The script up to the step in which the process dies.
Script cut_behind(const EngineUnderTorture& engine, Script script, const Accident& accident) {
  World world(engine, script);
  world.crash_at(accident.point);
  world.play();
  script.steps.resize(std::min(script.steps.size(), world.played() + 1));
  return script;
}

}  // namespace

void add_violation(const EngineUnderTorture& engine, const Script& script, const Accident& accident,
                   const std::string& what, Report& report) {
  Accident last = accident;
  const Script shrunk = shortest(cut_behind(engine, script, accident), [&](const Script& shorter) {
    const auto found = still_wrong(engine, shorter, accident);
    if (found) last = *found;
    return found.has_value();
  });
  Violation violation;
  violation.where = fmt::format("engine {}, {}", engine.name, title(script));
  violation.options = fmt::format("--engine {} --workload {} --seed {} {}", engine.name,
                                  script.workload, script.seed, options_of(accident));
  Report unread;
  violation.what =
      suffer(engine, shrunk, last, unread, &violation.story).value_or(what + " (not seen again)");
  report.violations.push_back(std::move(violation));
}

}  // namespace kv::torture
