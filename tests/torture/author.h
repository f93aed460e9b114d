#pragma once

// Writes scripts: an Author is told what kind of step comes next, and draws the rest. No two values
// that it writes are equal, so that an old one never passes for a new one.
//
// *Thread safety*: one thread at a time.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/random.h"
#include "tests/torture/script.h"

namespace kv::torture {

// Sizes from the first to the last, both included.
struct Sizes {
  std::size_t least;
  std::size_t most;
};

class Author {
 public:
  Author(std::string_view workload, std::uint64_t seed, std::size_t log_bytes);

  void open(Durability durability) { add({.kind = Step::Kind::open, .durability = durability}); }
  void put(Sizes value);
  void erase();

  // Up to five changes. Sometimes with requirements that hold if nothing before went wrong, or with
  // one that does not.
  void batch(Sizes value);

  void flush() { add({.kind = Step::Kind::flush}); }
  void compact() { add({.kind = Step::Kind::compact}); }
  void background() { add({.kind = Step::Kind::background}); }
  void close() { add({.kind = Step::Kind::close}); }
  void crash(CrashPolicy policy) { add({.kind = Step::Kind::crash, .policy = policy}); }

  // Whether something happens that happens once in so many times.
  bool once_in(std::uint64_t times) { return random_.below(times) == 0; }

  Script script() { return std::move(script_); }

 private:
  void add(Step step) { script_.steps.push_back(std::move(step)); }
  void add_write(Batch batch, bool happens = true);
  std::string key();
  std::string value(Sizes sizes);

  // Adds a requirement, and says whether it will hold.
  bool require_something(Batch& batch);

  Script script_;
  Random random_;
  std::uint64_t values_ = 0;
  std::map<std::string, std::string> expected_;  // if every write so far succeeds and survives
};

}  // namespace kv::torture
