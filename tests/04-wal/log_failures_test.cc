// Task 4.2: a disk that fails, and one that is full.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "tests/04-wal/told_log_writer.h"

namespace kv::test {
namespace {

constexpr std::size_t log_bytes = 300;  // three records of `wide`, as in log_rolling_test.cc

Batch wide(std::string_view key) { return put(key, std::string(40, 'v')); }

class LogFailures : public testing::Test {
 protected:
  // Every call fails, with one and the same error, and none of them touches a file: neither a write
  // nor a sync is tried again. Writes up to `synced` are known to be durable, and no crash loses
  // them.
  static void expect_broken(ToldLogWriter& log, SequenceNumber synced) {
    EXPECT_EQ(log.synced(), synced);
    log.changes();
    const Status failed = log.writer().write();
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(log.append("x"), "io_error");
    EXPECT_EQ(log.write(), "io_error");
    EXPECT_EQ(log.sync(), "io_error");
    EXPECT_EQ(log.sync(), "io_error");
    EXPECT_EQ(log.close(), "io_error");
    EXPECT_EQ(log.changes(), "nothing");
    const Status again = log.writer().sync();
    const bool same = !again && again.error().message() == failed.error().message();
    observe("the error is the first one", same ? "yes" : "no");
    EXPECT_TRUE(same);
    EXPECT_EQ(log.losses(synced), 0u);
  }

  ToldLogWriter log{{.directory = {}, .log_bytes = log_bytes}};
};

TEST_F(LogFailures, AFailedSyncIsForEver) {
  log.append("a");
  log.files().fail(Fault::sync_fails_keeps);
  EXPECT_EQ(log.sync(), "io_error");
  expect_broken(log, 0);
}

TEST_F(LogFailures, AFailedSyncThatForgotTheBytesIsForEver) {
  log.append("a");
  log.sync();
  log.append("b");
  log.files().fail(Fault::sync_fails_reverts);
  EXPECT_EQ(log.sync(), "io_error");
  expect_broken(log, 1);
}

TEST_F(LogFailures, SoIsAFailedSyncOfTheDirectory) {
  // Of the two syncs for a new log, the second fails; whichever it is, the name or the bytes are in
  // doubt.
  log.append("a");
  log.files().fail(Fault::sync_fails_keeps, 1);
  EXPECT_EQ(log.sync(), "io_error");
  expect_broken(log, 0);
}

TEST_F(LogFailures, SoIsAFailedSyncOfAFullLog) {
  for (const char* key : {"a", "b", "c", "d"}) log.append(wide(key));
  log.files().fail(Fault::sync_fails_keeps);
  EXPECT_EQ(log.sync(), "io_error");
  expect_broken(log, 0);
}

TEST_F(LogFailures, AFailedWriteIsForEver) {
  log.append("a");
  log.sync();
  log.append("b");
  log.files().fail(Fault::write_fails, 0, test::seed());
  EXPECT_EQ(log.write(), "io_error");
  expect_broken(log, 1);
}

TEST_F(LogFailures, SoIsAFailedWriteOfTheNextLogsHeader) {
  for (const char* key : {"a", "b", "c"}) log.append(wide(key));
  log.sync();
  log.files().fail(Fault::write_fails, 0, test::seed());
  EXPECT_EQ(log.append(wide("d")), "io_error");
  expect_broken(log, 3);
}

TEST_F(LogFailures, SoIsAFailedWriteOfTheEndRecord) {
  log.append("a");
  log.sync();
  log.files().fail(Fault::write_fails, 0, test::seed());
  EXPECT_EQ(log.close(), "io_error");
  expect_broken(log, 1);
}

TEST_F(LogFailures, BehindAFailedWriteNothingIsSynced) {
  log.append("a");
  log.files().fail(Fault::write_fails, 0, test::seed());
  EXPECT_EQ(log.sync(), "io_error");
  EXPECT_EQ(log.syncs(), "nothing");
  expect_broken(log, 0);
}

TEST_F(LogFailures, AFullBufferThatCannotBeWrittenIsToldByTheNextCall) {
  // Its records may be in the file, whole, so the append that filled it cannot have done nothing.
  for (std::uint64_t i = 0; i < 8; ++i) {
    ToldLogWriter eager({.directory = {}, .log_bytes = log_bytes, .buffer_bytes = 64});
    EXPECT_EQ(eager.append(wide("a")), "ok");
    EXPECT_EQ(eager.sync(), "ok");
    eager.files().fail(Fault::write_fails, 0, test::seed() * 1000 + i);
    EXPECT_EQ(eager.append(wide("b")), "ok");
    EXPECT_EQ(eager.append(wide("c")), "io_error");
    expect_broken(eager, 1);
  }
}

TEST_F(LogFailures, NoRecordComesBehindAFullLogThatCannotBeWritten) {
  for (const char* key : {"a", "b", "c"}) log.append(wide(key));
  log.files().fail(Fault::write_fails, 0, test::seed());
  EXPECT_EQ(log.append(wide("d")), "io_error");
  expect_broken(log, 0);
}

TEST_F(LogFailures, ALogWhoseSyncFailedGetsNoEndRecord) {
  log.append("a");
  log.files().fail(Fault::sync_fails_keeps);
  EXPECT_EQ(log.close(), "io_error");
  const std::string logs = log.logs();
  EXPECT_TRUE(logs.find("end") == std::string::npos) << logs;
}

TEST_F(LogFailures, WithoutRoomForTheNextLogNothingIsAppended) {
  for (const char* key : {"a", "b", "c"}) log.append(wide(key));
  log.files().fail(Fault::disk_full);
  EXPECT_EQ(log.append(wide("d")), "no_space");
  EXPECT_EQ(log.append(wide("d")), "no_space");
  EXPECT_EQ(log.sync(), "ok");
  EXPECT_EQ(log.synced(), 3u);
  EXPECT_EQ(log.losses(3), 0u);
  log.logs();
}

TEST_F(LogFailures, OnceThereIsRoomItGoesOn) {
  for (const char* key : {"a", "b", "c"}) log.append(wide(key));
  log.files().fail(Fault::disk_full);
  EXPECT_EQ(log.append(wide("d")), "no_space");
  log.files().clear_faults();
  EXPECT_EQ(log.append(wide("e")), "ok");
  EXPECT_EQ(log.append(wide("f")), "ok");
  EXPECT_EQ(log.close(), "ok");
  EXPECT_EQ(log.losses(5), 0u);
  const std::string logs = log.logs_after(CrashPolicy::nothing);
  EXPECT_TRUE(logs.find("[log 2 from 4 unsynced 3] batch 4") != std::string::npos) << logs;
  EXPECT_TRUE(logs.ends_with("} end 6 unsynced 0")) << logs;
}

TEST_F(LogFailures, ASmallerRecordMayStillFit) {
  // Two records of 72 leave 116: room for one of 32 and for the end record, but not for one of 112.
  for (const char* key : {"a", "b"}) log.append(wide(key));
  log.files().fail(Fault::disk_full);
  EXPECT_EQ(log.append(put("d", std::string(80, 'v'))), "no_space");
  EXPECT_EQ(log.append("e"), "ok");
  EXPECT_EQ(log.close(), "ok");
  const std::string logs = log.logs_after(CrashPolicy::nothing);
  EXPECT_TRUE(logs.ends_with("batch 3 unsynced 2 { put \"e\" = \"1\"; } end 4 unsynced 0")) << logs;
}

TEST_F(LogFailures, AFullDiskHasRoomForWhatWasAllocated) {
  log.files().fail(Fault::disk_full);
  for (const char* key : {"a", "b", "c"}) EXPECT_EQ(log.append(wide(key)), "ok");
  EXPECT_EQ(log.close(), "ok");
  EXPECT_EQ(log.losses(3), 0u);
}

TEST_F(LogFailures, WithoutRoomForTheFirstLogThereIsNoWriter) {
  SimulatedFileSystem files;
  ASSERT_TRUE(ok(files.create_directory(log_directory)));
  files.fail(Fault::disk_full);
  const std::string call = announce("make a writer on a full disk");
  const auto writer = make_log_writer(files, {.directory = log_directory, .log_bytes = log_bytes});
  observe(call, writer ? "ok" : std::string(name(writer.error().code())));
  EXPECT_TRUE(fails_with(Code::no_space, writer));
  EXPECT_EQ(log.append("a"), "ok");
}

}  // namespace
}  // namespace kv::test
