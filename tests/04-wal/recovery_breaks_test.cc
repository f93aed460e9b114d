// Task 4.6: where the writes break off, and what proves that there must have been more.

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>

#include "tests/04-wal/told_recovery.h"

namespace kv::test {
namespace {

// Records of 32 bytes, at 40, 72, 104, 136: `k` = `1`.
class BrokenLogs : public testing::Test {
 protected:
  // The log without the record: zeros, where a sector never reached the disk.
  static LogBytes erased(LogBytes log, std::size_t offset, std::size_t bytes = 32) {
    log.bytes().replace(offset, bytes, bytes, '\0');
    return log;
  }

  // Log 7 with three records, none of which says that another was synced.
  static LogBytes unproven() {
    LogBytes log(7);
    for (std::uint32_t i = 0; i < 3; ++i) log.add(put("k", "1"), i);
    return log;
  }

  Disk disk;
};

TEST_F(BrokenLogs, WhatNobodyProvesIsATornTail) {
  disk.lay(damaged(unproven(), 72));
  EXPECT_EQ(disk.recovered(),
            "1 put \"k\" = \"1\"; | last 1, synced 0, next log 8 | dropped 000007.log from 72: 63");
}

TEST_F(BrokenLogs, AnIntactRecordBehindTheBreakIsDroppedToo) {
  disk.lay(erased(unproven(), 40));
  EXPECT_EQ(disk.recovered(), "| last 0, synced 0, next log 8 | dropped 000007.log from 40: 95");
}

TEST_F(BrokenLogs, ARecordInsideOfATornValueIsNotReplayed) {
  // The value of write 2 holds a record that would follow write 1, at every distance from the
  // places where records begin; then write 2 itself is torn.
  const std::string inner = framed(7, {RecordKind::batch, 2, 1, put("k", "forged").encode()});
  for (std::size_t distance = 0; distance < 8; ++distance) {
    LogBytes log(7);
    log.add(put("k", "1"));
    log.add(put("k", std::string(distance, '.') + inner), 1);
    disk.lay(damaged(log, 72));
    EXPECT_TRUE(disk.recovered().starts_with(
        "1 put \"k\" = \"1\"; | last 1, synced 0, next log 8 | dropped 000007.log from 72"));
  }
}

TEST_F(BrokenLogs, WhatMakesNoSenseIsCorruptionThoughItsChecksumIsRight) {
  LogBytes entries(7);
  entries.add(put("k", "1"));
  entries.add_record({RecordKind::entries, 2, 1, "what a checkpoint holds"});
  disk.lay(entries);
  EXPECT_EQ(disk.recovered(), "corruption: 000007.log at 72");
  LogBytes no_batch(7);
  no_batch.add(put("k", "1"));
  no_batch.add_record({RecordKind::batch, 2, 1, "no batch"});
  disk.lay(no_batch);
  EXPECT_EQ(disk.recovered(), "corruption: 000007.log at 72");
}

// The store was closed after write 1 and opened again, and went on in the place of the end record;
// then the disk lost what it had written over the end record, and the old one is there again.
TEST_F(BrokenLogs, AnOldEndRecordDoesNotHideWhatCameLater) {
  for (const char rest : {'x', '\0'}) {  // of write 2, if anything of it is left
    for (const std::uint32_t unsynced : {1, 0}) {
      LogBytes log(7);
      log.add(put("k", "1"));
      log.end();
      log.add_bytes(std::string(40, rest));
      log.add_record({RecordKind::batch, 3, unsynced, put("k", "3").encode()});
      disk.lay(log);
      EXPECT_EQ(disk.recovered(), unsynced == 0
                                      ? "corruption: 000007.log at 96"
                                      : "1 put \"k\" = \"1\"; | last 1, synced 1, next log 8 "
                                        "| dropped 000007.log from 96: 71");
    }
  }
}

TEST_F(BrokenLogs, ARecordBehindTheBreakMayProveThatItWasSynced) {
  LogBytes log(7);
  for (const std::uint32_t unsynced : {0, 1, 2, 1}) log.add(put("k", "1"), unsynced);
  disk.lay(log);
  EXPECT_TRUE(disk.recovered().ends_with("| last 4, synced 2, next log 8"));
  // The fourth record says that write 2 was synced, and nobody says so of write 3.
  disk.lay(damaged(log, 72));
  EXPECT_EQ(disk.recovered(), "corruption: 000007.log at 72");
  disk.lay(damaged(log, 40));
  EXPECT_EQ(disk.recovered(), "corruption: 000007.log at 40");
  disk.lay(damaged(log, 104));
  EXPECT_EQ(disk.recovered(),
            "1 put \"k\" = \"1\"; 2 put \"k\" = \"1\"; | last 2, synced 2, next log 8 "
            "| dropped 000007.log from 104: 63");
}

TEST_F(BrokenLogs, AnEndRecordProvesAllBeforeIt) {
  LogBytes log = unproven();
  log.end();
  for (const std::size_t offset : {40u, 72u, 104u}) {
    disk.lay(damaged(log, offset));
    EXPECT_EQ(disk.recovered(), "corruption: 000007.log at " + std::to_string(offset));
  }
  // Of the end record nobody says that it was there.
  disk.lay(damaged(log, 136));
  EXPECT_EQ(disk.recovered(),
            "1 put \"k\" = \"1\"; 2 put \"k\" = \"1\"; 3 put \"k\" = \"1\"; "
            "| last 3, synced 0, next log 8 | dropped 000007.log from 136: 10");
}

TEST_F(BrokenLogs, TheHeaderOfALaterLogMayProveIt) {
  LogBytes log = erased(unproven(), 104);
  for (const std::uint32_t unsynced : {0, 1, 2, 3}) {
    disk.lay(log);
    disk.lay(LogBytes(8, 4, unsynced));
    const std::string seen = disk.recovered();
    if (unsynced == 0) {
      EXPECT_EQ(seen, "corruption: 000007.log at 104");
    } else {
      EXPECT_EQ(seen.substr(0, seen.find(", next")),
                "1 put \"k\" = \"1\"; 2 put \"k\" = \"1\"; | last 2, synced " +
                    std::to_string(3 - unsynced));
    }
  }
}

TEST_F(BrokenLogs, SoMayARecordOfALaterLog) {
  LogBytes second(8, 4, 3);
  second.add(put("k", "2"), 3);
  second.add(put("k", "3"), 2);  // write 2 was synced
  disk.lay(damaged(unproven(), 72));
  disk.lay(second);
  EXPECT_EQ(disk.recovered(), "corruption: 000007.log at 72");
  disk.lay(damaged(unproven(), 104));
  EXPECT_TRUE(disk.recovered().starts_with(
      "1 put \"k\" = \"1\"; 2 put \"k\" = \"1\"; | last 2, synced 2, next log 9"));
}

TEST_F(BrokenLogs, ALaterLogIsDroppedWhereItDoesNotGoOn) {
  LogBytes second(8, 4, 3);
  second.add(put("k", "2"), 3);
  second.add(put("k", "3"), 4);
  disk.lay(damaged(unproven(), 104));
  disk.lay(second);
  EXPECT_TRUE(disk.recovered().starts_with(
      "1 put \"k\" = \"1\"; 2 put \"k\" = \"1\"; | last 2, synced 0, next log 9 "
      "| dropped 000007.log from 104: 31 | dropped 000008.log from"));
}

TEST_F(BrokenLogs, SoAreAllThatFollow) {
  disk.lay(erased(unproven(), 104));
  LogBytes second(8, 4, 3);
  second.add(put("k", "2"), 3);
  LogBytes third(9, 5, 4);
  third.add(put("k", "3"), 4);
  disk.lay(second);
  disk.lay(third);
  EXPECT_TRUE(disk.recovered().starts_with(
      "1 put \"k\" = \"1\"; 2 put \"k\" = \"1\"; | last 2, synced 0, next log 10 | dropped"));
}

TEST_F(BrokenLogs, ALogThatBeginsWhereTheTornOneStopsGoesOn) {
  // The writer of log 7 died; who came after it had recovered two writes, and went on.
  disk.lay(damaged(unproven(), 104));
  LogBytes second(8, 3);
  second.add(put("k", "2"));
  disk.lay(second);
  EXPECT_TRUE(disk.recovered().starts_with(
      "1 put \"k\" = \"1\"; 2 put \"k\" = \"1\"; 3 put \"k\" = \"2\"; | last 3, synced 2, next "
      "log 9"));
}

TEST_F(BrokenLogs, AMissingLogIsABreak) {
  LogBytes first(7);
  first.add(put("k", "1"));
  LogBytes third(9, 3, 1);
  third.add(put("k", "3"), 1);
  disk.lay(first);
  disk.lay(third);
  EXPECT_TRUE(disk.recovered().starts_with("1 put \"k\" = \"1\"; | last 1, synced 1, next log 10"));
  LogBytes proof(9, 3, 0);
  proof.add(put("k", "3"), 0);
  disk.lay(proof);
  EXPECT_TRUE(disk.recovered().starts_with("corruption: 00000"));
}

TEST_F(BrokenLogs, SoIsAMissingFirstLog) {
  LogBytes second(8, 3, 0);
  second.add(put("k", "2"));
  disk.lay(second);
  EXPECT_TRUE(disk.recovered().starts_with("corruption: 00000"));
  disk.lay_checkpoint(2, 8, {{2, "k"}});
  EXPECT_EQ(disk.recovered(),
            "2 put \"k\" = \"1\"; 3 put \"k\" = \"2\"; "
            "| checkpoint 2, last 3, synced 2, next log 9");
  disk.lay_checkpoint(1, 8, {{1, "k"}});
  EXPECT_TRUE(disk.recovered().starts_with("corruption: 00000"));
}

TEST_F(BrokenLogs, ADamagedHeaderIsABreak) {
  // Its records are not believed, but for what they prove.
  LogBytes log(7);
  log.add(put("k", "1"));
  log.add(put("k", "2"), 1);
  disk.lay(damaged(log, 16));
  EXPECT_TRUE(disk.recovered().starts_with("| last 0, synced 0, next log 8"));
  log.add(put("k", "3"), 0);
  disk.lay(damaged(log, 16));
  EXPECT_EQ(disk.recovered(), "corruption: 000007.log at 0");
}

TEST_F(BrokenLogs, ALogUnderAnotherNameIsNotBelieved) {
  LogBytes log(6);
  log.add(put("k", "1"));
  disk.lay(7, log.file(400));
  EXPECT_TRUE(disk.recovered().starts_with("| last 0, synced 0, next log 8"));
}

TEST_F(BrokenLogs, ANewerFormatIsNotGuessedAt) {
  std::string header = LogBytes(7).file();
  header[8] = 2;
  std::string sum;
  append_fixed64(sum, checksum(std::string_view(header).substr(0, 32)));
  disk.lay(7, header.replace(32, 8, sum));
  EXPECT_EQ(disk.recovered(), "invalid_argument");
}

TEST_F(BrokenLogs, ADamagedCheckpointIsCorruption) {
  disk.lay_checkpoint(7, 3, {{5, "a"}, {7, "c"}});
  const std::string whole = read_file(disk.files(), "db/checkpoint").value();
  disk.lay("db/checkpoint", with_bit_flipped(whole, 70 * 8));
  EXPECT_EQ(disk.recovered(), "corruption: checkpoint at 40");
  disk.lay("db/checkpoint", whole.substr(0, whole.size() - 24));  // without its end
  EXPECT_EQ(disk.recovered(), "corruption: checkpoint at " + std::to_string(whole.size() - 24));
}

TEST_F(BrokenLogs, AnyBitFlippedIsNoticedOrBeyondWhatIsProven) {
  // Two logs of batches, of which some were synced: a prefix, or corruption, and no other answer.
  LogBytes first(7);
  first.add(put("a", "1"));
  first.add(put("b", "2"), 1);
  first.add(put("c", "3"), 0);
  LogBytes second(8, 4, 1);
  second.add(put("d", "4"), 1);
  second.add(put("e", "5"), 0);
  second.add(put("f", "6"), 1);
  disk.lay(first, first.bytes().size());
  disk.lay(second, second.bytes().size());
  const Seen whole = recover_from(disk.files());
  announce("single bits that lead to a wrong state");
  std::size_t wrong = 0;
  std::size_t corrupt = 0;
  for (LogBytes* const log : {&first, &second}) {
    for (std::size_t bit = 0; bit < log->bytes().size() * 8; ++bit) {
      disk.lay(log->number(), with_bit_flipped(log->bytes(), bit));
      const Seen seen = recover_from(disk.files());
      if (!seen.result) {
        ++corrupt;
        continue;
      }
      // What is proven by other records than the one that was hit.
      const SequenceNumber least = log == &first ? 4 : 2;
      const bool prefix =
          seen.versions.size() == seen.result->last &&
          std::ranges::equal(seen.versions, std::span(whole.versions).first(seen.versions.size()));
      if (!prefix || seen.result->last < least) ++wrong;
    }
    disk.lay(*log, log->bytes().size());
  }
  observe("single bits that lead to a wrong state", std::to_string(wrong));
  EXPECT_EQ(wrong, 0u);
  EXPECT_GT(corrupt, 1'000u);
}

}  // namespace
}  // namespace kv::test
