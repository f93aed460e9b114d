// Random commands to a store and to a model of it over a std::map: the same answers, always. Where
// they differ, RapidCheck looks for the shortest list of commands that shows it, and prints it.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <rapidcheck/state.h>

#include <map>
#include <string>
#include <vector>

#include "tests/contract/contract.h"
#include "tests/contract/world.h"
#include "tests/support/story.h"

namespace kv::test {
namespace {

using namespace std::string_literals;

// Few keys, so that commands meet each other, and those where stores go wrong. What comes first
// here is what RapidCheck takes for simpler.
rc::Gen<std::string> any_key() {
  static const std::vector<std::string> keys = {"a",    "b",     "",  "c",      "aa",
                                                "a\0"s, "a\xff", "\0"s, "\xff", "\xff\xff"};
  return rc::gen::map(rc::gen::inRange<std::size_t>(0, keys.size()),
                      [](std::size_t index) { return keys[index]; });
}

rc::Gen<std::string> any_value() {
  static const std::vector<std::string> values = {"1", "2", "", "\0\xff"s};
  return rc::gen::map(rc::gen::inRange<std::size_t>(0, values.size()),
                      [](std::size_t index) { return values[index]; });
}

bool yes_or_no() { return *rc::gen::inRange(0, 2) == 1; }

// A range that owns its bounds. Half of them have no bound on a side, most no limit.
struct AnyRange {
  std::string start = yes_or_no() ? *any_key() : "";
  std::string end = yes_or_no() ? *any_key() : "";
  bool reverse = yes_or_no();
  std::size_t limit = yes_or_no() ? *rc::gen::inRange<std::size_t>(0, 4) : 0;

  Range range() const { return {start, end, reverse, limit}; }
};

constexpr int snapshot_slots = 2;
constexpr int iterator_slots = 3;
int any_iterator() { return *rc::gen::inRange(1, iterator_slots + 1); }
Place any_snapshot() { return *rc::gen::inRange(1, snapshot_slots + 1); }
Place any_place() { return *rc::gen::inRange(the_store, snapshot_slots + 1); }

// How often each kind of command got which kind of answer: a test of nothing would show here.
std::map<std::string, int> tally;

class Command : public rc::state::Command<Model, System> {
 public:
  void checkPreconditions(const Model& model) const final { RC_PRE(possible(model)); }

  void apply(Model& model) const final { run_in(model); }

  void run(const Model& before, System& system) const final {
    Model model = before;
    const std::string expected = run_in(model);
    const std::string seen = run_in(system);
    const std::string answer = expected.starts_with('"') ? "an entry" : expected;
    ++tally[kind() + ": " + answer.substr(0, answer.find(" \""))];
    if (seen != expected) {
      RC_FAIL(fmt::format("{} answered {}; expected {}", text(), seen, expected));
    }
  }

  void show(std::ostream& out) const final { out << text(); }

 private:
  virtual bool possible(const Model&) const { return true; }
  virtual std::string run_in(World& world) const = 0;
  virtual std::string kind() const = 0;
  virtual std::string text() const = 0;
};

struct Put final : Command {
  std::string key = *any_key();
  std::string value = *any_value();
  std::string run_in(World& world) const override { return world.put(key, value); }
  std::string kind() const override { return "put"; }
  std::string text() const override {
    return "put " + test::quoted(key) + " = " + test::quoted(value);
  }
};

struct Erase final : Command {
  std::string key = *any_key();
  std::string run_in(World& world) const override { return world.erase(key); }
  std::string kind() const override { return "erase"; }
  std::string text() const override { return "erase " + test::quoted(key); }
};

// Up to a few changes and requirements; half of the requirements are made to hold.
struct Apply final : Command {
  struct Part {
    int kind;
    std::string key;
    std::string value;
  };

  explicit Apply(const Model& model) {
    const auto part = rc::gen::construct<Part>(rc::gen::inRange(0, 5), any_key(), any_value());
    for (const Part& each : *rc::gen::container<std::vector<Part>>(part)) {
      if (batch.change_count() + batch.requirement_count() == 6) break;
      add(each, model.content());
    }
  }

  void add(const Part& part, const Model::Content& content) {
    const auto found = content.find(part.key);
    if (part.kind == 0) batch.put(part.key, part.value);
    if (part.kind == 1) batch.erase(part.key);
    if (part.kind == 2) batch.require(part.key, part.value);
    if (part.kind == 3) batch.require(part.key, absent);
    if (part.kind == 4 && found == content.end()) batch.require(part.key, absent);
    if (part.kind == 4 && found != content.end()) batch.require(part.key, found->second);
  }

  std::string run_in(World& world) const override { return world.apply(batch); }
  std::string kind() const override {
    return batch.requirement_count() > 0 ? "conditional apply" : "apply";
  }
  std::string text() const override { return "apply " + told(batch); }

  Batch batch;
};

// What can be asked of the store and of a snapshot.
struct Read : Command {
  Place place = any_place();
  bool possible(const Model& model) const override { return model.has_snapshot(place); }
  std::string where() const {
    return place == the_store ? "" : fmt::format("snapshot {}: ", place);
  }
  std::string kind() const override { return where().substr(0, 8) + " " + what(); }
  virtual std::string what() const = 0;
};

struct Get final : Read {
  std::string key = *any_key();
  std::string run_in(World& world) const override { return world.get(place, key); }
  std::string what() const override { return "get"; }
  std::string text() const override { return where() + "get " + test::quoted(key); }
};

struct Contains final : Read {
  std::string key = *any_key();
  std::string run_in(World& world) const override { return world.contains(place, key); }
  std::string what() const override { return "contains"; }
  std::string text() const override { return where() + "contains " + test::quoted(key); }
};

struct Scan final : Read {
  AnyRange range;
  std::string run_in(World& world) const override { return world.scan(place, range.range()); }
  std::string what() const override { return range.reverse ? "reverse scan" : "scan"; }
  std::string text() const override { return where() + "scan " + told(range.range()); }
};

struct OpenIterator final : Read {
  int slot = any_iterator();
  AnyRange range;
  bool possible(const Model& model) const override {
    return Read::possible(model) && !model.has_iterator(slot);
  }
  std::string run_in(World& world) const override {
    return world.open_iterator(slot, place, range.range());
  }
  std::string what() const override { return "iterator"; }
  std::string text() const override {
    return fmt::format("{}open iterator {} over {}", where(), slot, told(range.range()));
  }
};

struct TakeSnapshot final : Command {
  Place place = any_snapshot();
  bool possible(const Model& model) const override { return !model.has_snapshot(place); }
  std::string run_in(World& world) const override { return world.take_snapshot(place); }
  std::string kind() const override { return "take snapshot"; }
  std::string text() const override { return fmt::format("take snapshot {}", place); }
};

struct DropSnapshot final : Command {
  Place place = any_snapshot();
  bool possible(const Model& model) const override {
    return model.has_snapshot(place) && !model.is_walked(place);
  }
  std::string run_in(World& world) const override { return world.drop_snapshot(place); }
  std::string kind() const override { return "drop snapshot"; }
  std::string text() const override { return fmt::format("drop snapshot {}", place); }
};

struct Step : Command {
  int slot = any_iterator();
  bool possible(const Model& model) const override { return model.has_iterator(slot); }
};

struct Next final : Step {
  std::string run_in(World& world) const override { return world.next(slot); }
  std::string kind() const override { return "next"; }
  std::string text() const override { return fmt::format("iterator {}: next", slot); }
};

struct Seek final : Step {
  std::string key = *any_key();
  std::string run_in(World& world) const override { return world.seek(slot, key); }
  std::string kind() const override { return "seek"; }
  std::string text() const override {
    return fmt::format("iterator {}: seek {}", slot, test::quoted(key));
  }
};

struct DropIterator final : Step {
  std::string run_in(World& world) const override { return world.drop_iterator(slot); }
  std::string kind() const override { return "drop iterator"; }
  std::string text() const override { return fmt::format("drop iterator {}", slot); }
};

// What stands more than once is chosen more often.
constexpr auto any_command =
    rc::state::gen::execOneOfWithArgs<Put, Put, Put, Erase, Apply, Apply, Get, Contains, Scan, Scan,
                                      TakeSnapshot, DropSnapshot, OpenIterator, OpenIterator, Next,
                                      Next, Next, Seek, Seek, DropIterator>;

// A list of commands that prints a line for each.
struct Commands {
  std::vector<std::shared_ptr<const Command::CommandType>> list;
};

void showValue(const Commands& commands, std::ostream& out) {
  for (std::size_t i = 0; i < commands.list.size(); ++i) {
    out << fmt::format("{:4}. ", i + 1);
    commands.list[i]->show(out);
    out << '\n';
  }
}

class AnyCommands : public Contract {};
KV_CONTRACT(AnyCommands);

TEST_P(AnyCommands, AreAnsweredAsByTheModel) {
  tally.clear();
  rc::detail::checkGTest([this] {
    const Commands commands =
        *rc::gen::map(rc::state::gen::commands(Model(), any_command()),
                      [](auto list) { return Commands{std::move(list)}; });
    System system(open());
    rc::state::runAll(commands.list, Model(), system);
    Model model;
    rc::state::applyAll(commands.list, model);
    RC_ASSERT(system.scan(the_store, {}) == model.scan(the_store, {}));
  });
  if (HasFatalFailure()) return;
  for (const auto& [kind, count] : tally) fmt::print("{:6} {}\n", count, kind);
}

}  // namespace
}  // namespace kv::test
