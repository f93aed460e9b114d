#include "base/simulated_executor.h"

#include <cassert>
#include <utility>

namespace kv {
namespace {

// A lock that is not held for a while, and is again also where that ends with an exception.
class Released {
 public:
  explicit Released(std::unique_lock<std::mutex>& lock) : lock_(lock) { lock_.unlock(); }
  Released(const Released&) = delete;
  Released& operator=(const Released&) = delete;
  ~Released() { lock_.lock(); }

 private:
  std::unique_lock<std::mutex>& lock_;
};

}  // namespace

void SimulatedExecutor::schedule(Task task) {
  const std::lock_guard lock(mutex_);
  tasks_.push_back(std::move(task));
}

void SimulatedExecutor::wait(std::unique_lock<std::mutex>& lock, std::condition_variable&,
                             const std::function<bool()>& done) {
  if (running_) throw Deadlock("a task waits for another task, which no executor allows");
  while (!done()) {
    const bool ran = [&] {
      const Released released(lock);
      return run_one();
    }();
    if (!ran && !done()) {
      throw Deadlock("deadlock: no task is left to run, and what is waited for does not hold");
    }
  }
}

bool SimulatedExecutor::run_one() {
  assert(!running_);
  Task task = take();
  if (!task) return false;
  struct Running {
    explicit Running(bool& running) : flag(running) { flag = true; }
    ~Running() { flag = false; }
    bool& flag;
  };
  const Running running(running_);  // also where the task throws
  task();
  task = nullptr;  // what it owns goes while it still counts as running
  return true;
}

std::size_t SimulatedExecutor::run_all() {
  std::size_t count = 0;
  while (run_one()) ++count;
  return count;
}

std::size_t SimulatedExecutor::waiting() const {
  const std::lock_guard lock(mutex_);
  return tasks_.size();
}

Executor::Task SimulatedExecutor::take() {
  const std::lock_guard lock(mutex_);
  if (tasks_.empty()) return nullptr;
  const std::size_t chosen = order_ ? order_->below(tasks_.size()) : 0;
  Task task = std::move(tasks_[chosen]);
  tasks_.erase(tasks_.begin() + static_cast<std::ptrdiff_t>(chosen));
  return task;
}

}  // namespace kv
