// A log that is ended before it is full (persistence/rollable_log.h).

#include "persistence/rollable_log.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/simulated_file_system.h"
#include "persistence/recovery.h"
#include "tests/support/expect.h"
#include "tests/support/story.h"

namespace kv::test {
namespace {

class RollableLogs : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(ok(files.create_directory("db")));
    ASSERT_TRUE(ok(files.sync_directory(directory_of("db"))));
    ASSERT_TRUE(ok(log.open()));
  }

  Status append() {
    Batch batch;
    batch.put("k" + std::to_string(next_), "v");
    return log.append(next_++, batch);
  }

  std::vector<LogNumber> logs() { return logs_in(files, "db").value(); }

  // The last write that a loss of power leaves.
  SequenceNumber last_after(CrashPolicy policy) {
    SimulatedFileSystem left = files;
    Random random(test::seed());
    left.crash(policy, random);
    const auto recovered = recover(left, "db", [](const InternalKey&, std::string_view) {});
    EXPECT_TRUE(ok(recovered));
    return recovered ? recovered->last : 0;
  }

  SimulatedFileSystem files;
  std::vector<LogHeader> rolled;
  RollableLog log{files,
                  {.directory = "db",
                   .log_bytes = 4'096,
                   .sync_names = [this] { return files.sync_directory("db"); },
                   .rolled = [this](const LogHeader& next) { rolled.push_back(next); }}};

 private:
  SequenceNumber next_ = 1;
};

TEST_F(RollableLogs, AreEndedByASyncThatFollows) {
  ASSERT_TRUE(ok(append()));
  ASSERT_TRUE(ok(append()));
  log.roll_at_sync(true);
  ASSERT_TRUE(ok(log.write()));
  EXPECT_TRUE(rolled.empty());
  ASSERT_TRUE(ok(log.sync()));
  EXPECT_TRUE(ok(log.rolled()));
  EXPECT_EQ(rolled, (std::vector<LogHeader>{{2, 3, 0}}));
  EXPECT_EQ(logs(), (std::vector<LogNumber>{1, 2}));
  EXPECT_EQ(log.synced(), 2u);
  ASSERT_TRUE(ok(log.sync()));
  EXPECT_EQ(rolled.size(), 1u) << "once";
}

TEST_F(RollableLogs, AreOneSequenceOfWritesWhereverTheyEnd) {
  for (int i = 1; i <= 400; ++i) {
    ASSERT_TRUE(ok(append()));
    if (i % 130 != 0) continue;  // logs that are full come between
    log.roll_at_sync(true);
    ASSERT_TRUE(ok(log.sync()));
    EXPECT_EQ(rolled.back().first, static_cast<SequenceNumber>(i + 1));
    EXPECT_EQ(last_after(CrashPolicy::nothing), static_cast<SequenceNumber>(i));
  }
  ASSERT_TRUE(ok(log.sync()));
  for (const CrashPolicy policy : power_losses) EXPECT_EQ(last_after(policy), 400u);
  for (std::size_t i = 0; i < rolled.size(); ++i) EXPECT_EQ(rolled[i].number, i + 2);
  EXPECT_GE(rolled.size(), 5u);
  ASSERT_TRUE(ok(log.close()));
  EXPECT_EQ(last_after(CrashPolicy::nothing), 400u);
}

TEST_F(RollableLogs, AreNotEndedWithoutARecord) {
  log.roll_at_sync(true);
  ASSERT_TRUE(ok(log.sync()));
  EXPECT_TRUE(ok(log.rolled()));
  EXPECT_TRUE(rolled.empty());
  ASSERT_TRUE(ok(append()));
  for (int i = 0; i < 2; ++i) {
    log.roll_at_sync(true);
    ASSERT_TRUE(ok(log.sync()));
  }
  EXPECT_EQ(rolled.size(), 1u);
}

TEST_F(RollableLogs, AreWrittenOnWhereThereIsNoRoomForAnother) {
  ASSERT_TRUE(ok(append()));
  files.fail(Fault::disk_full);
  log.roll_at_sync(true);
  ASSERT_TRUE(ok(log.sync()));
  EXPECT_TRUE(fails_with(Code::no_space, log.rolled()));
  EXPECT_TRUE(rolled.empty());
  ASSERT_TRUE(ok(append()));
  ASSERT_TRUE(ok(log.sync()));
  EXPECT_EQ(last_after(CrashPolicy::nothing), 2u);
  files.clear_faults();
  log.roll_at_sync(true);
  ASSERT_TRUE(ok(log.sync()));
  EXPECT_TRUE(ok(log.rolled()));
  EXPECT_EQ(rolled, (std::vector<LogHeader>{{2, 3, 0}}));
}

TEST_F(RollableLogs, LeaveNothingInTheWayOfTheNextAttempt) {
  ASSERT_TRUE(ok(append()));
  ASSERT_TRUE(ok(log.write()));
  files.fail(Fault::write_fails);  // the next log is there, and its header is not written
  log.roll_at_sync(true);
  ASSERT_TRUE(ok(log.sync()));
  EXPECT_FALSE(log.rolled().has_value());
  EXPECT_EQ(logs(), (std::vector<LogNumber>{1}));
  files.clear_faults();
  log.roll_at_sync(true);
  ASSERT_TRUE(ok(log.sync()));
  EXPECT_TRUE(ok(log.rolled()));
  EXPECT_EQ(logs(), (std::vector<LogNumber>{1, 2}));
}

TEST_F(RollableLogs, HaveNotFailedWhereThereWasNoRoom) {
  files.fail(Fault::disk_full);
  Status appended;
  for (int i = 0; i < 400 && appended; ++i) appended = append();
  EXPECT_TRUE(fails_with(Code::no_space, appended));
  EXPECT_FALSE(log.has_failed());
  files.clear_faults();
  files.fail(Fault::sync_fails_keeps);
  EXPECT_FALSE(log.sync().has_value());
  EXPECT_TRUE(log.has_failed());
}

TEST_F(RollableLogs, AreNotEndedByASyncThatFails) {
  ASSERT_TRUE(ok(append()));
  files.fail(Fault::sync_fails_keeps);
  log.roll_at_sync(true);
  EXPECT_FALSE(log.sync().has_value());
  EXPECT_TRUE(rolled.empty());
  EXPECT_EQ(logs(), (std::vector<LogNumber>{1}));
}

}  // namespace
}  // namespace kv::test
