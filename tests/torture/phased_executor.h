#pragma once

// A SimulatedExecutor that knows, of every call that changed the simulated disk, whether a task in
// the background made it.
//
// *Thread safety*: as SimulatedExecutor. *Ownership*: borrows the file system and the phases.

#include <cstdint>
#include <iterator>
#include <map>
#include <utility>

#include "base/simulated_executor.h"
#include "base/simulated_file_system.h"
#include "tests/torture/coverage.h"

namespace kv::torture {

// In which phase each call was made.
class Phases {
 public:
  // The call of this number, and those that follow, belong to the phase.
  void begin(std::uint64_t point, Phase phase) { begins_.insert_or_assign(point, phase); }

  // Calls from this number on have not been, after all.
  void forget_from(std::uint64_t point) {
    begins_.erase(begins_.lower_bound(point), begins_.end());
  }

  // Requires: a phase has begun at this call or before.
  Phase of(std::uint64_t point) const { return std::prev(begins_.upper_bound(point))->second; }

 private:
  std::map<std::uint64_t, Phase> begins_;  // by the number of the first call
};

class PhasedExecutor final : public Executor {
 public:
  PhasedExecutor(const SimulatedFileSystem& files, Phases& phases, Random order)
      : files_(files), phases_(phases), tasks_(order) {}

  void schedule(Task task) override { schedule(std::move(task), Phase::background); }

  // The task's calls belong to that phase.
  void schedule(Task task, Phase phase) {
    tasks_.schedule([this, phase, run = std::move(task)]() mutable {
      const Phase before = phase_;
      enter(phase);
      run();
      enter(before);
    });
  }

  void wait(std::unique_lock<std::mutex>& lock, std::condition_variable& change,
            const std::function<bool()>& done) override {
    tasks_.wait(lock, change, done);
  }

  void wait_asking(std::unique_lock<std::mutex>& lock, std::condition_variable& change,
                   const std::function<bool()>& done) override {
    wait(lock, change, done);
  }

  bool run_one() { return tasks_.run_one(); }
  std::size_t run_all() { return tasks_.run_all(); }

  // From now on calls belong to this phase, as long as no task runs.
  void enter(Phase phase) {
    phase_ = phase;
    phases_.begin(files_.points(), phase);
  }

 private:
  const SimulatedFileSystem& files_;
  Phases& phases_;
  Phase phase_ = Phase::foreground;
  SimulatedExecutor tasks_;  // last: its destructor runs tasks, which need the others
};

// The same executor for tasks of one phase, which it shares.
class ExecutorOfPhase final : public Executor {
 public:
  ExecutorOfPhase(std::shared_ptr<PhasedExecutor> tasks, Phase phase)
      : tasks_(std::move(tasks)), phase_(phase) {}

  void schedule(Task task) override { tasks_->schedule(std::move(task), phase_); }

  void wait(std::unique_lock<std::mutex>& lock, std::condition_variable& change,
            const std::function<bool()>& done) override {
    tasks_->wait(lock, change, done);
  }

  void wait_asking(std::unique_lock<std::mutex>& lock, std::condition_variable& change,
                   const std::function<bool()>& done) override {
    wait(lock, change, done);
  }

 private:
  const std::shared_ptr<PhasedExecutor> tasks_;
  const Phase phase_;
};

}  // namespace kv::torture
