// Maintenance::compact of engine `lsm` in threads of its own, which wait while a job that nobody
// waits for is under way, and that job fails: whoever waits gets an answer.

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <latch>
#include <mutex>
#include <utility>

#include "kv/capabilities.h"
#include "tests/persistence/table_stores.h"
#include "tests/support/expect.h"

namespace kv::test {
namespace {

// An executor with one thread, which knows how many callers have begun to wait through it.
class WatchedExecutor final : public Executor {
 public:
  WatchedExecutor() : inner_(make_thread_executor(1).value()) {}

  void schedule(Task task) override { inner_->schedule(std::move(task)); }

  void wait(std::unique_lock<std::mutex>& lock, std::condition_variable& change,
            const std::function<bool()>& done) override {
    if (done()) return;
    {
      const std::lock_guard counting(mutex_);
      ++begun_;
    }
    grown_.notify_all();
    inner_->wait(lock, change, done);
  }

  void wait_asking(std::unique_lock<std::mutex>& lock, std::condition_variable& change,
                   const std::function<bool()>& done) override {
    inner_->wait_asking(lock, change, done);
  }

  // Returns when so many callers have found that they must wait. They keep their lock until they
  // do: whoever takes it from then on finds them waiting.
  void wait_for_callers(int count) {
    std::unique_lock lock(mutex_);
    grown_.wait(lock, [&] { return begun_ >= count; });
  }

 private:
  std::mutex mutex_;
  // Guarded by mutex_:
  int begun_ = 0;
  std::condition_variable grown_;

  const std::unique_ptr<Executor> inner_;  // last: its thread uses the rest
};

class WaitingCompactions : public StoresWithTables {
 protected:
  // Tables for a first job, which stands still before it has written anything. Write-outs run when
  // the test says so, compactions in a thread.
  void begin_a_job() {
    Options options = options_in_db();
    options.compaction_filter = [this](std::string_view, std::string_view) {
      if (!std::exchange(begun_, true)) {
        under_way_.count_down();
        goes_on_.wait();
      }
      return false;
    };
    ASSERT_TRUE(ok(store.open(options, executor_)));
    while (store.figure("write_outs") < 4) ASSERT_NO_FATAL_FAILURE(write(1));
    under_way_.wait();
    content_ = store.content();
  }

  // Begins a compaction of everything in a thread, and returns when it waits, as the last of so
  // many.
  std::future<Status> compact_as_caller(int count) {
    auto answer =
        std::async(std::launch::async, [this] { return store->as<Maintenance>()->compact(); });
    executor_->wait_for_callers(count);
    return answer;
  }

  void let_the_job_go_on() {
    if (!std::exchange(let_go_, true)) goes_on_.count_down();
  }

  // The store's thread uses what stands here.
  void TearDown() override {
    let_the_job_go_on();
    store.abandon();
  }

  // The first job has failed, that was told once, and the store is as it was.
  void expect_a_failure_that_changed_nothing() {
    EXPECT_EQ(store.content(), content_);
    expect_all_survives();
    ASSERT_TRUE(ok(store->close()));  // so that no thread tells any more
    ASSERT_EQ(store.warnings().size(), 1u);
    EXPECT_NE(store.warnings().front().find("a compaction failed"), std::string::npos);
  }

  const std::shared_ptr<WatchedExecutor> executor_ = std::make_shared<WatchedExecutor>();

 private:
  bool begun_ = false;  // used by the executor's thread
  std::latch under_way_{1};
  std::latch goes_on_{1};
  bool let_go_ = false;
  std::string content_;
};

TEST_F(WaitingCompactions, AreDoneAfterAJobThatFailedOnce) {
  ASSERT_NO_FATAL_FAILURE(begin_a_job());
  std::future<Status> answer = compact_as_caller(1);
  files.fail(Fault::sync_fails_keeps);
  let_the_job_go_on();
  EXPECT_TRUE(ok(answer.get()));
  EXPECT_GE(store.figure("compactions"), 1);
  expect_a_failure_that_changed_nothing();
}

TEST_F(WaitingCompactions, FailAsTheJobDidWhereTheCauseStays) {
  ASSERT_NO_FATAL_FAILURE(begin_a_job());
  std::future<Status> answer = compact_as_caller(1);
  files.fail(Fault::disk_full);
  let_the_job_go_on();
  EXPECT_TRUE(fails_with(Code::no_space, answer.get()));
  EXPECT_EQ(store.figure("compactions"), 0);
  files.clear_faults();
  EXPECT_TRUE(ok(store->as<Maintenance>()->compact()));
  EXPECT_GE(store.figure("compactions"), 1);
  expect_a_failure_that_changed_nothing();
}

TEST_F(WaitingCompactions, EachGetTheirTurnBehindOthersThatFail) {
  ASSERT_NO_FATAL_FAILURE(begin_a_job());
  std::future<Status> first = compact_as_caller(1);
  std::future<Status> second = compact_as_caller(2);
  files.fail(Fault::disk_full);
  let_the_job_go_on();
  EXPECT_TRUE(fails_with(Code::no_space, first.get()));
  EXPECT_TRUE(fails_with(Code::no_space, second.get()));
  EXPECT_EQ(store.figure("compactions"), 0);
  files.clear_faults();
  expect_a_failure_that_changed_nothing();
}

TEST_F(WaitingCompactions, AreRefusedWhenTheStoreIsClosed) {
  ASSERT_NO_FATAL_FAILURE(begin_a_job());
  std::future<Status> first = compact_as_caller(1);
  std::future<Status> second = compact_as_caller(2);
  auto closed = std::async(std::launch::async, [this] { return store->close(); });
  executor_->wait_for_callers(3);
  let_the_job_go_on();
  EXPECT_TRUE(ok(closed.get()));
  EXPECT_TRUE(fails_with(Code::closed, first.get()));
  EXPECT_TRUE(fails_with(Code::closed, second.get()));
}

}  // namespace
}  // namespace kv::test
