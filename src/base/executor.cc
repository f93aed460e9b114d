#include "base/executor.h"

#include <chrono>
#include <deque>
#include <system_error>
#include <thread>
#include <vector>

namespace kv {
namespace {

constexpr std::chrono::milliseconds ask_again{5};

class ThreadExecutor final : public Executor {
 public:
  ~ThreadExecutor() override {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    arrived_.notify_all();
    threads_.clear();  // joins, while the other members are still there
  }

  Status start(std::size_t threads) {
    try {
      for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
    } catch (const std::system_error& error) {
      return failure(Code::unavailable, "thread " + std::to_string(threads_.size() + 1) + " of " +
                                            std::to_string(threads) + " did not start (" +
                                            error.what() +
                                            "); ask for fewer, or raise the limit of the system");
    }
    return {};
  }

  void schedule(Task task) override {
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    arrived_.notify_one();
  }

  void wait(std::unique_lock<std::mutex>& lock, std::condition_variable& change,
            const std::function<bool()>& done) override {
    change.wait(lock, done);
  }

  void wait_asking(std::unique_lock<std::mutex>& lock, std::condition_variable& change,
                   const std::function<bool()>& done) override {
    while (!done()) change.wait_for(lock, ask_again);
  }

 private:
  // The life of one thread. It ends only when it sees no task left, so a task that schedules
  // another at the very end can rely on its own thread to run it.
  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      arrived_.wait(lock, [this] { return ending_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      {
        Task task = std::move(tasks_.front());
        tasks_.pop_front();
        lock.unlock();
        task();
      }  // what the task owns is gone before the lock is taken again
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable arrived_;  // a task, or the end

  // Guarded by mutex_.
  std::deque<Task> tasks_;
  bool ending_ = false;

  std::vector<std::jthread> threads_;  // constant once started
};

}  // namespace

Result<std::unique_ptr<Executor>> make_thread_executor(std::size_t threads) {
  if (threads == 0) {
    return failure(Code::invalid_argument, "an executor needs at least one thread");
  }
  auto executor = std::make_unique<ThreadExecutor>();
  if (Status started = executor->start(threads); !started) return failure(std::move(started));
  return executor;
}

}  // namespace kv
