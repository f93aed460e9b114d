// The executor without threads keeps the rules of base/executor.h, in an order that repeats.

#include "base/simulated_executor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/story.h"

namespace kv {
namespace {

using Order = std::vector<int>;

// The order in which so many tasks run, of which each fifth schedules another.
Order order_of(SimulatedExecutor& executor, int tasks) {
  Order order;
  for (int i = 0; i < tasks; ++i) {
    executor.schedule([&, i] {
      order.push_back(i);
      if (i % 5 == 0) executor.schedule([&, i] { order.push_back(tasks + i); });
    });
  }
  EXPECT_TRUE(order.empty());  // never inside schedule
  executor.run_all();
  return order;
}

TEST(SimulatedExecutor, TakesTasksInTheOrderTheyCame) {
  SimulatedExecutor executor;
  EXPECT_EQ(order_of(executor, 6), (Order{0, 1, 2, 3, 4, 5, 6, 11}));
}

TEST(SimulatedExecutor, ASeedChoosesTheOrderAndChoosesItAgain) {
  std::set<Order> orders;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SimulatedExecutor executor{Random(seed)};
    SimulatedExecutor again{Random(seed)};
    const Order order = order_of(executor, 10);
    EXPECT_EQ(order, order_of(again, 10)) << "seed " << seed;
    EXPECT_EQ(std::set<int>(order.begin(), order.end()).size(), 12u) << "seed " << seed;
    orders.insert(order);
  }
  EXPECT_GT(orders.size(), 15u);
}

TEST(SimulatedExecutor, EveryOrderIsPossible) {
  std::set<Order> orders;
  for (std::uint64_t i = 0; i < 200; ++i) {
    SimulatedExecutor executor{Random(test::seed() * 1000 + i)};
    Order order;
    for (const int task : {1, 2, 3}) executor.schedule([&order, task] { order.push_back(task); });
    executor.run_all();
    orders.insert(order);
  }
  EXPECT_EQ(orders.size(), 6u);
}

TEST(SimulatedExecutor, RunsStepByStep) {
  SimulatedExecutor executor;
  int runs = 0;
  executor.schedule([&] { ++runs; });
  executor.schedule([&] { ++runs; });
  EXPECT_EQ(executor.waiting(), 2u);
  EXPECT_TRUE(executor.run_one());
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(executor.waiting(), 1u);
  EXPECT_EQ(executor.run_all(), 1u);
  EXPECT_FALSE(executor.run_one());
  EXPECT_EQ(runs, 2);
}

TEST(SimulatedExecutor, WaitingRunsAsManyTasksAsItTakes) {
  SimulatedExecutor executor;
  std::mutex mutex;
  std::condition_variable change;
  int runs = 0;
  for (int i = 0; i < 5; ++i) {
    executor.schedule([&] {
      const std::lock_guard lock(mutex);  // which `wait` must have released
      ++runs;
      change.notify_all();
    });
  }
  std::unique_lock lock(mutex);
  executor.wait(lock, change, [&] { return runs == 3; });
  EXPECT_TRUE(lock.owns_lock());
  EXPECT_EQ(runs, 3);
  executor.wait(lock, change, [&] { return runs >= 2; });  // holds already
  EXPECT_EQ(runs, 3);
  lock.unlock();
  EXPECT_EQ(executor.waiting(), 2u);
}

TEST(SimulatedExecutor, WaitingAsksBehindEachTask) {
  SimulatedExecutor executor;
  std::mutex mutex;
  std::condition_variable change;
  int runs = 0;
  for (int i = 0; i < 5; ++i) executor.schedule([&] { ++runs; });  // nobody notifies
  std::unique_lock lock(mutex);
  executor.wait_asking(lock, change, [&] { return runs == 3; });
  EXPECT_EQ(runs, 3);
  EXPECT_TRUE(lock.owns_lock());
}

TEST(SimulatedExecutor, WaitingForWhatNobodyDoesIsADeadlock) {
  SimulatedExecutor executor;
  std::mutex mutex;
  std::condition_variable change;
  bool ran = false;
  executor.schedule([&] { ran = true; });
  std::unique_lock lock(mutex);
  EXPECT_THROW(executor.wait(lock, change, [] { return false; }), Deadlock);
  EXPECT_TRUE(ran);
  EXPECT_TRUE(lock.owns_lock());
}

TEST(SimulatedExecutor, ATaskThatWaitsIsADeadlock) {
  SimulatedExecutor executor;
  std::mutex mutex;
  std::condition_variable change;
  executor.schedule([&] {
    std::unique_lock lock(mutex);
    executor.wait(lock, change, [] { return true; });
  });
  EXPECT_THROW(executor.run_one(), Deadlock);
  executor.schedule([] {});
  EXPECT_TRUE(executor.run_one());  // the executor lives on
}

TEST(SimulatedExecutor, WhatATaskThrowsReachesWhoWaits) {
  SimulatedExecutor executor;
  std::mutex mutex;
  std::condition_variable change;
  executor.schedule([] { throw std::runtime_error("a failure"); });
  std::unique_lock lock(mutex);
  EXPECT_THROW(executor.wait(lock, change, [] { return false; }), std::runtime_error);
  EXPECT_TRUE(lock.owns_lock());
}

TEST(SimulatedExecutor, RunsWhatIsLeftBeforeItIsGone) {
  int runs = 0;
  const auto owned = std::make_shared<int>(0);
  {
    SimulatedExecutor executor;
    executor.schedule([&, owned] { executor.schedule([&, owned] { ++runs; }); });
    EXPECT_EQ(owned.use_count(), 2);
  }
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(owned.use_count(), 1);
}

TEST(SimulatedExecutor, AnyThreadSchedules) {
  SimulatedExecutor executor;
  int runs = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&] {
        for (int i = 0; i < 100; ++i) executor.schedule([&] { ++runs; });
      });
    }
    for (int i = 0; i < 50; ++i) executor.run_one();  // meanwhile
  }
  executor.run_all();
  EXPECT_EQ(runs, 400);
}

}  // namespace
}  // namespace kv
