#pragma once

// The random commands that a store and its model are sent (world.h): how each is made up, when it
// is possible, how it reads. RapidCheck makes a list shorter and its parts simpler while it fails.

#include <fmt/format.h>
#include <rapidcheck/state.h>

#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "tests/contract/world.h"
#include "tests/support/story.h"
#include "tests/support/told_store.h"

namespace kv::test::commands {

// False for a store that does not take the empty key; set before the commands are made up.
inline bool with_the_empty_key = true;

// Few keys, so that commands meet each other, and those where stores go wrong. What comes first
// here is what RapidCheck takes for simpler.
inline rc::Gen<std::string> any_key() {
  using namespace std::string_literals;
  static const std::vector<std::string> keys = {"a",     "b",   "c",    "A",        "aa", "a\0"s,
                                                "a\xff", "\0"s, "\xff", "\xff\xff", ""};
  const std::size_t count = with_the_empty_key ? keys.size() : keys.size() - 1;
  return rc::gen::map(rc::gen::inRange<std::size_t>(0, count),
                      [](std::size_t index) { return keys[index]; });
}

inline rc::Gen<std::string> any_value() {
  using namespace std::string_literals;
  static const std::vector<std::string> values = {"1", "2", "", "\0\xff"s};
  return rc::gen::map(rc::gen::inRange<std::size_t>(0, values.size()),
                      [](std::size_t index) { return values[index]; });
}

// True once in so many times; the rest, false, is what is simpler.
inline bool once_in(int times) { return *rc::gen::inRange(0, times) == times - 1; }

// A range that owns its bounds.
struct AnyRange {
  std::string start = once_in(3) ? *any_key() : "";
  std::string end = once_in(3) ? *any_key() : "";
  bool reverse = once_in(2);
  std::size_t limit = once_in(3) ? *rc::gen::inRange<std::size_t>(1, 4) : 0;

  Range range() const { return {start, end, reverse, limit}; }
};

constexpr int snapshot_slots = 2;
constexpr int iterator_slots = 3;
inline int any_iterator() { return *rc::gen::inRange(1, iterator_slots + 1); }
inline Place any_snapshot() { return *rc::gen::inRange(1, snapshot_slots + 1); }
inline Place any_place() { return *rc::gen::inRange(the_store, snapshot_slots + 1); }

// How often each kind of command got which kind of answer: a test of nothing would show here.
inline std::map<std::string, int> tally;

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

// A few changes and requirements, more of those that hold than of others.
struct Apply final : Command {
  struct Part {
    int kind;
    std::string key;
    std::string value;
  };

  explicit Apply(const Model& model) {
    const auto part = rc::gen::construct<Part>(rc::gen::inRange(0, 9), any_key(), any_value());
    for (const Part& each : *rc::gen::container<std::vector<Part>>(part)) {
      if (batch.change_count() + batch.requirement_count() == 6) break;
      add(each, model.content());
    }
  }

  void add(const Part& part, const Model::Content& content) {
    if (part.kind <= 3) {
      batch.put(part.key, part.value);
    } else if (part.kind == 4) {
      batch.erase(part.key);
    } else if (part.kind == 5) {
      batch.require(part.key, absent);
    } else if (part.kind == 6) {
      batch.require(part.key, part.value);
    } else if (const auto found = content.find(part.key); found != content.end()) {
      batch.require(part.key, found->second);
    } else {
      batch.require(part.key, absent);
    }
  }

  std::string run_in(World& world) const override { return world.apply(batch); }
  std::string kind() const override {
    return batch.requirement_count() > 0 ? "conditional apply" : "apply";
  }
  std::string text() const override { return "apply " + told(batch); }

  Batch batch;
};

struct Flush final : Command {
  std::string run_in(World& world) const override { return world.flush(); }
  std::string kind() const override { return "flush"; }
  std::string text() const override { return "flush"; }
};

// What can be asked of the store and of a snapshot.
struct Read : Command {
  Place place = any_place();
  bool possible(const Model& model) const override { return model.has_snapshot(place); }
  std::string where() const {
    return place == the_store ? "" : fmt::format("snapshot {}: ", place);
  }
  std::string kind() const override { return (place == the_store ? "" : "snapshot ") + what(); }
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
  bool possible(const Model& model) const override { return model.has_snapshot(place); }
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
    rc::state::gen::execOneOfWithArgs<Put, Put, Put, Erase, Apply, Apply, Flush, Get, Contains,
                                      Scan, Scan, TakeSnapshot, DropSnapshot, OpenIterator,
                                      OpenIterator, Next, Next, Next, Seek, Seek, DropIterator>;

// A list of commands that prints a line for each.
struct Commands {
  std::vector<std::shared_ptr<const Command::CommandType>> list;
};

inline void showValue(const Commands& commands, std::ostream& out) {
  for (std::size_t i = 0; i < commands.list.size(); ++i) {
    out << fmt::format("{:4}. ", i + 1);
    commands.list[i]->show(out);
    out << '\n';
  }
}

}  // namespace kv::test::commands
