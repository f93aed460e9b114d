#include "base/simulated_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "base/quote.h"

namespace kv {

using simulated::cannot;
using simulated::Directory;
using simulated::File;
using simulated::Inode;

std::unexpected<Error> simulated::cannot(std::string_view what, std::string_view path,
                                         std::string_view why) {
  return failure(Code::io_error, fmt::format("cannot {} {}: {}", what, quote(path), why));
}

SimulatedState::SimulatedState(const SimulatedState& other) {
  const std::lock_guard lock(other.mutex_);
  disk_ = other.disk_;
  history_ = other.history_;
  dead_ = other.dead_;
  under_way_ = other.under_way_;
  life_ = other.life_;
}

std::uint64_t SimulatedState::points() const {
  const std::lock_guard lock(mutex_);
  return history_.size();
}

std::vector<CrashPoint> SimulatedState::history() const {
  const std::lock_guard lock(mutex_);
  return history_;
}

void SimulatedState::crash_at(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  assert(number >= history_.size());
  crash_at_ = number;
}

bool SimulatedState::dead() const {
  const std::lock_guard lock(mutex_);
  return dead_;
}

void SimulatedState::crash(CrashPolicy policy, Random& random) {
  const std::lock_guard lock(mutex_);
  finish_under_way(policy, random);
  disk_.crash(policy, random);
  crash_at_.reset();
  dead_ = false;
  ++life_;
  locked_.clear();
  armed_ = {};
  full_ = false;
}

// Where the power goes, the policy chooses among unsynced changes anyway, of which this is one.
void SimulatedState::finish_under_way(CrashPolicy policy, Random& random) {
  if (!under_way_) return;
  UnderWay call = std::move(*under_way_);
  under_way_.reset();
  const bool power_stays = policy == CrashPolicy::process_death;
  if (File* const file = disk_.file(call.file)) {
    File::Write& write = call.write;
    if (power_stays && write.bytes.empty()) {  // a preallocation, done in part
      write.offset = random.below(write.offset + 1);
    } else if (power_stays) {
      write.bytes.resize(random.below(write.bytes.size() + 1));
    }
    if (write.end() > 0) file->write(std::move(write));
  }
  if (Directory* const directory = disk_.directory(call.directory)) {
    if (power_stays && random.below(2) == 0) return;
    directory->change(std::move(call.change));
  }
}

void SimulatedState::fail(Fault fault, std::uint64_t passing, std::uint64_t seed) {
  const std::lock_guard lock(mutex_);
  armed_[static_cast<std::size_t>(fault)] = Armed{passing, Random(seed)};
}

void SimulatedState::clear_faults() {
  const std::lock_guard lock(mutex_);
  armed_ = {};
  full_ = false;
}

bool SimulatedState::strikes(Fault fault) {
  std::optional<Armed>& armed = armed_[static_cast<std::size_t>(fault)];
  if (!armed) return false;
  if (armed->passing > 0) {
    --armed->passing;
    return false;
  }
  struck_ = armed->random;
  armed.reset();
  return true;
}

Status SimulatedState::alive() const {
  if (!dead_) return {};
  return failure(
      Code::io_error,
      fmt::format("the simulated process is dead since crash point {} ({} {}); crash() "
                  "restarts it",
                  history_.size() - 1, name(history_.back().call), quote(history_.back().path)));
}

Result<File*> SimulatedState::open_file(const SimulatedHandle& handle) {
  if (Status usable = alive(); !usable) return failure(std::move(usable));
  if (handle.life != life_) return cannot("use", handle.path, "it was opened before the crash");
  File* const file = disk_.file(handle.inode);
  assert(file != nullptr);  // only a crash forgets a file
  return file;
}

Result<Inode> SimulatedState::find_file(std::string_view what, std::string_view path) {
  if (Status usable = alive(); !usable) return failure(std::move(usable));
  const Inode inode = disk_.find(path);
  if (inode == 0) return cannot(what, path, "there is no such file");
  if (disk_.file(inode) == nullptr) return cannot(what, path, "it is a directory");
  return inode;
}

Result<SimulatedState::Place> SimulatedState::place(std::string_view what, std::string_view path) {
  if (Status usable = alive(); !usable) return failure(std::move(usable));
  Place found = disk_.parent(path);
  if (found.first == 0) return cannot(what, path, "there is no such directory");
  return found;
}

Result<SimulatedState::Place> SimulatedState::free_place(std::string_view what,
                                                         std::string_view path) {
  Result<Place> found = place(what, path);
  if (found && disk_.find(path) != 0) {
    return failure(Code::conflict,
                   fmt::format("cannot {} {}: the name is taken", what, quote(path)));
  }
  return found;
}

Status SimulatedState::count(ChangingCall call, std::string_view path) {
  const bool dies = crash_at_ == history_.size();
  history_.push_back({call, std::string(path)});
  if (!dies) return {};
  dead_ = true;
  return alive();
}

Status SimulatedState::change_bytes(ChangingCall call, const SimulatedHandle& file,
                                    File::Write write) {
  if (Status counted = count(call, file.path); !counted) {
    UnderWay dying;
    dying.file = file.inode;
    dying.write = std::move(write);
    under_way_ = std::move(dying);
    return counted;
  }
  disk_.file(file.inode)->write(std::move(write));
  return {};
}

Status SimulatedState::change_name(ChangingCall call, std::string_view path, Inode directory,
                                   Directory::Change change) {
  if (Status counted = count(call, path); !counted) {
    UnderWay dying;
    dying.directory = directory;
    dying.change = std::move(change);
    under_way_ = std::move(dying);
    return counted;
  }
  disk_.directory(directory)->change(std::move(change));
  return {};
}

}  // namespace kv
