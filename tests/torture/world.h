#pragma once

// One run of a script, on a disk and an executor of its own: it plays step by step up to the end,
// or to the moment when the process dies, and tells the oracle of every write.
//
//   World world(engine, script);
//   world.crash_at(17);
//   world.play();                       // the process is dead, or the script is at its end
//   SimulatedFileSystem left = world.files();
//   left.crash(policy, random);         // what is there when it starts again
//
// *Thread safety*: one thread. *Ownership*: borrows the engine and the script. The store lives as
// long as its world; what it does when it is destroyed no longer reaches a copied disk.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/simulated_file_system.h"
#include "kv/store.h"
#include "tests/torture/engines_under_torture.h"
#include "tests/torture/oracle.h"
#include "tests/torture/phased_executor.h"
#include "tests/torture/script.h"

namespace kv::torture {

class World {
 public:
  World(const EngineUnderTorture& engine, const Script& script);

  // A world that goes on with a disk that a process left, and knows what was written on it.
  World(const EngineUnderTorture& engine, const Script& script, const SimulatedFileSystem& left,
        Oracle oracle);

  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // The process dies in the call of this number.
  void crash_at(std::uint64_t point);

  // The fault strikes after so many calls that it could have struck.
  void fail(Fault fault, std::uint64_t passing);

  // From now on, tells each step and what came of it.
  void tell() { telling_ = true; }

  // Plays the script, or what is left of it, to its end. False: something is wrong, see
  // complaint().
  bool play();

  // Plays the script's next step. False: something is wrong, or the process is dead.
  bool play_next();

  // Steps of another script. False: something is wrong, or the process is dead.
  bool play(const Step& step);
  bool open(Durability durability);

  bool dead() const { return files_->dead(); }
  const Complaint& complaint() const { return complaint_; }
  const std::vector<std::string>& story() const { return story_; }
  const std::vector<std::string>& warnings() const { return warnings_; }

  SimulatedFileSystem& files() { return *files_; }
  Oracle& oracle() { return oracle_; }
  const Phases& phases() const { return phases_; }
  bool is_open() const { return store_ != nullptr; }
  Store& store() { return *store_; }

  // The steps that were played to their end, and how many calls had changed something by then.
  std::size_t played() const { return played_; }
  std::uint64_t points_before_last_step() const { return before_last_; }

 private:
  void move_to(std::unique_ptr<SimulatedFileSystem> files);
  void write(const Step& step);
  void flush();
  void compact();
  void close();
  void crash(CrashPolicy policy);

  Status apply(const Batch& batch);
  Result<std::unique_ptr<Store>> open_store(Durability durability);

  // Something is wrong with what the store did, unless the process is dead.
  void complain(std::string what);

  // A call failed. Only a fault may be the reason.
  void see_failure(const Error& error);
  void note(std::string_view outcome);

  const EngineUnderTorture& engine_;
  const Script& script_;
  Random random_;
  std::optional<std::uint64_t> crash_at_;

  Oracle oracle_;
  std::vector<std::string> warnings_;
  Phases phases_;
  std::unique_ptr<SimulatedFileSystem> files_;
  std::shared_ptr<PhasedExecutor> executor_;
  std::unique_ptr<Store> store_;  // goes before what it uses
  Durability durability_ = Durability::wal;

  std::optional<Fault> fault_;  // armed at some time
  bool closed_ = true;          // properly, so that the next one who opens has nothing to warn of
  bool refusing_ = false;       // a write or flush failed: no other may succeed

  Complaint complaint_;
  bool telling_ = false;
  std::vector<std::string> story_;
  std::string doing_;  // the step under way, for the story
  std::size_t played_ = 0;
  std::uint64_t before_last_ = 0;
};

}  // namespace kv::torture
