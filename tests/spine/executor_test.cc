// Executors: the one with threads, and that one without can be written.

#include "base/executor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <latch>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/random.h"
#include "tests/support/expect.h"

namespace kv {
namespace {

using test::fails_with;
using test::ok;

std::unique_ptr<Executor> threads(std::size_t count) {
  Result<std::unique_ptr<Executor>> executor = make_thread_executor(count);
  EXPECT_TRUE(ok(executor));
  return *std::move(executor);
}

TEST(ThreadExecutor, NeedsAThread) {
  EXPECT_TRUE(fails_with(Code::invalid_argument, make_thread_executor(0)));
}

TEST(ThreadExecutor, RunsEveryTaskOnceBeforeItIsGone) {
  constexpr std::size_t callers = 4;
  constexpr std::size_t tasks_each = 1000;
  std::vector<std::atomic<int>> runs(callers * tasks_each);
  {
    const auto executor = threads(3);
    std::vector<std::jthread> scheduling;
    for (std::size_t caller = 0; caller < callers; ++caller) {
      scheduling.emplace_back([&, caller] {
        for (std::size_t i = 0; i < tasks_each; ++i)
          executor->schedule([&runs, task = caller * tasks_each + i] { ++runs[task]; });
      });
    }
  }
  for (std::size_t i = 0; i < runs.size(); ++i) ASSERT_EQ(runs[i], 1) << "task " << i;
}

// The destructor finishes what tasks schedule while it is already waiting.
TEST(ThreadExecutor, FinishesTheWorkOfItsTasksToo) {
  for (const std::size_t count : {1, 2}) {
    int left = 1000;
    std::latch ending(1);
    std::function<void()> chain;
    auto executor = threads(count);
    Executor& its = *executor;
    chain = [&] {
      if (--left > 0) its.schedule(chain);
    };
    executor->schedule([&] {
      ending.wait();
      chain();
    });
    std::jthread destroying([&] { executor.reset(); });
    ending.count_down();
    destroying.join();
    EXPECT_EQ(left, 0) << count << " threads";
  }
}

TEST(ThreadExecutor, ATaskNeverRunsInsideSchedule) {
  std::mutex mutex;
  std::set<std::thread::id> ran_on;
  {
    const auto executor = threads(2);
    for (int i = 0; i < 100; ++i) {
      const std::lock_guard lock(mutex);  // which the task needs: inside this call, it would hang
      executor->schedule([&] {
        const std::lock_guard inner(mutex);
        ran_on.insert(std::this_thread::get_id());
      });
    }
  }
  EXPECT_FALSE(ran_on.contains(std::this_thread::get_id()));
  EXPECT_LE(ran_on.size(), 2u);
  EXPECT_GE(ran_on.size(), 1u);
}

TEST(ThreadExecutor, OneThreadTakesTasksInOrder) {
  std::vector<int> order;
  {
    const auto executor = threads(1);
    for (int i = 0; i < 100; ++i) executor->schedule([&order, i] { order.push_back(i); });
  }
  ASSERT_EQ(order.size(), 100u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

// Tasks must not wait for each other; these do, to show that two run at the same time.
TEST(ThreadExecutor, TwoThreadsWorkAtTheSameTime) {
  std::latch both(2);
  {
    const auto executor = threads(2);
    executor->schedule([&] { both.arrive_and_wait(); });
    executor->schedule([&] { both.arrive_and_wait(); });
  }
  EXPECT_TRUE(both.try_wait());
}

TEST(ThreadExecutor, WaitingSeesWhatNobodyNotifies) {
  const auto executor = threads(1);
  std::mutex mutex;
  std::condition_variable change;
  std::atomic<bool> came{false};
  std::latch waiting(1);
  const std::jthread other([&] {
    waiting.wait();
    came = true;
  });
  std::unique_lock lock(mutex);
  executor->wait_asking(lock, change, [&] {
    if (!waiting.try_wait()) waiting.count_down();
    return came.load();
  });
  EXPECT_TRUE(came);
  EXPECT_TRUE(lock.owns_lock());
}

TEST(ThreadExecutor, WhatATaskOwnsDiesWithIt) {
  const auto owned = std::make_shared<int>(1);
  {
    const auto executor = threads(1);
    executor->schedule([copy = owned] {});
    auto moved_in = std::make_unique<int>(2);  // tasks need not be copyable
    executor->schedule([moved_in = std::move(moved_in)] { EXPECT_EQ(*moved_in, 2); });
  }
  EXPECT_EQ(owned.use_count(), 1);
}

// The other kind of executor that the contract is written for: no threads, one task at a time, in
// an order that a seed decides.
class SteppingExecutor final : public Executor {
 public:
  explicit SteppingExecutor(std::uint64_t seed) : random_(seed) {}
  ~SteppingExecutor() override {
    while (step()) {
    }
  }

  void schedule(Task task) override { tasks_.push_back(std::move(task)); }

  void wait(std::unique_lock<std::mutex>& lock, std::condition_variable&,
            const std::function<bool()>& done) override {
    while (!done()) {
      lock.unlock();
      const bool stepped = step();
      lock.lock();
      ASSERT_TRUE(stepped) << "waiting for work that nobody has scheduled";
    }
  }

  void wait_asking(std::unique_lock<std::mutex>& lock, std::condition_variable& change,
                   const std::function<bool()>& done) override {
    wait(lock, change, done);
  }

  // Runs one task; false where there is none.
  bool step() {
    if (tasks_.empty()) return false;
    const auto chosen = tasks_.begin() + static_cast<std::ptrdiff_t>(random_.below(tasks_.size()));
    Task task = std::move(*chosen);
    tasks_.erase(chosen);
    task();
    return true;
  }

 private:
  Random random_;
  std::deque<Task> tasks_;
};

// What a store will do: a writer fills a small buffer, work in the background empties it, and the
// writer waits while it is full. Returns the order in which the items came out.
std::vector<int> write_through_small_buffer(Executor& executor, int items) {
  constexpr std::size_t capacity = 3;
  std::mutex mutex;
  std::condition_variable change;
  std::vector<int> buffer;  // these three are guarded by mutex
  std::vector<int> out;
  int running = 0;

  std::unique_lock lock(mutex);
  for (int i = 0; i < items; ++i) {
    executor.wait(lock, change, [&] { return buffer.size() < capacity; });
    EXPECT_TRUE(lock.owns_lock());
    buffer.push_back(i);
    ++running;
    executor.schedule([&] {
      const std::lock_guard inner(mutex);
      out.push_back(buffer.back());
      buffer.pop_back();
      --running;
      change.notify_all();  // under the lock: afterwards the writer may be gone, and `change` too
    });
  }
  executor.wait(lock, change, [&] { return running == 0; });
  return out;
}

TEST(Executor, AWriterCanWaitForBackgroundWork) {
  std::vector<int> all(200);
  for (int i = 0; i < 200; ++i) all[static_cast<std::size_t>(i)] = i;

  const auto executor = threads(2);
  std::vector<int> out = write_through_small_buffer(*executor, 200);
  std::ranges::sort(out);
  EXPECT_EQ(out, all);

  SteppingExecutor stepping(1);
  out = write_through_small_buffer(stepping, 200);
  std::ranges::sort(out);
  EXPECT_EQ(out, all);
}

// Three chains of work that note when they run, in the order a seed decides.
std::string interleaving(std::uint64_t seed) {
  std::string order;
  std::function<void(char, int)> chain;
  {
    SteppingExecutor executor(seed);
    chain = [&](char name, int left) {
      order += name;
      if (left > 1) executor.schedule([&, name, left] { chain(name, left - 1); });
    };
    for (const char name : {'a', 'b', 'c'}) executor.schedule([&, name] { chain(name, 5); });
  }
  return order;
}

TEST(Executor, CanBeSteppedInAnOrderThatRepeats) {
  std::set<std::string> orders;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const std::string order = interleaving(seed);
    EXPECT_EQ(order.size(), 15u);
    EXPECT_EQ(interleaving(seed), order) << "seed " << seed;
    orders.insert(order);
  }
  EXPECT_GT(orders.size(), 10u) << "other seeds, other orders";
}

}  // namespace
}  // namespace kv
