// Task 4.6: salvage, for whoever wants to save what can still be read.

#include <gtest/gtest.h>

#include <string>

#include "tests/04-wal/told_recovery.h"

namespace kv::test {
namespace {

// Records of 32 bytes, at 40, 72, 104 ...; all of it was synced.
class Salvage : public testing::Test {
 protected:
  static LogBytes synced(LogNumber number, SequenceNumber first, int records) {
    LogBytes log(number, first);
    for (int i = 0; i < records; ++i) log.add(put("k" + std::to_string(log.next()), ""));
    return log;
  }

  std::string salvaged() { return disk.recovered(RecoveryMode::salvage); }

  Disk disk;
};

TEST_F(Salvage, OfAWholeStoreItIsAllThereIs) {
  LogBytes log = synced(7, 1, 2);
  log.end();
  disk.lay(log);
  EXPECT_EQ(salvaged(),
            "1 put \"k1\" = \"\"; 2 put \"k2\" = \"\"; | last 2, synced 2, closed at 104, "
            "next log 8");
}

TEST_F(Salvage, RecordsBehindEachDamageAreKept) {
  disk.lay(damaged(damaged(synced(7, 1, 6), 72), 136));
  EXPECT_EQ(disk.recovered(), "corruption: 000007.log at 72");
  const std::string seen = salvaged();
  EXPECT_TRUE(
      seen.starts_with("1 put \"k1\" = \"\"; 3 put \"k3\" = \"\"; 5 put \"k5\" = \"\"; "
                       "6 put \"k6\" = \"\"; | last 6, synced"));
  EXPECT_TRUE(seen.find("| dropped 000007.log from 72: ") != std::string::npos) << seen;
  EXPECT_TRUE(seen.find("| dropped 000007.log from 136: ") != std::string::npos) << seen;
}

TEST_F(Salvage, ATornTailIsTold) {
  LogBytes log = synced(7, 1, 2);
  log.add_bytes(std::string(20, 'x'));
  disk.lay(log);
  EXPECT_EQ(salvaged(),
            "1 put \"k1\" = \"\"; 2 put \"k2\" = \"\"; | last 2, synced 1, next log 8 "
            "| dropped 000007.log from 104: 20");
}

TEST_F(Salvage, LogsBehindAMissingOneAreKept) {
  disk.lay(synced(7, 1, 1));
  disk.lay(synced(9, 5, 2));
  EXPECT_TRUE(salvaged().starts_with(
      "1 put \"k1\" = \"\"; 5 put \"k5\" = \"\"; 6 put \"k6\" = \"\"; | last 6"));
}

TEST_F(Salvage, RecordsBehindADamagedHeaderAreKept) {
  disk.lay(damaged(synced(7, 1, 2), 20));
  const std::string seen = salvaged();
  EXPECT_TRUE(seen.starts_with("1 put \"k1\" = \"\"; 2 put \"k2\" = \"\"; | last 2")) << seen;
  EXPECT_TRUE(seen.find("| dropped 000007.log from 0: ") != std::string::npos) << seen;
}

TEST_F(Salvage, NoWriteIsReplayedTwice) {
  // A log that is there under two numbers, as a careless copy would leave it.
  disk.lay(synced(7, 1, 2));
  disk.lay(synced(8, 1, 3));
  EXPECT_TRUE(salvaged().starts_with(
      "1 put \"k1\" = \"\"; 2 put \"k2\" = \"\"; 3 put \"k3\" = \"\"; | last 3"));
}

TEST_F(Salvage, ADamagedCheckpointGivesWhatItHas) {
  disk.lay_checkpoint(7, 3, {{5, "a"}, {7, "c"}});
  const std::string whole = read_file(disk.files(), "db/checkpoint").value();
  disk.lay("db/checkpoint", with_bit_flipped(whole, (whole.size() - 4) * 8));
  disk.lay(synced(3, 8, 1));
  EXPECT_TRUE(salvaged().starts_with("5 put \"a\" = \"1\"; 7 put \"c\" = \"1\"; 8 put \"k8\""));
}

}  // namespace
}  // namespace kv::test
