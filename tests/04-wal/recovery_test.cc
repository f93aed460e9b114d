// Task 4.6: a store's state from its checkpoint and its logs, where a crash has left what it may.

#include <gtest/gtest.h>

#include <string>

#include "persistence/log_writer.h"
#include "tests/04-wal/every_crash.h"
#include "tests/04-wal/told_recovery.h"

namespace kv::test {
namespace {

class Recoveries : public testing::Test {
 protected:
  Disk disk;
};

TEST_F(Recoveries, AnEmptyDirectoryIsANewStore) {
  EXPECT_EQ(disk.recovered(), "| last 0, synced 0, next log 1");
  LogBytes log(1);
  log.add(put("a", "1"));
  disk.lay(log);
  EXPECT_EQ(disk.recovered(), "1 put \"a\" = \"1\"; | last 1, synced 0, next log 2");
}

TEST_F(Recoveries, EveryChangeComesWithItsNumber) {
  Batch batch = put("b", "2");
  batch.erase("a");
  batch.put("b", "3");
  LogBytes log(1);
  log.add(put("a", "1"));
  log.add(batch, 1);
  log.add(put("", ""), 4);
  disk.lay(log);
  EXPECT_EQ(disk.recovered(),
            "1 put \"a\" = \"1\"; 2 put \"b\" = \"2\"; 3 erase \"a\"; 4 put \"b\" = \"3\"; "
            "5 put \"\" = \"\"; | last 5, synced 0, next log 2");
}

TEST_F(Recoveries, LogsFollowEachOther) {
  LogBytes first(8);
  first.add(put("a", "1"));
  first.add(put("b", "2"), 1);
  LogBytes second(9, first.next(), 2);
  second.add(put("a", "3"), 2);
  LogBytes third(10, second.next(), 1);
  third.add(put("c", "4"), 0);
  for (const LogBytes* const log : {&third, &first, &second}) disk.lay(*log);
  EXPECT_EQ(disk.recovered(),
            "1 put \"a\" = \"1\"; 2 put \"b\" = \"2\"; 3 put \"a\" = \"3\"; 4 put \"c\" = \"4\"; "
            "| last 4, synced 3, next log 11");
}

TEST_F(Recoveries, NumbersCountAsNumbers) {
  // As names, 1000000.log comes before 999999.log.
  LogBytes first(999'999);
  first.add(put("a", "1"));
  LogBytes second(1'000'000, 2, 1);
  second.add(put("a", "2"), 1);
  disk.lay(first);
  disk.lay(second);
  EXPECT_EQ(disk.recovered(),
            "1 put \"a\" = \"1\"; 2 put \"a\" = \"2\"; | last 2, synced 0, next log 1000001");
}

TEST_F(Recoveries, ALogMayBeEmpty) {
  LogBytes first(1);
  first.add(put("a", "1"));
  disk.lay(first);
  disk.lay(LogBytes(2, 2, 1));  // the record that was next was too large for it
  LogBytes third(3, 2, 1);
  third.add(put("b", "2"), 1);
  disk.lay(third);
  EXPECT_EQ(disk.recovered(),
            "1 put \"a\" = \"1\"; 2 put \"b\" = \"2\"; | last 2, synced 0, next log 4");
}

TEST_F(Recoveries, AnEndRecordSaysThatTheStoreWasClosed) {
  LogBytes log(1);
  log.add(put("a", "1"));
  log.add(put("b", "2"), 1);
  log.end();
  disk.lay(log);
  EXPECT_EQ(
      disk.recovered(),
      "1 put \"a\" = \"1\"; 2 put \"b\" = \"2\"; | last 2, synced 2, closed at 104, next log 2");
}

TEST_F(Recoveries, AStoreThatWasOpenedAgainIsNotClosed) {
  LogBytes closed(1);
  closed.add(put("a", "1"));
  closed.end();
  LogBytes open(2, 2);
  disk.lay(closed);
  disk.lay(open);
  EXPECT_EQ(disk.recovered(), "1 put \"a\" = \"1\"; | last 1, synced 1, next log 3");
  open.add(put("b", "2"));
  open.end();
  disk.lay(open);
  EXPECT_EQ(
      disk.recovered(),
      "1 put \"a\" = \"1\"; 2 put \"b\" = \"2\"; | last 2, synced 2, closed at 72, next log 3");
}

TEST_F(Recoveries, WhatTheCheckpointHasIsNotReplayed) {
  // The checkpoint was written while log 3 was being filled.
  disk.lay_checkpoint(3, 3, {{1, "a"}, {3, "b"}});
  LogBytes log(3);
  log.add(put("a", "1"));
  Batch two = put("c", "1");
  two.put("b", "1");
  log.add(two, 1);
  log.add(put("d", "4"), 3);
  disk.lay(log);
  EXPECT_EQ(disk.recovered(),
            "1 put \"a\" = \"1\"; 3 put \"b\" = \"1\"; 4 put \"d\" = \"4\"; "
            "| checkpoint 3, last 4, synced 3, next log 4");
}

TEST_F(Recoveries, ACheckpointTakesThePlaceOfTheLogsBeforeIt) {
  const std::string expected =
      "5 put \"a\" = \"1\"; 7 put \"c\" = \"1\"; 8 put \"a\" = \"2\"; "
      "| checkpoint 7, last 8, synced 7, next log 4";
  disk.lay_checkpoint(7, 3, {{5, "a"}, {7, "c"}});
  LogBytes log(3, 8);
  log.add(put("a", "2"));
  disk.lay(log);
  EXPECT_EQ(disk.recovered(), expected);
  // They may have come back after their removal, and they may be damaged.
  LogBytes old(1);
  old.add(put("old", "1"));
  disk.lay(old);
  disk.lay(2, "no log at all");
  EXPECT_EQ(disk.recovered(), expected);
}

TEST_F(Recoveries, TheNextLogIsBehindAllThatAreThere) {
  // A checkpoint alone is a store, too.
  disk.lay_checkpoint(7, 20, {{5, "a"}});
  EXPECT_EQ(disk.recovered(), "5 put \"a\" = \"1\"; | checkpoint 7, last 7, synced 7, next log 20");
  disk.lay(LogBytes(25, 8));
  EXPECT_EQ(disk.recovered(), "5 put \"a\" = \"1\"; | checkpoint 7, last 7, synced 7, next log 26");
}

TEST_F(Recoveries, OtherFilesAreNotLogs) {
  for (const char* name : {"LOCK", "FORMAT", "7.log", "000000.log", "a.log", "000009.log.old"}) {
    disk.lay("db/" + std::string(name), "whatever");
  }
  LogBytes log(1);
  log.add(put("a", "1"));
  disk.lay(log);
  EXPECT_EQ(disk.recovered(), "1 put \"a\" = \"1\"; | last 1, synced 0, next log 2");
}

TEST_F(Recoveries, ATornTailIsDropped) {
  LogBytes log(1);
  log.add(put("a", "1"));
  const std::size_t torn = log.add(put("b", std::string(100, 'v')), 1);
  disk.lay(1, log.file().substr(0, torn + 60) + std::string(200, '\0'));
  EXPECT_EQ(disk.recovered(),
            "1 put \"a\" = \"1\"; | last 1, synced 0, next log 2 | dropped 000001.log from 72: 60");
}

TEST_F(Recoveries, CutAnywhereThereIsAPrefixOfWholeBatches) {
  // Nothing was ever synced, so no cut is corruption. Behind it are zeros, or the file ends there.
  LogBytes first(1);
  LogBytes second(2, 4, 3);
  for (std::uint32_t i = 0; i < 3; ++i) first.add(put("a", "1"), i);
  Batch three;
  for (const char* key : {"a", "b", "c"}) three.put(key, std::string(30, 'v'));
  second.add(put("b", "1"), 3);
  second.add(three, 4);
  second.add(put("b", "1"), 7);
  disk.lay(first, first.bytes().size());
  const std::string whole = second.file();
  for (const bool zeros : {true, false}) {
    std::string seen;
    const std::string call = announce(zeros ? "the last write, zeros from every byte on"
                                            : "the same, cut at every byte");
    for (std::size_t size = 0; size <= whole.size(); ++size) {
      disk.lay(2, whole.substr(0, size) + std::string(zeros ? whole.size() - size : 0, '\0'));
      const Seen cut = recover_from(disk.files());
      const bool right = cut.result && cut.versions.size() == cut.result->last &&
                         cut.result->next_log == 3 && !cut.result->closed;
      seen += right ? std::to_string(cut.result->last) : "!";
    }
    observe(call, seen);
    EXPECT_EQ(seen.find_first_not_of("3478"), std::string::npos) << seen;
    EXPECT_TRUE(seen.starts_with("33") && seen.ends_with("8")) << seen;
  }
}

TEST_F(Recoveries, ANewLogThatNeverReachedTheDiskIsNoMatter) {
  LogBytes log(1);
  log.add(put("a", "1"));
  disk.lay(log);
  for (const std::size_t size : {0u, 10u, 40u, 400u}) {
    disk.lay(2, std::string(size, '\0'));
    EXPECT_EQ(disk.recovered(), "1 put \"a\" = \"1\"; | last 1, synced 0, next log 3");
  }
}

TEST_F(Recoveries, AfterEveryCrashWhatWasSyncedIsThere) {
  // With the lab's own writer: whatever the crash leaves is a prefix that holds what was synced.
  SequenceNumber synced = 0;
  const auto run = [&synced](SimulatedFileSystem& files) {
    synced = 0;
    if (!files.create_directory("db") || !files.sync_directory("/")) return;
    auto log = make_log_writer(files, {.directory = "db", .log_bytes = 700, .buffer_bytes = 200});
    if (!log) return;
    for (SequenceNumber i = 1; i <= 12; ++i) {
      if (!(*log)->append(i, put("k" + std::to_string(i), std::string(100, 'v')))) return;
      if (i % 3 == 0 && !(*log)->write()) return;
      if (i % 4 != 0) continue;
      if (!(*log)->sync()) return;
      synced = i;
    }
    static_cast<void>((*log)->close());
  };
  std::size_t wrong = 0;
  std::string first_wrong;
  announce("crashes after which recovery is wrong");
  const auto look = [&](const SimulatedFileSystem& left) -> void {
    const Seen seen = recover_from(left);
    bool right =
        seen.result && seen.result->last >= synced && seen.versions.size() == seen.result->last;
    for (std::size_t k = 0; right && k < seen.versions.size(); ++k) {
      const std::string number = std::to_string(k + 1);
      right = seen.versions[k].starts_with(number + " put \"k" + number + "\"");
    }
    if (!right && wrong++ == 0) first_wrong = std::to_string(synced) + ": " + seen.text();
  };
  const std::uint64_t crashes = after_every_crash(3, 60, run, look);
  observe("crashes after which recovery is wrong", std::to_string(wrong));
  EXPECT_EQ(wrong, 0u) << "the first one, with what was synced: " << first_wrong;
  EXPECT_GT(crashes, 500u);
}

}  // namespace
}  // namespace kv::test
