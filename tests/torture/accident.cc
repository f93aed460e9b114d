#include "tests/torture/accident.h"

#include <fmt/format.h>

#include "tests/torture/author.h"

namespace kv::torture {
namespace {

Random dice(const Script& script, std::uint64_t point, CrashPolicy policy) {
  Random seed(script.seed ^ (point << 8) ^ static_cast<std::uint64_t>(policy));
  return Random(seed.next());
}

void tell(std::vector<std::string>* story, std::string what) {
  if (story != nullptr) story->push_back(std::move(what));
}

void tell(std::vector<std::string>* story, const World& world) {
  if (story == nullptr) return;
  story->insert(story->end(), world.story().begin(), world.story().end());
}

std::string death(World& world, std::uint64_t point, CrashPolicy policy) {
  // History is asked of the dead, whose last call it was.
  const CrashPoint last = world.files().history().back();
  return fmt::format("(call {}, {} {}) crash, {}", point, name(last.call), last.path, name(policy));
}

}  // namespace

std::string options_of(const Accident& accident) {
  std::string text = fmt::format("--point {} --policy {}", accident.point, name(accident.policy));
  if (accident.second) {
    text += fmt::format(" --second-point {} --second-policy {}", accident.second->point,
                        name(accident.second->policy));
  }
  return text;
}

Wreck wreck_of(World& dead, const Script& script, const Accident& accident) {
  Wreck wreck{dead.files(), dead.oracle()};
  Random random = dice(script, accident.point, accident.policy);
  wreck.files.crash(accident.policy, random);
  wreck.oracle.crashed(accident.policy);
  return wreck;
}

Script afterlife(const Script& script, std::uint64_t variant) {
  constexpr Durability levels[] = {Durability::sync, Durability::wal, Durability::none};
  Author author("afterlife", variant, script.log_bytes);
  author.open(levels[variant % 3]);
  const bool at_once = variant % 4 == 3;  // what was recovered must be safe by itself
  if (!at_once) {
    for (int i = 0; i < 3; ++i) author.put({0, 300});
    author.batch({0, 100});
    author.background();
  }
  if (variant % 4 < 2) {
    author.close();
  } else {
    author.crash(CrashPolicy::nothing);
  }
  author.open(Durability::wal);
  return author.script();
}

Complaint live_on(const EngineUnderTorture& engine, const Script& script, const Wreck& wreck,
                  const Accident& accident, Report& report, std::vector<std::string>* story) {
  Random variant = dice(script, accident.point + 1, accident.policy);
  const Script life = afterlife(script, variant.below(12));
  const auto begin = [&](World& world) {
    if (story != nullptr) world.tell();
  };
  if (!accident.second) {
    report.acknowledged += wreck.oracle.promised_writes();
    report.recoveries += 2;
    World world(engine, life, wreck.files, wreck.oracle);
    begin(world);
    world.play();
    tell(story, world);
    return world.complaint();
  }
  World world(engine, life, wreck.files, wreck.oracle);
  begin(world);
  world.crash_at(world.files().points() + accident.second->point);
  world.play(life.steps.front());
  tell(story, world);
  if (world.complaint() || !world.dead()) return world.complaint();
  const Accident second{accident.second->point, accident.second->policy};
  if (story != nullptr) tell(story, death(world, second.point, second.policy));
  return live_on(engine, script, wreck_of(world, script, second), second, report, story);
}

Complaint suffer(const EngineUnderTorture& engine, const Script& script, const Accident& accident,
                 Report& report, std::vector<std::string>* story) {
  World world(engine, script);
  if (story != nullptr) world.tell();
  world.crash_at(accident.point);
  world.play();
  tell(story, world);
  if (world.complaint() || !world.dead()) return world.complaint();
  if (story != nullptr) tell(story, death(world, accident.point, accident.policy));
  return live_on(engine, script, wreck_of(world, script, accident), accident, report, story);
}

}  // namespace kv::torture
