// Task 4.2: a log that is full, and the next one.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/04-wal/every_crash.h"
#include "tests/04-wal/told_log_writer.h"
#include "tests/support/drawn.h"

namespace kv::test {
namespace {

// A log takes its header and three records of `wide`: 40 + 3 * 72, and the record that ends it: 24.
constexpr std::size_t log_bytes = 300;

Batch wide(std::string_view key) { return put(key, std::string(40, 'v')); }

class LogRolling : public testing::Test {
 protected:
  static LogWriterOptions options(std::vector<LogHeader>* rolled = nullptr) {
    LogWriterOptions chosen{.directory = {}, .log_bytes = log_bytes};
    if (rolled != nullptr)
      chosen.rolled = [rolled](const LogHeader& next) { rolled->push_back(next); };
    return chosen;
  }

  // Appends so many wide records, a sync behind none.
  void fill(int records) {
    for (int i = 0; i < records; ++i) EXPECT_EQ(log.append(wide("k" + std::to_string(i))), "ok");
  }

  std::string sizes() {
    std::string text;
    const auto names = log.files().list(log_directory);
    for (const std::string& name : *names) {
      text += name + " " +
              std::to_string(log.files().file_size(join(log_directory, name)).value()) + " ";
    }
    observe("the files", text);
    return text;
  }

  ToldLogWriter log{options()};
};

TEST_F(LogRolling, TheNextLogTakesWhatDoesNotFit) {
  fill(4);
  log.write();
  log.logs();
  EXPECT_EQ(sizes(), "000001.log 300 000002.log 300 ");
  EXPECT_EQ(last_intact_write(log.files()), 4u);
  EXPECT_TRUE(told_logs(log.files()).find("[log 2 from 4 unsynced 3] batch 4") !=
              std::string::npos);
}

TEST_F(LogRolling, NumbersGoOnOverManyLogs) {
  fill(14);
  log.write();
  log.logs();
  EXPECT_EQ(last_intact_write(log.files()), 14u);
  EXPECT_EQ(sizes(), "000001.log 300 000002.log 300 000003.log 300 000004.log 300 000005.log 300 ");
}

TEST_F(LogRolling, ARecordThatFitsStaysInTheLog) {
  fill(3);
  log.write();
  EXPECT_EQ(sizes(), "000001.log 300 ");
}

TEST_F(LogRolling, TheEndRecordAlwaysHasRoom) {
  // Whatever is left behind the last record: the log that it stands in is the one that is ended.
  for (std::size_t bytes = 256; bytes <= 344; bytes += 8) {
    LogWriterOptions chosen = options();
    chosen.log_bytes = bytes;
    ToldLogWriter other(chosen);
    for (const char* key : {"a", "b", "c"}) other.append(wide(key));
    EXPECT_EQ(other.close(), "ok");
    const std::string logs = other.logs_after(CrashPolicy::nothing);
    EXPECT_TRUE(logs.ends_with("} end 4 unsynced 0")) << logs;
  }
}

TEST_F(LogRolling, ItIsToldWhichLogIsNext) {
  std::vector<LogHeader> rolled;
  ToldLogWriter other(options(&rolled));
  EXPECT_TRUE(rolled.empty());
  other.append(wide("a"));
  other.sync();
  for (const char* key : {"b", "c", "d", "e", "f", "g"}) other.append(wide(key));
  std::string text;
  for (const LogHeader& next : rolled) {
    text += "log " + std::to_string(next.number) + " from " + std::to_string(next.first) +
            " unsynced " + std::to_string(next.unsynced) + "; ";
  }
  observe("told of", text);
  EXPECT_EQ(text, "log 2 from 4 unsynced 2; log 3 from 7 unsynced 5; ");
}

TEST_F(LogRolling, WhatIsToldStandsInTheFile) {
  std::string seen;
  LogWriterOptions chosen = options();
  ToldLogWriter* writer = nullptr;
  chosen.rolled = [&](const LogHeader& next) {
    const auto file = read_file(writer->files(), log_path(log_directory, next.number));
    const auto header = decode_log_header(file.value_or(""), "the next log");
    seen += header && *header == next ? "the same " : "another ";
  };
  ToldLogWriter other(chosen);
  writer = &other;
  for (const char* key : {"a", "b", "c", "d", "e", "f", "g"}) other.append(wide(key));
  observe("the header that is told, and the one in the file", seen);
  EXPECT_EQ(seen, "the same the same ");
}

TEST_F(LogRolling, ALargeRecordHasALogOfItsOwn) {
  log.append("a");
  EXPECT_EQ(log.append(put("large", std::string(5'000, 'v'))), "ok");
  EXPECT_EQ(log.append("b"), "ok");
  log.sync();
  log.logs();
  EXPECT_EQ(log.losses(3), 0u);
}

TEST_F(LogRolling, ALargeRecordMayComeFirst) {
  EXPECT_EQ(log.append(put("large", std::string(5'000, 'v'))), "ok");
  EXPECT_EQ(log.close(), "ok");
  const std::string logs = log.logs_after(CrashPolicy::nothing);
  EXPECT_TRUE(logs.ends_with("end 2 unsynced 0")) << logs;
}

TEST_F(LogRolling, NothingIsSyncedBeforeItIsAsked) {
  fill(10);
  log.write();
  EXPECT_EQ(log.syncs(), "nothing");
  EXPECT_EQ(log.synced(), 0u);
}

TEST_F(LogRolling, ASyncCoversTheFullLogs) {
  fill(8);
  EXPECT_EQ(log.sync(), "ok");
  EXPECT_EQ(log.syncs(), "db, db/000001.log, db/000002.log, db/000003.log");
  EXPECT_EQ(log.losses(8), 0u);
  EXPECT_EQ(log.synced(), 8u);
}

TEST_F(LogRolling, ASyncCoversWhatWasAppendedBeforeTheRollAndBehindTheLastSync) {
  fill(2);
  log.sync();
  log.syncs();
  fill(1);
  fill(1);  // this one stands in the next log
  EXPECT_EQ(log.sync(), "ok");
  EXPECT_EQ(log.syncs(), "db, db/000001.log, db/000002.log");
  EXPECT_EQ(log.losses(4), 0u);
}

TEST_F(LogRolling, CloseCoversTheFullLogs) {
  fill(7);
  EXPECT_EQ(log.close(), "ok");
  EXPECT_EQ(log.losses(7), 0u);
  const std::string logs = log.logs_after(CrashPolicy::nothing);
  EXPECT_TRUE(logs.ends_with("} end 8 unsynced 0")) << logs;
}

TEST_F(LogRolling, SettledLogsNeedNoSync) {
  fill(7);
  log.settled(3);
  EXPECT_EQ(log.synced(), 3u);
  EXPECT_EQ(log.sync(), "ok");
  EXPECT_EQ(log.syncs(), "db, db/000002.log, db/000003.log");
  EXPECT_EQ(log.synced(), 7u);
}

TEST_F(LogRolling, ALogThatHoldsOneMoreWriteIsNotSettled) {
  fill(7);
  log.settled(5);  // the last write of log 2 is 6
  EXPECT_EQ(log.sync(), "ok");
  EXPECT_EQ(log.syncs(), "db, db/000002.log, db/000003.log");
}

TEST_F(LogRolling, WhatIsSettledIsKnownToBeSynced) {
  fill(5);
  log.settled(3);
  fill(1);
  log.settled(2);  // an older checkpoint takes nothing back
  EXPECT_EQ(log.synced(), 3u);
  fill(1);
  log.write();
  const std::string logs = log.logs();
  EXPECT_TRUE(logs.find("[log 3 from 7 unsynced 3] batch 7 unsynced 3") != std::string::npos)
      << logs;
}

TEST_F(LogRolling, InEveryCrashWhatWasSyncedIsThere) {
  // The same steps, with a crash at each point where something changes.
  SequenceNumber synced = 0;
  const auto run = [&synced](SimulatedFileSystem& files) {
    synced = 0;
    if (!files.create_directory(log_directory) || !files.sync_directory("/")) return;
    LogWriterOptions chosen = options();
    chosen.directory = log_directory;
    auto writer = make_log_writer(files, chosen);
    if (!writer) return;
    for (SequenceNumber i = 1; i <= 11; ++i) {
      if (!(*writer)->append(i, wide("key"))) return;
      if (i % 2 == 0 && !(*writer)->write()) return;
      if (i % 5 != 0) continue;
      if (!(*writer)->sync()) return;
      synced = i;
    }
  };
  std::size_t lost = 0;
  announce("crashes that lost a synced write");
  const std::uint64_t crashes =
      after_every_crash(0, 60, run, [&](const SimulatedFileSystem& left) -> void {
        if (last_intact_write(left) < synced) ++lost;
      });
  observe("crashes that lost a synced write", std::to_string(lost));
  EXPECT_EQ(lost, 0u);
  EXPECT_GT(crashes, 600u);
}

}  // namespace
}  // namespace kv::test
