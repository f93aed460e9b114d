// Task 4.5: writers that come while a sync is running, and the one sync for all of them.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "tests/04-wal/told_commit.h"

namespace kv::test {
namespace {

using namespace std::chrono_literals;

// A first writer stands in its sync, or write; those who come meanwhile queue up in the order of
// their calls, and are let go together.
class GroupCommits : public testing::Test {
 protected:
  using Call = std::function<Status()>;

  void SetUp() override {
    commit.log().io_gate().shut();
    Caller& first = start([this]() -> Status {
      return commit.queue().apply(put("first", "1"), Context().with_timeout(5ms, clock));
    });
    while (commit.log().io_gate().arrived() == 0 && !first.answered) std::this_thread::yield();
    step("a writer stands at the disk");
  }

  // Should a case end early, nobody is left at a gate.
  void TearDown() override { let_go(); }

  void queue_up(const Batch& batch, const Context& context = Context::none()) {
    const std::string call = announce("apply " + told(batch) + ", queued");
    queue_up([this, batch, context]() -> Status { return commit.queue().apply(batch, context); });
    step(call);
  }
  void queue_up(Call call) {
    const Caller& caller = start(std::move(call));
    while (commit.queue().waiting() < callers_.size() && !caller.answered) {
      std::this_thread::yield();
    }
  }
  void queue_puts(int count) {
    for (int i = 0; i < count; ++i) queue_up(put("k" + std::to_string(i), "1"));
  }

  // Opens the gates, and gives the answers in the order of the calls.
  std::string answers() {
    const std::string call = announce("all are let go");
    let_go();
    std::string text;
    for (const Caller& caller : callers_) {
      text += (text.empty() ? "" : ", ") + caller.answer;
    }
    observe(call, text);
    return text;
  }

  std::size_t answered() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(callers_, [](const Caller& each) { return each.answered.load(); }));
  }

  explicit GroupCommits(Durability durability = Durability::sync) : commit(durability) {}

  ToldCommit commit;
  ManualClock clock;  // the first writer has 5 ms by it

 private:
  // A thread with one call. The others look at `answered` first.
  struct Caller {
    std::string answer;
    std::atomic<bool> answered = false;
    std::jthread thread;
  };

  Caller& start(Call call) {
    Caller& caller = callers_.emplace_back();
    caller.thread = std::jthread([call = std::move(call), &caller]() -> void {
      // Whatever else is thrown, such as a hole's Todo, ends the process, and is told: others may
      // wait for this caller, and would wait for ever.
      try {
        caller.answer = told_outcome(call());
      } catch (const std::bad_alloc&) {
        caller.answer = "bad_alloc";
      }
      caller.answered = true;
    });
    return caller;
  }

  void let_go() {
    commit.target().publish_gate().open();
    commit.log().io_gate().open();
    for (Caller& caller : callers_) {
      if (caller.thread.joinable()) caller.thread.join();
    }
  }

  std::deque<Caller> callers_;
};

TEST_F(GroupCommits, OneSyncIsEnoughForAll) {
  queue_puts(15);
  const std::string all = answers();
  EXPECT_EQ(all.find("ok, ok, ok"), 0u);
  std::string expected = "append 1, insert 1, sync, publish 1";
  for (int i = 2; i <= 16; ++i) {
    expected += ", append " + std::to_string(i) + ", insert " + std::to_string(i);
  }
  EXPECT_EQ(commit.steps(), expected + ", sync, publish 16");
  EXPECT_EQ(commit.log().syncs(), 2);
  EXPECT_EQ(commit.queue().waiting(), 0u);
}

TEST_F(GroupCommits, TheGroupIsPublishedAtOnceInTheOrderOfTheQueue) {
  Batch two = put("a", "1");
  two.put("b", "2");
  queue_up(two);
  queue_up(put("a", "3"));
  queue_up(two);
  EXPECT_EQ(answers(), "ok, ok, ok, ok");
  EXPECT_EQ(commit.steps(),
            "append 1, insert 1, sync, publish 1, append 2, insert 2, append 4, insert 4, "
            "append 5, insert 5, sync, publish 6");
}

TEST_F(GroupCommits, EachHasItsOwnAnswer) {
  Batch wants_absent = put("k", "2");
  wants_absent.require("k", absent);
  Batch wants_one = put("k", "3");
  wants_one.require("k", "1");
  queue_up(put("k", "1"));
  queue_up(wants_absent);
  queue_up(wants_one);
  queue_up(wants_one);
  queue_up(put("l", "1"));
  EXPECT_EQ(answers(), "ok, ok, conflict, ok, conflict, ok");
  EXPECT_EQ(commit.steps(),
            "append 1, insert 1, sync, publish 1, append 2, insert 2, append 3, insert 3, "
            "append 4, insert 4, sync, publish 4");
  EXPECT_EQ(commit.target().value("k"), "3");
}

TEST_F(GroupCommits, ALeaderThatIsRefusedStillLeads) {
  Batch never;
  never.require("first", "2");
  never.put("first", "3");
  queue_up(never);
  queue_puts(2);
  EXPECT_EQ(answers(), "ok, conflict, ok, ok");
  EXPECT_EQ(commit.log().syncs(), 2);
  commit.steps();
}

TEST_F(GroupCommits, WhoseDeadlinePassesInTheQueueHasDoneNothing) {
  queue_up(put("a", "1"));
  queue_up(put("b", "1"), Context().with_timeout(5ms, clock));
  queue_up(put("c", "1"), Context().with_timeout(50ms, clock));
  clock.advance(10ms);
  EXPECT_EQ(answers(), "ok, ok, deadline_exceeded, ok");
  EXPECT_EQ(commit.target().value("b"), "absent");
  EXPECT_EQ(commit.steps(),
            "append 1, insert 1, sync, publish 1, append 2, insert 2, append 3, insert 3, sync, "
            "publish 3");
}

TEST_F(GroupCommits, WhoIsTakenWaitsForTheOutcome) {
  queue_up(put("a", "1"));
  clock.advance(10ms);  // too late for the first writer, whose record is in the log
  EXPECT_EQ(answers(), "ok, ok");
  EXPECT_EQ(commit.target().published(), 2u);
}

TEST_F(GroupCommits, WithoutRoomForOneTheOthersGoOn) {
  commit.log().fail_append(Code::no_space);
  queue_puts(3);
  EXPECT_EQ(answers(), "ok, no_space, ok, ok");
  EXPECT_EQ(commit.steps(),
            "append 1, insert 1, sync, publish 1, append 2, insert 2, append 3, insert 3, sync, "
            "publish 3");
}

TEST_F(GroupCommits, AFailedSyncIsToldToAll) {
  queue_puts(3);
  commit.log().fail_sync(1);
  EXPECT_EQ(
      answers(),
      "ok, outcome_unknown (io_error), outcome_unknown (io_error), outcome_unknown (io_error)");
  EXPECT_EQ(commit.target().published(), 1u);
  EXPECT_EQ(commit.log().syncs(), 2);
  EXPECT_EQ(commit.put("later", "1"), "unavailable");
}

TEST_F(GroupCommits, WhoseSyncFailedIsNotFollowedByTheNextGroup) {
  // The sync that runs fails, and nobody who waits behind it is written.
  commit.log().fail_sync();
  queue_puts(3);
  EXPECT_EQ(answers(), "outcome_unknown (io_error), unavailable, unavailable, unavailable");
  EXPECT_EQ(commit.steps(), "append 1, insert 1, sync");
  EXPECT_EQ(commit.target().published(), 0u);
}

TEST_F(GroupCommits, WhoseOwnAppendFailedIsInNoDoubt) {
  // The first record is in a buffer whose write has failed; no other is taken.
  queue_puts(3);
  commit.log().fail_full_buffer();
  EXPECT_EQ(answers(), "ok, outcome_unknown (io_error), io_error, io_error");
  EXPECT_EQ(commit.steps(), "append 1, insert 1, sync, publish 1, append 2, insert 2, sync");
  EXPECT_EQ(commit.target().published(), 1u);
  EXPECT_EQ(commit.put("later", "1"), "unavailable");
}

TEST_F(GroupCommits, AFailedSyncLeavesNoDoubtAboutWhoChangesNothing) {
  Batch asks;
  asks.require("a", "1");  // holds by what the group has done, and nobody will ever see
  Batch refused = put("b", "1");
  refused.require("a", absent);
  queue_up(put("a", "1"));
  queue_up(asks);
  queue_up(refused);
  commit.log().fail_sync(1);
  EXPECT_EQ(answers(), "ok, outcome_unknown (io_error), unavailable, unavailable");
  EXPECT_EQ(commit.target().published(), 1u);
}

TEST_F(GroupCommits, WithoutMemoryForOneTheRestIsInDoubt) {
  // What hid the outcome is nobody's promise, so the cause is left out.
  commit.target().no_memory_for("k1");
  for (const char* key : {"k0", "k1", "k2"}) {
    queue_up([this, key]() -> Status {
      Status done = commit.queue().apply(put(key, "1"), Context::none());
      if (done) return done;
      return failure(done.error().code());
    });
  }
  EXPECT_EQ(answers(), "ok, bad_alloc, outcome_unknown, outcome_unknown");
  EXPECT_EQ(commit.target().published(), 1u);
  EXPECT_EQ(commit.put("later", "1"), "unavailable");
}

TEST_F(GroupCommits, NobodyIsAnsweredBeforeItIsPublished) {
  queue_puts(4);
  const std::string call = announce("answered while their leader is about to publish");
  commit.target().publish_gate().shut(1);  // the first writer passes, the next leader stands
  commit.log().io_gate().open();
  while (commit.target().publish_gate().arrived() < 2) std::this_thread::yield();
  std::size_t early = 0;
  for (int look = 0; look < 2'000; ++look) {
    early = std::max(early, answered() - std::min(answered(), std::size_t{1}));
    std::this_thread::yield();
  }
  observe(call, std::to_string(early));
  EXPECT_EQ(early, 0u);
  EXPECT_EQ(answers(), "ok, ok, ok, ok, ok");
}

TEST_F(GroupCommits, AFlushInTheQueueIsCoveredByTheGroupsSync) {
  queue_puts(2);
  queue_up([this]() -> Status { return commit.queue().flush(Context::none()); });
  EXPECT_EQ(answers(), "ok, ok, ok, ok");
  EXPECT_EQ(commit.target().published(), 3u);
}

// The same where the kernel's memory is far enough.
class GroupsInTheKernel : public GroupCommits {
 protected:
  GroupsInTheKernel() : GroupCommits(Durability::wal) {}

  void queue_flush() {
    const std::string call = announce("flush, queued");
    queue_up([this]() -> Status { return commit.queue().flush(Context::none()); });
    step(call);
  }
};

TEST_F(GroupsInTheKernel, OneWriteIsEnoughForAll) {
  queue_puts(3);
  EXPECT_EQ(answers(), "ok, ok, ok, ok");
  EXPECT_EQ(commit.steps(),
            "append 1, insert 1, write, publish 1, append 2, insert 2, append 3, insert 3, "
            "append 4, insert 4, write, publish 4");
}

TEST_F(GroupsInTheKernel, OneWhoFlushesHasAllOfThemSynced) {
  queue_puts(1);
  queue_flush();
  queue_puts(2);
  EXPECT_EQ(answers(), "ok, ok, ok, ok, ok");
  EXPECT_EQ(commit.log().syncs(), 1);
  EXPECT_EQ(commit.target().published(), 4u);
  EXPECT_TRUE(commit.steps().ends_with("sync, publish 4"));
}

TEST_F(GroupsInTheKernel, ARefusedFlushIsNoFlush) {
  queue_up([this]() -> Status { return commit.queue().flush(Context().with_timeout(5ms, clock)); });
  queue_puts(1);
  clock.advance(10ms);
  EXPECT_EQ(answers(), "ok, deadline_exceeded, ok");
  EXPECT_EQ(commit.log().syncs(), 0);
}

TEST_F(GroupCommits, CloseLetsTheQueueFinish) {
  queue_puts(5);
  std::jthread closing([this]() -> void { EXPECT_TRUE(commit.queue().close().has_value()); });
  EXPECT_TRUE(answers().starts_with("ok, "));
  closing.join();
  const std::string done = commit.steps();
  EXPECT_TRUE(done.ends_with(", close")) << done;
  EXPECT_EQ(commit.put("later", "1"), "closed");
}

TEST_F(GroupCommits, ManyWritersCountWithoutALoss) {
  // Each adds one to what it believes the number to be, until that was so.
  queue_puts(2);
  ASSERT_EQ(answers(), "ok, ok, ok");
  ASSERT_EQ(commit.put("number", "0"), "ok");
  constexpr int writers = 4;
  constexpr int times = 150;
  std::atomic<int> known = 0;
  announce("the number in the end");
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < writers; ++i) {
      threads.emplace_back([&]() -> void {
        for (int done = 0; done < times;) {
          const int seen = known.load();
          Batch batch = put("number", std::to_string(seen + 1));
          batch.require("number", std::to_string(seen));
          if (!commit.queue().apply(batch, Context::none())) continue;
          known.store(seen + 1);
          ++done;
        }
      });
    }
  }
  const std::string number = commit.target().value("number");
  observe("the number in the end", number);
  EXPECT_EQ(number, "600");
  EXPECT_EQ(commit.target().published(), 604u);
}

TEST_F(GroupCommits, ManyWritersAtEveryLevelAreAllPublished) {
  queue_puts(2);
  ASSERT_EQ(answers(), "ok, ok, ok");
  for (const Durability durability : {Durability::none, Durability::wal, Durability::sync}) {
    ToldCommit other(durability);
    std::atomic<int> failed = 0;
    const std::string call = announce("500 writes by 5 threads");
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 5; ++i) {
        threads.emplace_back([&, i]() -> void {
          for (int k = 0; k < 100; ++k) {
            const Batch batch = put("k" + std::to_string(i) + "-" + std::to_string(k), "1");
            if (!other.queue().apply(batch, Context::none())) ++failed;
            if (k % 40 == 0 && !other.queue().flush(Context::none())) ++failed;
          }
        });
      }
    }
    observe(call, std::to_string(failed) + " failed, the last is number " +
                      std::to_string(other.target().published()));
    EXPECT_EQ(failed, 0);
    EXPECT_EQ(other.target().published(), 500u);
    EXPECT_EQ(other.queue().waiting(), 0u);
  }
}

}  // namespace
}  // namespace kv::test
