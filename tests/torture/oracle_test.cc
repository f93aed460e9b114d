// The oracle must find what it is there for: each case shows it a store that holds something it may
// or may not hold. The stores are honest ones in memory, written as a crash would have left them.

#include "tests/torture/oracle.h"

#include <gtest/gtest.h>

#include "engines/engines.h"
#include "tests/support/expect.h"

namespace kv::torture {
namespace {

using test::ok;

std::shared_ptr<const Batch> put(std::string_view key, std::string_view value) {
  Batch batch;
  batch.put(key, value);
  return std::make_shared<const Batch>(std::move(batch));
}

std::shared_ptr<const Batch> two(std::string_view key, std::string_view other) {
  Batch batch;
  batch.put(key, "in a batch");
  batch.erase(other);
  return std::make_shared<const Batch>(std::move(batch));
}

class OracleTest : public testing::Test {
 protected:
  // Three writes: the first is safe from everything, the second from the death of the process, the
  // third is in doubt.
  void SetUp() override {
    write(put("a", "1"), Durability::sync);
    write(two("b", "a"), Durability::wal);
    oracle_.attempt(put("c", "4"));
  }

  void write(std::shared_ptr<const Batch> batch, Durability durability) {
    oracle_.attempt(std::move(batch));
    oracle_.acknowledge(durability);
  }

  // What the oracle says of a store in which these writes happened.
  bool accepts(const std::vector<std::shared_ptr<const Batch>>& writes) const {
    const auto store = open_memtable({}).value();
    for (const auto& batch : writes) EXPECT_TRUE(ok(store->apply(*batch)));
    return !oracle_.check(*store);
  }

  Oracle oracle_;
};

TEST_F(OracleTest, AcceptsWhatWasPromisedWithAndWithoutWhatIsInDoubt) {
  EXPECT_TRUE(accepts({put("a", "1"), two("b", "a")}));
  EXPECT_TRUE(accepts({put("a", "1"), two("b", "a"), put("c", "4")}));
}

TEST_F(OracleTest, SeesThatAnOlderStateIsToldWrongly) {
  EXPECT_FALSE(accepts({put("a", "another"), two("b", "a")}));
}

TEST_F(OracleTest, MissesAWriteThatTheProcessWasPromised) {
  EXPECT_FALSE(accepts({}));
  EXPECT_FALSE(accepts({put("a", "1")}));
}

TEST_F(OracleTest, LetsTheLossOfPowerTakeWhatWasNotSynced) {
  oracle_.crashed(CrashPolicy::torn_prefix);
  EXPECT_TRUE(accepts({put("a", "1")}));
  EXPECT_FALSE(accepts({}));
}

TEST_F(OracleTest, LetsTheDeathOfTheProcessTakeNothingThatWasWritten) {
  oracle_.crashed(CrashPolicy::process_death);
  EXPECT_FALSE(accepts({put("a", "1")}));
}

TEST_F(OracleTest, MissesAWriteThatWasFlushed) {
  oracle_.flushed();
  oracle_.crashed(CrashPolicy::nothing);
  EXPECT_FALSE(accepts({put("a", "1")}));
}

TEST_F(OracleTest, LetsAFailedSyncTakeWhatWasNotSyncedBefore) {
  oracle_.forgotten();
  EXPECT_TRUE(accepts({put("a", "1")}));
}

TEST_F(OracleTest, DoesNotTakeHalfABatch) {
  oracle_.crashed(CrashPolicy::nothing);
  EXPECT_FALSE(accepts({put("a", "1"), put("b", "in a batch")}));
}

TEST_F(OracleTest, DoesNotTakeAWrongValue) {
  EXPECT_FALSE(accepts({put("a", "1"), two("b", "a"), put("c", "5")}));
  EXPECT_FALSE(accepts({put("a", "1"), two("b", "a"), put("d", "4")}));
}

TEST_F(OracleTest, DoesNotTakeAValueThatWasErased) {
  Batch without_the_erase;
  without_the_erase.put("b", "in a batch");
  without_the_erase.put("x", "");
  EXPECT_FALSE(
      accepts({put("a", "1"), std::make_shared<const Batch>(std::move(without_the_erase))}));
}

TEST_F(OracleTest, DoesNotTakeAHole) { EXPECT_FALSE(accepts({two("b", "a"), put("c", "4")})); }

TEST_F(OracleTest, DoesNotTakeAWriteTwice) {
  EXPECT_FALSE(accepts({put("a", "1"), two("b", "a"), put("c", "4"), put("c", "4")}));
}

TEST_F(OracleTest, DoesNotTakeAWriteThatWasRefused) {
  oracle_.refuse();
  EXPECT_FALSE(accepts({put("a", "1"), two("b", "a"), put("c", "4")}));
  EXPECT_TRUE(accepts({put("a", "1"), two("b", "a")}));
}

TEST_F(OracleTest, DoesNotTakeOtherNumbers) {
  // The content is right, but the writes before it were counted otherwise.
  oracle_ = Oracle();
  write(put("a", "1"), Durability::wal);
  write(put("b", "2"), Durability::wal);
  EXPECT_FALSE(accepts({put("b", "2"), put("a", "1")}));
  EXPECT_TRUE(accepts({put("a", "1"), put("b", "2")}));
}

TEST_F(OracleTest, TakesAnyPrefixWhereOneMayBeLost) {
  const auto store = open_memtable({}).value();
  EXPECT_EQ(oracle_.check_prefix(*store), std::nullopt);
  EXPECT_TRUE(ok(store->put("a", "1")));
  EXPECT_EQ(oracle_.check_prefix(*store), std::nullopt);
  EXPECT_TRUE(ok(store->put("a", "2")));
  EXPECT_NE(oracle_.check_prefix(*store), std::nullopt);
}

TEST_F(OracleTest, ExpectsOfALivingStoreJustWhatWasAcknowledged) {
  const auto store = open_memtable({}).value();
  EXPECT_TRUE(ok(store->put("a", "1")));
  EXPECT_NE(oracle_.check_live(*store), std::nullopt);
  EXPECT_TRUE(ok(store->apply(*two("b", "a"))));
  EXPECT_EQ(oracle_.check_live(*store), std::nullopt);
  EXPECT_TRUE(ok(store->put("c", "4")));
  EXPECT_NE(oracle_.check_live(*store), std::nullopt);
}

TEST_F(OracleTest, ForgetsWhatARecoveryHasLost) {
  oracle_.crashed(CrashPolicy::nothing);
  oracle_.reopened(1);
  EXPECT_TRUE(accepts({put("a", "1")}));
  EXPECT_FALSE(accepts({put("a", "1"), two("b", "a")}));
  write(put("d", "2"), Durability::none);
  EXPECT_TRUE(accepts({put("a", "1"), put("d", "2")}));
}

TEST_F(OracleTest, KeepsWhatWasRecoveredThroughEveryLaterCrash) {
  oracle_.reopened(3);
  oracle_.crashed(CrashPolicy::nothing);
  EXPECT_FALSE(accepts({put("a", "1")}));
  EXPECT_TRUE(accepts({put("a", "1"), two("b", "a")}));
}

TEST_F(OracleTest, KnowsWhichRequirementsHold) {
  Batch holds;
  holds.require("b", "in a batch");
  holds.require("a", absent);
  holds.require("c", absent);  // its write is in doubt, not acknowledged
  EXPECT_TRUE(oracle_.holds(holds));
  Batch fails;
  fails.require("a", "1");
  EXPECT_FALSE(oracle_.holds(fails));
}

TEST_F(OracleTest, CountsThePromisedWrites) {
  EXPECT_EQ(oracle_.promised_writes(), 2U);
  oracle_.crashed(CrashPolicy::nothing);
  EXPECT_EQ(oracle_.promised_writes(), 1U);
}

}  // namespace
}  // namespace kv::torture
