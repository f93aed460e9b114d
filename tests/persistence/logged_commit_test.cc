// The commit that keeps a log (persistence/logged_commit.h), seen through engine `wal`: what it
// does with the directory while the store is open and when it is opened again.

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/random.h"
#include "tests/persistence/simulated_store.h"
#include "tests/support/expect.h"
#include "tests/support/story.h"

namespace kv::test {
namespace {

class LoggedCommits : public testing::Test {
 protected:
  // Writes so many values of 500 bytes: seven fill a log. Background work runs behind each.
  void write(int values, bool with_background = true) {
    for (int i = 0; i < values; ++i) {
      const std::string key = "k" + std::to_string(i % 10);
      ASSERT_TRUE(ok(store->put(key, std::to_string(i) + std::string(500, 'v'))));
      if (with_background) store.executor().run_all();
    }
  }

  void crash(CrashPolicy policy) {
    SimulatedFileSystem left = files;
    Random random(test::seed());
    left.crash(policy, random);
    survivor.reset();  // before the files that it has open
    after = std::make_unique<SimulatedFileSystem>(left);
    survivor = std::make_unique<SimulatedStore>(*after);
  }

  SimulatedFileSystem files;
  SimulatedStore store{files};
  std::unique_ptr<SimulatedFileSystem> after;
  std::unique_ptr<SimulatedStore> survivor;
};

TEST_F(LoggedCommits, ANewStoreIsEmpty) {
  ASSERT_TRUE(ok(store.open()));
  EXPECT_EQ(store.content(), "nothing");
  EXPECT_EQ(store.logs(), 1u);
  EXPECT_TRUE(store.warnings().empty());
}

TEST_F(LoggedCommits, ClosedAndOpenedItIsTheSame) {
  for (const Durability durability : {Durability::none, Durability::wal, Durability::sync}) {
    ASSERT_TRUE(ok(store.open(durability)));
    ASSERT_TRUE(ok(store->put("a", "1")));
    ASSERT_TRUE(ok(store->put("b", "2")));
    ASSERT_TRUE(ok(store->erase("b")));
    ASSERT_TRUE(ok(store->close()));
  }
  ASSERT_TRUE(ok(store.open()));
  EXPECT_EQ(store.content(), "\"a\"=\"1\"");
  EXPECT_TRUE(store.warnings().empty());
}

TEST_F(LoggedCommits, AClosedStoreSurvivesTheLossOfPower) {
  ASSERT_TRUE(ok(store.open(Durability::none)));
  ASSERT_TRUE(ok(store->put("a", "1")));
  ASSERT_TRUE(ok(store->close()));
  for (const CrashPolicy policy : power_losses) {
    crash(policy);
    ASSERT_TRUE(ok(survivor->open()));
    EXPECT_EQ(survivor->content(), "\"a\"=\"1\"");
    EXPECT_TRUE(survivor->warnings().empty());
  }
}

TEST_F(LoggedCommits, CheckpointsTakeThePlaceOfFullLogs) {
  ASSERT_TRUE(ok(store.open()));
  write(200);
  // Ten live values are some 5 KiB; 200 writes fill 28 logs.
  EXPECT_LE(store.logs(), 5u);
  EXPECT_TRUE(files.exists("db/checkpoint").value_or(false));
  const std::string content = store.content();
  crash(CrashPolicy::nothing);
  ASSERT_TRUE(ok(survivor->open()));
  EXPECT_EQ(survivor->content(), content);
}

TEST_F(LoggedCommits, LogsStayAsLongAsNobodyDoesTheWork) {
  ASSERT_TRUE(ok(store.open()));
  write(50, false);
  EXPECT_GE(store.logs(), 7u);
  const std::string content = store.content();
  crash(CrashPolicy::nothing);
  ASSERT_TRUE(ok(survivor->open()));
  EXPECT_EQ(survivor->content(), content);
  store.executor().run_all();
  EXPECT_LE(store.logs(), 2u);
}

TEST_F(LoggedCommits, ErasedKeysDoNotComeBack) {
  ASSERT_TRUE(ok(store.open()));
  ASSERT_TRUE(ok(store->put("gone", "1")));
  write(20);
  ASSERT_TRUE(ok(store->erase("gone")));
  write(30);
  crash(CrashPolicy::nothing);
  ASSERT_TRUE(ok(survivor->open()));
  EXPECT_EQ(told((*survivor)->get("gone")), "not_found");
}

TEST_F(LoggedCommits, WhatWasCheckpointedIsNotWrittenManyTimesOver) {
  // The logs grow as large as the checkpoint before there is another: 256 KiB that stay, and small
  // writes over them.
  ASSERT_TRUE(ok(store.open(Durability::none)));
  for (int i = 0; i < 256; ++i) {
    ASSERT_TRUE(ok(store->put("stay" + std::to_string(i), std::string(1'024, 's'))));
    store.executor().run_all();
  }
  const std::size_t before = files.history().size();
  write(600);
  std::size_t checkpoints = 0;
  const auto history = files.history();
  for (std::size_t i = before; i < history.size(); ++i) {
    if (history[i].call == ChangingCall::rename) ++checkpoints;
  }
  EXPECT_LE(checkpoints, 3u);
  EXPECT_GE(checkpoints, 1u);
}

TEST_F(LoggedCommits, AFailedCheckpointIsToldAndTriedAgain) {
  ASSERT_TRUE(ok(store.open()));
  write(6);
  // The log is full with the next write: there is room for another log, and not for a checkpoint.
  ASSERT_TRUE(ok(store->put("x", std::string(500, 'x'))));
  ASSERT_TRUE(ok(store->put("y", std::string(500, 'y'))));
  files.fail(Fault::disk_full);
  store.executor().run_all();
  ASSERT_EQ(store.warnings().size(), 1u);
  EXPECT_NE(store.warnings()[0].find("checkpoint"), std::string::npos);
  EXPECT_EQ(store.logs(), 2u);
  files.clear_faults();
  const std::string content = store.content();
  crash(CrashPolicy::nothing);
  ASSERT_TRUE(ok(survivor->open()));
  EXPECT_EQ(survivor->content(), content);
  write(30);
  EXPECT_EQ(store.warnings().size(), 1u);
  EXPECT_TRUE(files.exists("db/checkpoint").value_or(false));
  EXPECT_LE(store.logs(), 5u);
}

TEST_F(LoggedCommits, AFullDiskRefusesWritesAndLosesNothing) {
  ASSERT_TRUE(ok(store.open()));
  files.fail(Fault::disk_full);
  int accepted = 0;
  while (accepted < 100 && store->put("k" + std::to_string(accepted), std::string(500, 'v'))) {
    ++accepted;
  }
  EXPECT_GE(accepted, 5);
  EXPECT_TRUE(fails_with(Code::no_space, store->put("z", std::string(500, 'v'))));
  EXPECT_EQ(told(store->get("z")), "not_found");
  const std::string content = store.content();
  files.clear_faults();
  EXPECT_TRUE(ok(store->put("z", std::string(500, 'v'))));
  ASSERT_TRUE(ok(store->erase("z")));
  crash(CrashPolicy::nothing);
  ASSERT_TRUE(ok(survivor->open()));
  EXPECT_EQ(survivor->content(), content);
}

TEST_F(LoggedCommits, ATornTailIsToldWithItsPlace) {
  ASSERT_TRUE(ok(store.open(Durability::wal)));
  ASSERT_TRUE(ok(store->put("a", "1")));
  ASSERT_TRUE(ok(store->flush()));
  ASSERT_TRUE(ok(store->put("b", std::string(1'500, 'v'))));
  std::set<std::string> outcomes;
  for (std::uint64_t i = 0; i < 200; ++i) {
    SimulatedFileSystem left = files;
    Random random(test::seed() * 1000 + i);
    left.crash(CrashPolicy::random_sectors, random);
    SimulatedStore opened(left);
    ASSERT_TRUE(ok(opened.open()));
    EXPECT_EQ(told(opened->get("a")), "ok \"1\"");
    const bool whole = opened->contains("b").value_or(false);
    EXPECT_TRUE(!whole || opened.warnings().empty());
    outcomes.insert(whole ? "whole" : opened.warnings().empty() ? "nothing" : "torn");
    for (const std::string& warning : opened.warnings()) {
      EXPECT_NE(warning.find("000001.log"), std::string::npos) << warning;
      EXPECT_NE(warning.find("offset"), std::string::npos) << warning;
    }
  }
  EXPECT_EQ(outcomes, (std::set<std::string>{"whole", "nothing", "torn"}));
}

TEST_F(LoggedCommits, WhatWasReadBackIsMadeDurable) {
  // The process died, and the kernel has what it wrote. Who opens the store sees it, and so must
  // whoever comes after the loss of power.
  ASSERT_TRUE(ok(store.open(Durability::wal)));
  ASSERT_TRUE(ok(store->put("a", "1")));
  crash(CrashPolicy::process_death);
  ASSERT_TRUE(ok(survivor->open()));
  EXPECT_EQ(survivor->content(), "\"a\"=\"1\"");
  Random random(test::seed());
  for (const CrashPolicy policy : power_losses) {
    SimulatedFileSystem left = *after;
    left.crash(policy, random);
    SimulatedStore last(left);
    ASSERT_TRUE(ok(last.open()));
    EXPECT_EQ(last.content(), "\"a\"=\"1\"");
  }
}

TEST_F(LoggedCommits, WhatAFailedSyncLeftIsWrittenElsewhere) {
  // The kernel shows what the sync could not write, and will never write.
  for (const Fault fault : {Fault::sync_fails_keeps, Fault::sync_fails_reverts}) {
    SimulatedFileSystem disk;
    SimulatedStore first(disk);
    ASSERT_TRUE(ok(first.open()));
    ASSERT_TRUE(ok(first->put("a", "1")));
    disk.fail(fault);
    EXPECT_EQ(told(first->put("b", "2")), "outcome_unknown");
    EXPECT_EQ(told(first->put("c", "3")), "unavailable");
    EXPECT_EQ(told(first->get("b")), "not_found");
    Random random(test::seed());
    disk.crash(CrashPolicy::process_death, random);
    SimulatedStore second(disk);
    ASSERT_TRUE(ok(second.open()));
    const std::string seen = second.content();
    EXPECT_TRUE(seen.starts_with("\"a\"=\"1\"")) << seen;
    EXPECT_EQ(told(second->get("c")), "not_found");
    ASSERT_TRUE(ok(second->put("d", "4")));
    const std::string content = second.content();
    disk.crash(CrashPolicy::nothing, random);
    second.abandon();
    SimulatedStore third(disk);
    ASSERT_TRUE(ok(third.open()));
    EXPECT_EQ(third.content(), content);
  }
}

TEST_F(LoggedCommits, WhatIsDamagedIsNotOpened) {
  ASSERT_TRUE(ok(store.open()));
  ASSERT_TRUE(ok(store->put("a", "1")));
  ASSERT_TRUE(ok(store->put("b", "2")));
  ASSERT_TRUE(ok(store->close()));
  store.abandon();
  std::string log = read_file(files, "db/000001.log").value();
  log[60] = static_cast<char>(log[60] ^ 1);
  ASSERT_TRUE(ok(files.unlink("db/000001.log")));
  {
    const auto file = files.create("db/000001.log");
    ASSERT_TRUE(ok((*file)->append(log)));
  }
  const auto list = files.list("db").value();
  const Status opened = store.open();
  ASSERT_TRUE(fails_with(Code::corruption, opened));
  EXPECT_NE(opened.error().message().find("db/000001.log"), std::string::npos);
  EXPECT_NE(opened.error().message().find("offset 40"), std::string::npos) << opened.error().text();
  EXPECT_EQ(files.list("db").value(), list);
  EXPECT_EQ(read_file(files, "db/000001.log").value(), log);
  EXPECT_TRUE(fails_with(Code::corruption, store.open()));  // and the lock was let go
}

TEST_F(LoggedCommits, OpenedAgainAndAgainItKeepsFewLogs) {
  // Every opening takes a log of its own, and it must not stay for ever.
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(ok(store.open(Durability::wal)));
    ASSERT_TRUE(ok(store->put("k", std::to_string(i))));
    ASSERT_TRUE(ok(store->close()));
  }
  EXPECT_LE(store.logs(), 10u);
  ASSERT_TRUE(ok(store.open()));
  EXPECT_EQ(store.content(), "\"k\"=\"29\"");
}

TEST_F(LoggedCommits, AStoreThatWasClosedEmptyKeepsWhatComesLater) {
  ASSERT_TRUE(ok(store.open()));
  ASSERT_TRUE(ok(store->close()));
  ASSERT_TRUE(ok(store.open()));
  ASSERT_TRUE(ok(store->put("a", "1")));
  for (const CrashPolicy policy : power_losses) {
    crash(policy);
    ASSERT_TRUE(ok(survivor->open()));
    EXPECT_EQ(survivor->content(), "\"a\"=\"1\"");
  }
}

TEST_F(LoggedCommits, CloseWaitsForTheCheckpointUnderWay) {
  ASSERT_TRUE(ok(store.open()));
  write(20, false);
  ASSERT_TRUE(ok(store->close()));
  EXPECT_FALSE(store.executor().run_one());
  ASSERT_TRUE(ok(store.open()));
  EXPECT_EQ(told(store->get("k9")).substr(0, 6), "ok \"19");
}

TEST_F(LoggedCommits, OptionsThatCannotBeHonouredAreRefused) {
  EXPECT_TRUE(fails_with(Code::invalid_argument, store.open(Durability::sync, 4'095)));
  EXPECT_FALSE(files.exists("db").value_or(true));
  Options options{.directory = "db"};
  options.limits.value_bytes = std::size_t{1} << 32;  // more than a record's length can say
  EXPECT_TRUE(fails_with(Code::invalid_argument,
                         open_wal(options, {.files = &files, .executor = {}, .warn = {}})));
}

TEST_F(LoggedCommits, ABatchLargerThanALogIsKept) {
  ASSERT_TRUE(ok(store.open()));
  Batch batch;
  for (int i = 0; i < 100; ++i) batch.put("k" + std::to_string(i), std::string(500, 'v'));
  ASSERT_TRUE(ok(store->apply(batch)));
  ASSERT_TRUE(ok(store->put("z", "1")));
  const std::string content = store.content();
  for (const CrashPolicy policy : power_losses) {
    crash(policy);
    ASSERT_TRUE(ok(survivor->open()));
    EXPECT_EQ(survivor->content(), content);
  }
}

}  // namespace
}  // namespace kv::test
