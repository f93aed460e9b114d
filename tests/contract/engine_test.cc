// What depends on the engine: the options it takes (kv/options.h), flush, and the capabilities that
// it offers (kv/capabilities.h), which must work where they are not null.

#include <stop_token>
#include <string>
#include <vector>

#include "kv/capabilities.h"
#include "tests/contract/contract.h"

namespace kv::test {
namespace {

class Volatile : public Contract {
 protected:
  void SetUp() override {
    if (GetParam().persistent) GTEST_SKIP() << "the store is persistent";
    Contract::SetUp();
  }

  Status opened_with(const Options& options) {
    auto store = GetParam().open(options);
    if (!store) return failure(std::move(store));
    return {};
  }
};
KV_CONTRACT(Volatile);

TEST_P(Volatile, TakesNoDirectory) {
  EXPECT_TRUE(ok(opened_with({.directory = ""})));
  EXPECT_TRUE(fails_with(Code::invalid_argument, opened_with({.directory = "somewhere"})));
}

TEST_P(Volatile, TakesNoDurabilityButNone) {
  EXPECT_TRUE(ok(opened_with({.durability = Durability::none})));
  for (const Durability kept : {Durability::wal, Durability::sync}) {
    EXPECT_TRUE(fails_with(Code::invalid_argument, opened_with({.durability = kept})));
  }
}

class Engines : public Contract {};
KV_CONTRACT(Engines);

TEST_P(Engines, FlushIsOkAndChangesNothing) {
  EXPECT_EQ(told(store().flush()), "ok");
  fill({"a", "b"});
  EXPECT_EQ(told(store().flush()), "ok");
  EXPECT_EQ(scan(), R"("a"="A" "b"="B")");
  put("c", "C");
  EXPECT_EQ(told(store().flush()), "ok");
  EXPECT_EQ(scan(), R"("a"="A" "b"="B" "c"="C")");
}

TEST_P(Engines, ACapabilityIsTheSameEachTimeItIsAskedFor) {
  EXPECT_EQ(store().as<Transactional>(), store().as<Transactional>());
  EXPECT_EQ(store().as<Versioned>(), store().as<Versioned>());
  EXPECT_EQ(store().as<Maintenance>(), store().as<Maintenance>());
}

TEST_P(Engines, MaintenanceCountsAndClears) {
  auto* maintenance = store().as<Maintenance>();
  if (maintenance == nullptr) GTEST_SKIP() << "the store offers no Maintenance";
  EXPECT_EQ(must(maintenance->count()), 0u);
  fill({"a", "b", "c"});
  put("a", "again");
  erase("b");
  EXPECT_EQ(must(maintenance->count()), 2u);
  EXPECT_TRUE(ok(maintenance->compact()));
  EXPECT_EQ(scan(), R"("a"="again" "c"="C")");
  EXPECT_TRUE(ok(maintenance->statistics()));
  EXPECT_TRUE(ok(maintenance->levels()));
  std::vector<std::string> steps;
  EXPECT_TRUE(ok(maintenance->trace("a", steps)));
  EXPECT_FALSE(steps.empty());
  ToldReader snapshot = take_snapshot();
  EXPECT_TRUE(ok(maintenance->clear()));
  EXPECT_EQ(scan(), "nothing");
  EXPECT_EQ(must(maintenance->count()), 0u);
  EXPECT_EQ(snapshot.scan(), R"("a"="again" "c"="C")");
  close();
  EXPECT_TRUE(fails_with(Code::closed, maintenance->count()));
  EXPECT_TRUE(fails_with(Code::closed, maintenance->clear()));
}

TEST_P(Engines, VersionedNumbersEachChange) {
  auto* versioned = store().as<Versioned>();
  if (versioned == nullptr) GTEST_SKIP() << "the store offers no Versioned";
  EXPECT_EQ(versioned->last_sequence(), 0u);
  EXPECT_EQ(must(versioned->latest_version("a")), 0u);
  fill({"a", "b"});
  Batch batch;
  batch.erase("a");
  batch.put("c", "C");
  ASSERT_EQ(apply(batch), "ok");
  EXPECT_EQ(versioned->last_sequence(), 4u);
  EXPECT_EQ(must(versioned->latest_version("a")), 3u);
  EXPECT_EQ(must(versioned->latest_version("b")), 2u);
  EXPECT_EQ(must(versioned->latest_version("c")), 4u);
  EXPECT_EQ(ToldReader(*must(versioned->snapshot_at(4))).scan(), R"("b"="B" "c"="C")");
  EXPECT_TRUE(fails_with(Code::invalid_argument, versioned->snapshot_at(5)));

  std::vector<std::string> changes;
  EXPECT_TRUE(ok(versioned->changes_since(1, [&](const Versioned::Change& change) {
    changes.push_back(std::to_string(change.sequence) + (change.erased ? " erase " : " put ") +
                      std::string(change.key) + " " + std::string(change.value));
    return changes.size() < 2;
  })));
  EXPECT_EQ(changes, (std::vector<std::string>{"2 put b B", "3 erase a "}));
  close();
  EXPECT_TRUE(fails_with(Code::closed, versioned->latest_version("a")));
}

TEST_P(Engines, VersionedAsksTheContextWhileItHandsChangesOver) {
  auto* versioned = store().as<Versioned>();
  if (versioned == nullptr) GTEST_SKIP() << "the store offers no Versioned";
  constexpr int changes = 5'000;
  for (int i = 0; i < changes; ++i) ASSERT_TRUE(ok(store().put(std::to_string(i), "")));
  std::stop_source source;
  int handed_over = 0;
  const Status status = versioned->changes_since(
      0,
      [&](const Versioned::Change&) {
        ++handed_over;
        source.request_stop();
        return true;
      },
      Context().with_cancellation(source.get_token()));
  if (failed_with(Code::invalid_argument, status)) {
    GTEST_SKIP() << "the store has dropped versions: " << status.error().message();
  }
  EXPECT_TRUE(fails_with(Code::cancelled, status));
  EXPECT_LT(handed_over, changes);
}

TEST_P(Engines, TransactionsCommitAllOrNothing) {
  auto* transactional = store().as<Transactional>();
  if (transactional == nullptr) GTEST_SKIP() << "the store offers no Transactional";
  fill({"a", "b"});
  const auto transaction = must(transactional->begin());
  ASSERT_TRUE(ok(transaction->put("a", "1")));
  ASSERT_TRUE(ok(transaction->erase("b")));
  EXPECT_EQ(ToldReader(*transaction, "transaction").scan(), R"("a"="1")");
  EXPECT_EQ(scan(), R"("a"="A" "b"="B")");
  EXPECT_TRUE(ok(transaction->commit()));
  EXPECT_EQ(scan(), R"("a"="1")");

  const auto rolled_back = must(transactional->begin());
  ASSERT_TRUE(ok(rolled_back->put("a", "2")));
  EXPECT_TRUE(ok(rolled_back->rollback()));
  ASSERT_TRUE(ok(must(transactional->begin())->put("a", "3")));  // destroyed without commit
  EXPECT_EQ(scan(), R"("a"="1")");
}

}  // namespace
}  // namespace kv::test
