// Task 4.2: what is in a log after append, write and sync, and what a crash leaves of it.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/04-wal/every_crash.h"
#include "tests/04-wal/told_log_writer.h"
#include "tests/support/drawn.h"

namespace kv::test {
namespace {

// Writers without a word about them have logs that hold all that a case appends.
LogWriterOptions small(std::size_t buffer_bytes = 4'096) {
  return {.directory = {}, .log_bytes = 8'192, .buffer_bytes = buffer_bytes};
}

class LogWriting : public testing::Test {
 protected:
  ToldLogWriter log{small()};
};

TEST_F(LogWriting, AppendDoesNotLeaveTheProcess) {
  EXPECT_EQ(log.append("a"), "ok");
  EXPECT_EQ(log.append("b"), "ok");
  EXPECT_EQ(log.logs(), "[log 1 from 1 unsynced 0]");
  EXPECT_EQ(log.syncs(), "nothing");
}

TEST_F(LogWriting, WriteHandsItToTheKernel) {
  log.append("a");
  log.append("b");
  EXPECT_EQ(log.write(), "ok");
  EXPECT_EQ(log.logs_after(CrashPolicy::process_death),
            "[log 1 from 1 unsynced 0] batch 1 unsynced 0 { put \"a\" = \"1\"; } "
            "batch 2 unsynced 1 { put \"b\" = \"1\"; }");
  EXPECT_EQ(log.syncs(), "nothing");
  EXPECT_EQ(log.synced(), 0u);
}

TEST_F(LogWriting, SyncMakesItDurable) {
  log.append("a");
  log.append("b");
  EXPECT_EQ(log.sync(), "ok");
  EXPECT_EQ(log.logs_after(CrashPolicy::nothing),
            "[log 1 from 1 unsynced 0] batch 1 unsynced 0 { put \"a\" = \"1\"; } "
            "batch 2 unsynced 1 { put \"b\" = \"1\"; }");
  EXPECT_EQ(log.losses(2), 0u);
  EXPECT_EQ(log.synced(), 2u);
}

TEST_F(LogWriting, SyncCoversWhatWasWrittenBefore) {
  log.append("a");
  log.write();
  log.append("b");
  log.write();
  EXPECT_EQ(log.sync(), "ok");
  EXPECT_EQ(log.losses(2), 0u);
}

TEST_F(LogWriting, TheDirectoryIsSyncedOnceForALog) {
  log.append("a");
  log.sync();
  EXPECT_EQ(log.syncs(), "db, db/000001.log");
  log.append("b");
  log.sync();
  EXPECT_EQ(log.syncs(), "db/000001.log");
}

TEST_F(LogWriting, WhereNothingIsNewNothingIsSynced) {
  EXPECT_EQ(log.sync(), "ok");
  EXPECT_EQ(log.syncs(), "nothing");
  log.append("a");
  log.sync();
  EXPECT_EQ(log.syncs(), "db, db/000001.log");
  EXPECT_EQ(log.sync(), "ok");
  EXPECT_EQ(log.syncs(), "nothing");
  EXPECT_EQ(log.losses(1), 0u);
}

TEST_F(LogWriting, ABatchIsOneRecord) {
  Batch batch;
  batch.put("a", "1");
  batch.erase("b");
  batch.put("a", "2");
  log.append("x");
  log.append(batch);
  log.append("y");
  log.write();
  EXPECT_EQ(log.logs(),
            "[log 1 from 1 unsynced 0] batch 1 unsynced 0 { put \"x\" = \"1\"; } "
            "batch 2 unsynced 1 { put \"a\" = \"1\"; erase \"b\"; put \"a\" = \"2\"; } "
            "batch 5 unsynced 4 { put \"y\" = \"1\"; }");
}

TEST_F(LogWriting, RequirementsAreNotLogged) {
  Batch batch = put("a", "2");
  batch.require("a", "1");
  batch.require("b", absent);
  log.append(batch);
  log.write();
  EXPECT_EQ(log.logs(), "[log 1 from 1 unsynced 0] batch 1 unsynced 0 { put \"a\" = \"2\"; }");
}

TEST_F(LogWriting, RecordsSayHowFarTheLogWasSynced) {
  log.append("a");
  log.append("b");
  log.sync();
  log.append("c");
  log.append("d");
  log.write();
  log.append("e");
  log.sync();
  log.append("f");
  log.write();
  EXPECT_EQ(log.logs(),
            "[log 1 from 1 unsynced 0] batch 1 unsynced 0 { put \"a\" = \"1\"; } "
            "batch 2 unsynced 1 { put \"b\" = \"1\"; } batch 3 unsynced 0 { put \"c\" = \"1\"; } "
            "batch 4 unsynced 1 { put \"d\" = \"1\"; } batch 5 unsynced 2 { put \"e\" = \"1\"; } "
            "batch 6 unsynced 0 { put \"f\" = \"1\"; }");
}

TEST_F(LogWriting, SyncedTellsTheLastDurableWrite) {
  EXPECT_EQ(log.synced(), 0u);
  log.append("a");
  EXPECT_EQ(log.synced(), 0u);
  log.sync();
  EXPECT_EQ(log.synced(), 1u);
  log.append("b");
  log.append("c");
  log.write();
  EXPECT_EQ(log.synced(), 1u);
  log.sync();
  EXPECT_EQ(log.synced(), 3u);
}

TEST_F(LogWriting, CloseSyncsThenEndsTheLogThenSyncs) {
  log.append("a");
  log.calls();
  EXPECT_EQ(log.close(), "ok");
  EXPECT_EQ(log.calls(),
            "write db/000001.log, sync db/000001.log, write db/000001.log, sync db/000001.log");
  EXPECT_EQ(log.logs_after(CrashPolicy::nothing),
            "[log 1 from 1 unsynced 0] batch 1 unsynced 0 { put \"a\" = \"1\"; } end 2 unsynced 0");
}

TEST_F(LogWriting, AWriterGoesOnWhereAnotherStopped) {
  LogWriterOptions options = small();
  options.number = 12;
  options.first = 100;
  ToldLogWriter later(options);
  EXPECT_EQ(later.synced(), 99u);
  later.append("a");
  later.append("b");
  later.write();
  EXPECT_EQ(later.logs(),
            "[log 12 from 100 unsynced 0] batch 100 unsynced 0 { put \"a\" = \"1\"; } "
            "batch 101 unsynced 1 { put \"b\" = \"1\"; }");
  later.sync();
  EXPECT_EQ(later.synced(), 101u);
}

TEST_F(LogWriting, AWriterGoesOnInALogThatWasClosed) {
  // The next record takes the place of the end record.
  log.append("a");
  log.close();
  EXPECT_EQ(log.resume(1, 72), "ok");
  EXPECT_EQ(log.synced(), 1u);
  log.append("b");
  log.sync();
  log.append("c");
  EXPECT_EQ(log.close(), "ok");
  EXPECT_EQ(log.losses(3), 0u);
  EXPECT_EQ(log.logs_after(CrashPolicy::nothing),
            "[log 1 from 1 unsynced 0] batch 1 unsynced 0 { put \"a\" = \"1\"; } "
            "batch 2 unsynced 0 { put \"b\" = \"1\"; } batch 3 unsynced 0 { put \"c\" = \"1\"; } "
            "end 4 unsynced 0");
}

TEST_F(LogWriting, ALogThatWasClosedEmptyIsDurable) {
  // Whoever goes on in it takes its name for durable.
  EXPECT_EQ(log.close(), "ok");
  EXPECT_EQ(log.resume(1, 40), "ok");
  log.append("a");
  EXPECT_EQ(log.sync(), "ok");
  EXPECT_EQ(log.losses(1), 0u);
}

TEST_F(LogWriting, TheFileHasItsSizeFromTheStart) {
  for (const char* key : {"a", "b"}) {
    const std::string call = announce("the size of db/000001.log");
    const std::uint64_t size = log.files().file_size("db/000001.log").value_or(0);
    observe(call, std::to_string(size));
    EXPECT_EQ(size, 8'192u);
    log.append(key);
    log.write();
  }
}

TEST_F(LogWriting, TheBufferIsWrittenWhenItIsFull) {
  // Of what was appended, less than a buffer waits.
  ToldLogWriter buffered(small(256));
  std::size_t appended = 0;
  std::size_t most_waiting = 0;
  for (int i = 0; i < 40; ++i) {
    const Batch batch = put("key", std::string(static_cast<std::size_t>(i), 'v'));
    buffered.append(batch);
    appended += record_bytes(batch.bytes());
    std::size_t written = log_layout::header_bytes;
    const std::string file = read_file(buffered.files(), "db/000001.log").value_or("");
    while (const auto record = drawn_record_at(file, written, 1)) {
      written += record_bytes(record->payload.size());
    }
    most_waiting = std::max(most_waiting, appended + log_layout::header_bytes - written);
  }
  const bool bounded = most_waiting < 256 && most_waiting > 0;
  observe("what waits is less than a buffer", bounded ? "yes" : "no");
  EXPECT_TRUE(bounded) << most_waiting << " bytes waited";
  buffered.write();
  EXPECT_EQ(last_intact_write(buffered.files()), 40u);
}

TEST_F(LogWriting, RandomWritesAreDurableOnceTheyAreSynced) {
  Drawn drawn(42);
  for (int i = 0; i < 25; ++i) {
    Batch batch = drawn.batch(0);
    batch.put(drawn.key(), drawn.value());
    log.append(batch);
    if (drawn.once_in(4)) log.write();
    if (drawn.once_in(5)) {
      log.sync();
      EXPECT_EQ(log.losses(log.next() - 1), 0u);
    }
  }
  log.sync();
  log.logs_after(CrashPolicy::nothing);
}

TEST_F(LogWriting, AnEndRecordIsProofInEveryCrash) {
  // Records that fill several sectors, so that a crash may keep the last and lose another.
  const auto write_and_close = [](SimulatedFileSystem& files) {
    if (!files.create_directory(log_directory) || !files.sync_directory("/")) return;
    LogWriterOptions options = small();
    options.directory = log_directory;
    auto writer = make_log_writer(files, options);
    if (!writer) return;
    for (SequenceNumber i = 1; i <= 3; ++i) {
      if (!(*writer)->append(i, put("key", std::string(700, 'v')))) return;
    }
    static_cast<void>((*writer)->close());
  };
  std::size_t ended = 0;
  std::size_t untrue = 0;
  announce("an end record behind a record that is lost");
  after_every_crash(0, 150, write_and_close, [&](const SimulatedFileSystem& left) -> void {
    const std::string file = read_file(left, "db/000001.log").value_or("");
    const std::size_t end = 40 + 3 * record_bytes(put("key", std::string(700, 'v')).bytes());
    if (!drawn_record_at(file, end, 1)) return;
    ++ended;
    if (last_intact_write(left) != 3) ++untrue;
  });
  observe("an end record behind a record that is lost", std::to_string(untrue));
  EXPECT_EQ(untrue, 0u);
  EXPECT_GT(ended, 0u);
}

}  // namespace
}  // namespace kv::test
