// Task 4.4: the steps of a commit, in their order, and what becomes of one that fails.

#include <gtest/gtest.h>

#include <chrono>
#include <new>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "tests/04-wal/told_commit.h"

namespace kv::test {
namespace {

using namespace std::chrono_literals;

class Commits : public testing::Test {
 protected:
  static Batch change(std::string_view key, std::string_view from, std::string_view to) {
    Batch batch;
    batch.require(key, from);
    batch.put(key, to);
    return batch;
  }

  // The store takes no more writes, says why, and can be closed.
  static void expect_stopped(ToldCommit& commit) {
    EXPECT_EQ(commit.put("later", "1"), "unavailable");
    EXPECT_EQ(commit.flush(), "unavailable");
    EXPECT_EQ(commit.steps(), "nothing");
    const Status refused = commit.queue().apply(put("later", "2"), Context::none());
    const bool named =
        !refused && refused.error().message().find("the disk is broken") != std::string::npos;
    observe("the cause is named", named ? "yes" : "no");
    EXPECT_TRUE(named) << (refused ? "ok" : refused.error().text());
    static_cast<void>(commit.queue().close());
    EXPECT_EQ(commit.put("later", "3"), "closed");
  }

  // The code may be the log's, or say that the store is refusing.
  static void expect_flush_fails(ToldCommit& commit) {
    const std::string call = announce("flush");
    const bool flushed = commit.queue().flush(Context::none()).has_value();
    observe(call, flushed ? "ok" : "failed");
    EXPECT_FALSE(flushed);
    commit.steps();
  }

  ToldCommit none{Durability::none};
  ToldCommit wal{Durability::wal};
  ToldCommit sync{Durability::sync};
};

TEST_F(Commits, WithDurabilityNoneTheLogIsNotWritten) {
  EXPECT_EQ(none.put("a", "1"), "ok");
  EXPECT_EQ(none.put("b", "2"), "ok");
  EXPECT_EQ(none.steps(), "append 1, insert 1, publish 1, append 2, insert 2, publish 2");
}

TEST_F(Commits, WithWalItIsWrittenBeforeItIsPublished) {
  EXPECT_EQ(wal.put("a", "1"), "ok");
  EXPECT_EQ(wal.put("b", "2"), "ok");
  EXPECT_EQ(wal.steps(),
            "append 1, insert 1, write, publish 1, append 2, insert 2, write, publish 2");
}

TEST_F(Commits, WithSyncItIsSyncedBeforeItIsPublished) {
  EXPECT_EQ(sync.put("a", "1"), "ok");
  EXPECT_EQ(sync.put("b", "2"), "ok");
  EXPECT_EQ(sync.steps(),
            "append 1, insert 1, sync, publish 1, append 2, insert 2, sync, publish 2");
}

TEST_F(Commits, ABatchTakesANumberForEachChange) {
  Batch three = put("a", "1");
  three.put("b", "2");
  three.erase("a");
  EXPECT_EQ(wal.apply(three), "ok");
  EXPECT_EQ(wal.put("c", "3"), "ok");
  EXPECT_EQ(wal.steps(),
            "append 1, insert 1, write, publish 3, append 4, insert 4, write, publish 4");
}

TEST_F(Commits, ItGoesOnBehindWhatWasRecovered) {
  wal.target().publish(41);
  wal.steps();
  EXPECT_EQ(wal.put("a", "1"), "ok");
  EXPECT_EQ(wal.steps(), "append 42, insert 42, write, publish 42");
}

TEST_F(Commits, AConflictDoesNothingAndTakesNoNumber) {
  wal.put("a", "1");
  wal.steps();
  EXPECT_EQ(wal.apply(change("a", "2", "3")), "conflict");
  EXPECT_EQ(wal.target().value("a"), "1");
  const std::string done = wal.steps();
  EXPECT_TRUE(done.find("append") == std::string::npos) << done;
  EXPECT_EQ(wal.apply(change("a", "1", "2")), "ok");
  EXPECT_EQ(wal.steps(), "append 2, insert 2, write, publish 2");
}

TEST_F(Commits, ABatchWithoutChangesTakesNoNumber) {
  wal.put("a", "1");
  Batch only_asks;
  only_asks.require("a", "1");
  EXPECT_EQ(wal.apply(only_asks), "ok");
  only_asks.require("b", "1");
  EXPECT_EQ(wal.apply(only_asks), "conflict");
  static_cast<void>(wal.steps());
  EXPECT_EQ(wal.put("b", "2"), "ok");
  EXPECT_EQ(wal.steps(), "append 2, insert 2, write, publish 2");
}

TEST_F(Commits, FlushSyncsAtEveryLevel) {
  for (ToldCommit* const commit : {&none, &wal, &sync}) {
    commit->put("a", "1");
    commit->steps();
    EXPECT_EQ(commit->flush(), "ok");
    EXPECT_EQ(commit->steps(), "sync");
  }
}

TEST_F(Commits, WhoseDeadlineHasPassedDoesNothing) {
  ManualClock clock;
  const Context late = Context().with_timeout(5ms, clock);
  EXPECT_EQ(wal.apply(put("a", "1"), late), "ok");
  clock.advance(10ms);
  wal.steps();
  EXPECT_EQ(wal.apply(put("a", "2"), late), "deadline_exceeded");
  EXPECT_EQ(wal.flush(late), "deadline_exceeded");
  EXPECT_EQ(wal.target().value("a"), "1");
  EXPECT_EQ(wal.put("b", "1"), "ok");
  EXPECT_EQ(wal.steps(), "append 2, insert 2, write, publish 2");
}

TEST_F(Commits, WhoIsCancelledDoesNothing) {
  std::stop_source source;
  const Context context = Context().with_cancellation(source.get_token());
  EXPECT_EQ(sync.apply(put("a", "1"), context), "ok");
  source.request_stop();
  sync.steps();
  EXPECT_EQ(sync.apply(put("a", "2"), context), "cancelled");
  EXPECT_EQ(sync.target().value("a"), "1");
  EXPECT_EQ(sync.put("b", "1"), "ok");
  EXPECT_EQ(sync.steps(), "append 2, insert 2, sync, publish 2");
}

TEST_F(Commits, WithoutRoomInTheLogTheBatchAloneFails) {
  wal.log().fail_append(Code::no_space);
  EXPECT_EQ(wal.put("a", "1"), "no_space");
  EXPECT_EQ(wal.target().value("a"), "absent");
  static_cast<void>(wal.steps());
  EXPECT_EQ(wal.put("a", "2"), "ok");
  EXPECT_EQ(wal.steps(), "append 1, insert 1, write, publish 1");
}

TEST_F(Commits, AFailedWriteLeavesTheOutcomeUnknown) {
  wal.put("a", "1");
  wal.log().fail_write();
  EXPECT_EQ(wal.put("a", "2"), "outcome_unknown (io_error)");
  EXPECT_EQ(wal.steps(), "append 1, insert 1, write, publish 1, append 2, insert 2, write");
  EXPECT_EQ(wal.target().published(), 1u);
  expect_stopped(wal);
}

TEST_F(Commits, AFailedSyncLeavesTheOutcomeUnknown) {
  sync.put("a", "1");
  sync.log().fail_sync();
  EXPECT_EQ(sync.put("a", "2"), "outcome_unknown (io_error)");
  EXPECT_EQ(sync.steps(), "append 1, insert 1, sync, publish 1, append 2, insert 2, sync");
  EXPECT_EQ(sync.target().published(), 1u);
  expect_stopped(sync);
}

TEST_F(Commits, AFailedFlushStopsTheStore) {
  none.put("a", "1");
  none.log().fail_sync();
  expect_flush_fails(none);
  expect_stopped(none);
}

TEST_F(Commits, WithDurabilityNoneTheNextAppendMeetsTheFailure) {
  // Nobody waited for the write that failed, so the batch whose record it had is accepted.
  none.put("a", "1");
  none.log().fail_full_buffer();
  EXPECT_EQ(none.put("b", "1"), "ok");
  EXPECT_EQ(none.put("c", "1"), "io_error");
  EXPECT_EQ(none.put("d", "1"), "io_error");
  EXPECT_EQ(none.steps(), "append 1, insert 1, publish 1, append 2, insert 2, publish 2");
  EXPECT_EQ(none.target().value("c"), "absent");
  expect_flush_fails(none);
  expect_stopped(none);
}

TEST_F(Commits, WithoutMemoryForABatchNothingIsPublishedAnyMore) {
  wal.put("a", "1");
  wal.target().no_memory_for("c");
  Batch half = put("b", "1");
  half.put("c", "1");
  const std::string call = announce("apply " + told(half));
  bool thrown = false;
  try {
    static_cast<void>(wal.queue().apply(half, Context::none()));
  } catch (const std::bad_alloc&) {
    thrown = true;
  }
  observe(call, thrown ? "bad_alloc" : "nothing was thrown");
  EXPECT_TRUE(thrown);
  EXPECT_EQ(wal.put("d", "1"), "unavailable");
  EXPECT_EQ(wal.flush(), "unavailable");
  EXPECT_EQ(wal.target().published(), 1u);
  static_cast<void>(wal.queue().close());
  EXPECT_EQ(wal.put("d", "1"), "closed");
}

TEST_F(Commits, CloseClosesTheLogOnce) {
  wal.put("a", "1");
  wal.steps();
  EXPECT_EQ(wal.close(), "ok");
  EXPECT_EQ(wal.steps(), "close");
  EXPECT_EQ(wal.close(), "ok");
  EXPECT_EQ(wal.steps(), "nothing");
}

TEST_F(Commits, AfterCloseEverythingIsRefused) {
  none.put("a", "1");
  EXPECT_EQ(none.close(), "ok");
  EXPECT_EQ(none.put("a", "2"), "closed");
  EXPECT_EQ(none.flush(), "closed");
  EXPECT_EQ(none.target().published(), 1u);
}

TEST_F(Commits, CloseTellsWhatTheLogMeets) {
  none.put("a", "1");
  none.log().fail_sync();
  EXPECT_EQ(none.close(), "io_error");
  EXPECT_EQ(none.put("a", "2"), "closed");
  EXPECT_EQ(none.close(), "ok");
}

TEST_F(Commits, NobodyWaitsWhenAllAreAnswered) {
  sync.put("a", "1");
  sync.flush();
  const std::string call = announce("waiting");
  const std::size_t waiting = sync.queue().waiting();
  observe(call, std::to_string(waiting));
  EXPECT_EQ(waiting, 0u);
}

}  // namespace
}  // namespace kv::test
