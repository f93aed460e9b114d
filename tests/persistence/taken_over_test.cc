// A store of engine `sstable` that engine `lsm` takes over (persistence/table_levels.h).

#include <gtest/gtest.h>

#include <string>

#include "base/random.h"
#include "kv/capabilities.h"
#include "tests/persistence/simulated_store.h"
#include "tests/support/expect.h"
#include "tests/support/story.h"

namespace kv::test {
namespace {

class TakenOver : public testing::Test {
 protected:
  Result<std::unique_ptr<Store>> open_as_sstable(SimulatedFileSystem& files) {
    return open_sstable(options_in_db(),
                        {.files = &files, .executor = executor_, .warn = [](std::string_view) {}});
  }

  // A store of engine sstable with some tables and a log. `dies`: its process does, at the end;
  // then logs may be there still whose tables are.
  SimulatedFileSystem made(bool dies) {
    SimulatedFileSystem files;
    auto store = open_as_sstable(files);
    EXPECT_TRUE(ok(store));
    for (int i = 0; i < 40; ++i) {
      const std::string key = "k" + std::to_string(i % 25);
      EXPECT_TRUE(ok((*store)->put(key, std::to_string(i) + std::string(500, 'v'))));
      executor_->run_all();
    }
    EXPECT_TRUE(ok((*store)->erase("k3")));
    const auto all = (*store)->scan({});
    EXPECT_TRUE(ok(all));
    content = rest(**all);
    SimulatedFileSystem left = files;
    EXPECT_TRUE(ok((*store)->close()));
    Random random(test::seed());
    if (dies) left.crash(CrashPolicy::process_death, random);
    return dies ? left : files;
  }

  void expect_taken_over(SimulatedFileSystem& left) {
    {
      SimulatedStore store(left);
      ASSERT_TRUE(ok(store.open()));
      EXPECT_EQ(store.content(), content);
      EXPECT_TRUE(left.exists("db/manifest").value());
      for (int i = 0; i < 60; ++i) {
        ASSERT_TRUE(ok(store->put("n" + std::to_string(i % 9), std::string(500, 'n'))));
        store.executor().run_all();
      }
      EXPECT_GE(store.figure("compactions"), 1);
      EXPECT_TRUE(ok(store->get("k4")));
      ASSERT_TRUE(ok(store->close()));
    }
    const auto back = open_as_sstable(left);
    ASSERT_TRUE(fails_with(Code::invalid_argument, back));
    EXPECT_NE(back.error().message().find("engine lsm"), std::string::npos);
  }

  std::string content;

 private:
  const std::shared_ptr<SimulatedExecutor> executor_ = std::make_shared<SimulatedExecutor>();
};

TEST_F(TakenOver, AStoreThatWasClosedKeepsAllItHas) {
  SimulatedFileSystem files = made(false);
  expect_taken_over(files);
}

TEST_F(TakenOver, SoDoesOneWhoseProcessDied) {
  SimulatedFileSystem files = made(true);
  expect_taken_over(files);
}

TEST_F(TakenOver, AtEveryCrashOfItTheStoreIsWhole) {
  const SimulatedFileSystem before = made(true);
  Random random(test::seed());
  for (std::uint64_t point = 0;; ++point) {
    SCOPED_TRACE("crash at call " + std::to_string(point));
    SimulatedFileSystem dying = before;
    dying.crash_at(dying.points() + point);
    {
      SimulatedStore store(dying);
      static_cast<void>(store.open());
    }
    if (!dying.dead()) break;
    for (const CrashPolicy policy : power_losses) {
      SimulatedFileSystem left = dying;
      left.crash(policy, random);
      ASSERT_NO_FATAL_FAILURE(expect_taken_over(left));
    }
  }
}

}  // namespace
}  // namespace kv::test
