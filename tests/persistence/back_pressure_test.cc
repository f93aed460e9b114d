// Writers that back-pressure slows or stops (persistence/back_pressure.h), and whose deadline or
// cancellation comes meanwhile: they have done nothing, and say so.

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "kv/capabilities.h"
#include "tests/persistence/simulated_store.h"
#include "tests/support/expect.h"

namespace kv::test {
namespace {

using namespace std::chrono_literals;

class BackPressures : public testing::Test {
 protected:
  // A task comes first of all in the background: time passes, and somebody cancels.
  void open() {
    for (SimulatedExecutor* executor : {&store.executor(), &store.compactions()}) {
      executor->schedule([this] { time_passes(); });
    }
    ASSERT_TRUE(ok(store.open_with_compactions_apart()));
  }

  void time_passes() {
    clock.advance(1h);
    source.request_stop();
  }

  // Writes until level 0 has so many tables. No compaction runs.
  void fill_level_0(std::size_t tables) {
    store.executor().run_all();
    source = std::stop_source();
    for (int i = 0; store.tables() < tables; ++i) {
      ASSERT_LT(i, 200);
      ASSERT_TRUE(ok(store->put("k" + std::to_string(i % 40), std::string(500, 'v'))));
      store.executor().run_all();
    }
  }

  Context with_deadline() { return Context().with_timeout(1s, clock); }
  Context with_cancellation() { return Context().with_cancellation(source.get_token()); }

  void expect_nothing_done(Code code, const Context& context) {
    const std::string content = store.content();
    const auto sequence = store->as<Versioned>()->last_sequence();
    EXPECT_TRUE(fails_with(code, store->put("late", "v", context)));
    EXPECT_EQ(store.content(), content);
    EXPECT_EQ(store->as<Versioned>()->last_sequence(), sequence);
    EXPECT_TRUE(ok(store->put("later", "v")));
  }

  ManualClock clock;
  std::stop_source source;
  SimulatedFileSystem files;
  SimulatedStore store{files};
};

TEST_F(BackPressures, StoppedByLevel0AWriterHasADeadline) {
  ASSERT_NO_FATAL_FAILURE(open());
  ASSERT_NO_FATAL_FAILURE(fill_level_0(12));
  expect_nothing_done(Code::deadline_exceeded, with_deadline());
  EXPECT_EQ(store.figure("writes_stopped_by_level0"), 2);
}

TEST_F(BackPressures, StoppedByLevel0AWriterIsCancelled) {
  ASSERT_NO_FATAL_FAILURE(open());
  ASSERT_NO_FATAL_FAILURE(fill_level_0(12));
  expect_nothing_done(Code::cancelled, with_cancellation());
}

TEST_F(BackPressures, WhoIsInTimeWritesWhenThereIsRoom) {
  ASSERT_NO_FATAL_FAILURE(open());
  ASSERT_NO_FATAL_FAILURE(fill_level_0(12));
  EXPECT_TRUE(ok(store->put("k", "v", Context().with_timeout(2h, clock))));
  EXPECT_GE(store.figure("compactions"), 1);
}

TEST_F(BackPressures, IsThereStillAfterTheDiskWasFull) {
  ASSERT_NO_FATAL_FAILURE(open());
  files.fail(Fault::disk_full);
  Status written;
  for (int i = 0; i < 100 && written; ++i) written = store->put("k", std::string(500, 'v'));
  EXPECT_TRUE(fails_with(Code::no_space, written));
  files.clear_faults();
  ASSERT_NO_FATAL_FAILURE(fill_level_0(12));
  expect_nothing_done(Code::deadline_exceeded, with_deadline());
}

TEST_F(BackPressures, BehindALogThatFailedNobodyWaits) {
  ASSERT_NO_FATAL_FAILURE(open());
  ASSERT_NO_FATAL_FAILURE(fill_level_0(8));
  files.fail(Fault::sync_fails_keeps);
  EXPECT_TRUE(fails_with(Code::outcome_unknown, store->put("k", "v")));
  const int pauses = store.pauses();
  EXPECT_TRUE(fails_with(Code::unavailable, store->put("k", "v")));
  EXPECT_EQ(store.pauses(), pauses);
}

TEST_F(BackPressures, SlowedByLevel0AWriterHasADeadline) {
  ASSERT_NO_FATAL_FAILURE(open());
  ASSERT_NO_FATAL_FAILURE(fill_level_0(8));
  store.at_each_pause([this] { time_passes(); });
  const Context context = with_deadline();
  expect_nothing_done(Code::deadline_exceeded, context);
  EXPECT_GE(store.pauses(), 2);
}

TEST_F(BackPressures, BehindTwoMemtablesAWriterHasADeadline) {
  for (const bool cancels : {false, true}) {
    ASSERT_NO_FATAL_FAILURE(open());
    source = std::stop_source();
    const Context context = cancels ? with_cancellation() : with_deadline();
    Status written;
    std::string key;
    int i = 0;
    for (; written && i < 100; ++i) {
      key = (cancels ? "c" : "d") + std::to_string(i);
      written = store->put(key, std::string(500, 'v'), context);
    }
    EXPECT_TRUE(fails_with(cancels ? Code::cancelled : Code::deadline_exceeded, written));
    EXPECT_GE(i, 15) << "two logs are full";
    EXPECT_TRUE(fails_with(Code::not_found, store->get(key)));
    EXPECT_TRUE(ok(store->put("later", "v")));
    store.executor().run_all();
    store.compactions().run_all();
  }
}

}  // namespace
}  // namespace kv::test
