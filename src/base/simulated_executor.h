#pragma once

// An executor without threads, for tests: background work runs when the test says so, one task
// after the other, in the order they came or in one that a seed chooses. So whatever the tasks do
// happens in the same order every time, and the crash points of a SimulatedFileSystem keep their
// numbers.
//
//   SimulatedExecutor executor{Random(seed)};
//   ... open a store with it, write ...
//   executor.run_one();                        // a step in the background
//   ... write more ...
//   executor.run_all();                        // all of it, and what it schedules
//
// `wait` runs tasks then and there, until what the caller waits for holds. Where no task is left
// and it still does not, a real executor would wait for ever; this one throws Deadlock.
//
// *Thread safety*: any thread may schedule; all other calls are made by one thread.
// *Ownership*: destroying it runs what is left, as every executor does.
// *Errors*: Deadlock, an exception, since nobody is there to whom `wait` could return. What a task
// throws, be it that, goes on to whoever runs it, and the other tasks stay.
// *Simplification*: a task runs whole, without another one in its midst. What two tasks do to each
// other at the same time is a matter for real threads and the thread sanitizer.

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <vector>

#include "base/executor.h"
#include "base/random.h"

namespace kv {

// Who waits would wait for ever.
class Deadlock : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

class SimulatedExecutor final : public Executor {
 public:
  // Tasks run in the order they came.
  SimulatedExecutor() = default;

  // At each step, any of the tasks runs, as this source chooses.
  explicit SimulatedExecutor(Random order) : order_(order) {}

  ~SimulatedExecutor() override { run_all(); }

  void schedule(Task task) override;

  // As Executor says. Throws Deadlock if no task is left and `done()` does not hold, and if a task
  // calls it. The lock is held after an exception, too.
  void wait(std::unique_lock<std::mutex>& lock, std::condition_variable& change,
            const std::function<bool()>& done) override;

  void wait_asking(std::unique_lock<std::mutex>& lock, std::condition_variable& change,
                   const std::function<bool()>& done) override {
    wait(lock, change, done);
  }

  // Runs one task. False if there is none.  Requires: no task calls it.
  bool run_one();

  // Runs tasks until there are no more, and returns how many.  Requires: no task calls it.
  std::size_t run_all();

  // How many tasks have not begun.
  std::size_t waiting() const;

 private:
  // The next task; null if there is none.
  Task take();

  // Used by the thread that runs the tasks.
  std::optional<Random> order_;  // none: as they came
  bool running_ = false;         // inside a task

  mutable std::mutex mutex_;
  std::vector<Task> tasks_;  // guarded by mutex_, in the order they came
};

}  // namespace kv
