// Limits on keys, values and batches (kv/options.h), and the order in which every call checks what
// it is given: a store that is open, limits, the context (kv/reader.h).

#include <stop_token>
#include <string>

#include "tests/contract/contract.h"
#include "tests/support/story.h"

namespace kv::test {
namespace {

// A store that takes little: keys of 4 bytes, values of 8, batches of 40.
class Arguments : public Contract {
 protected:
  void SetUp() override {
    Contract::SetUp();
    if (IsSkipped()) return;
    small_ = open({.limits = {.key_bytes = 4, .value_bytes = 8, .batch_bytes = 40}});
    snapshot_ = must(small_->snapshot());
  }
  void TearDown() override {
    snapshot_.reset();
    small_.reset();
    Contract::TearDown();
  }

  ToldStore small() { return ToldStore(*small_); }
  std::string content() { return small().scan(); }

  // A batch of 33 to 41 bytes, whose keys and values are within their limits.
  static Batch batch_of(std::size_t bytes) {
    Batch batch;
    batch.put("1", "12345678");
    batch.put("2", "12345678");
    batch.require("3", absent);
    batch.put("3", std::string_view("12345678").substr(0, bytes - 33));
    EXPECT_EQ(batch.bytes(), bytes);
    return batch;
  }

  std::unique_ptr<Store> small_;
  std::unique_ptr<Snapshot> snapshot_;
};
KV_CONTRACT(Arguments);

TEST_P(Arguments, AKeyMayBeAsLongAsTheLimit) {
  for (const Call& call : calls_with_a_key(*small_, *snapshot_)) {
    EXPECT_FALSE(fails_with(Code::invalid_argument, call.run("1234", Context::none())))
        << call.name;
  }
}

TEST_P(Arguments, ALongerKeyIsInvalidAndNothingHappens) {
  ASSERT_TRUE(ok(small().put("1234", "v")));
  for (const Call& call : calls_with_a_key(*small_, *snapshot_)) {
    const Status status = call.run("12345", Context::none());
    observe(call.name, told(status));
    EXPECT_TRUE(fails_with(Code::invalid_argument, status)) << call.name;
  }
  EXPECT_EQ(content(), R"("1234"="v")");
}

TEST_P(Arguments, AValueMayBeAsLongAsTheLimit) {
  EXPECT_EQ(told(small().put("k", "12345678")), "ok");
  EXPECT_EQ(told(small().get("k")), "ok \"12345678\"");
  Batch batch;
  batch.require("k", "12345678");
  batch.put("l", "12345678");
  EXPECT_EQ(told(small().apply(batch)), "ok");
}

TEST_P(Arguments, ALongerValueIsInvalidAndNothingHappens) {
  ASSERT_TRUE(ok(small().put("k", "v")));
  EXPECT_EQ(told(small().put("k", "123456789")), "invalid_argument");
  Batch batch;
  batch.erase("k");
  batch.put("l", "123456789");
  EXPECT_EQ(told(small().apply(batch)), "invalid_argument");
  EXPECT_EQ(content(), R"("k"="v")");
}

TEST_P(Arguments, ALimitHoldsForEachPartOfABatch) {
  Batch put;
  put.put("1", "v");
  put.put("12345", "v");
  Batch erase;
  erase.put("1", "v");
  erase.erase("12345");
  Batch require;
  require.put("1", "v");
  require.require("12345", absent);
  Batch require_value;
  require_value.put("1", "v");
  require_value.require("1", "123456789");
  for (const Batch& batch : {put, erase, require, require_value}) {
    EXPECT_EQ(told(small().apply(batch)), "invalid_argument");
  }
  EXPECT_EQ(content(), "nothing");
}

TEST_P(Arguments, ABatchMayBeAsLargeAsTheLimit) {
  const Batch batch = batch_of(40);
  EXPECT_EQ(told(small().apply(batch)), "ok");
  EXPECT_EQ(told(small().get("3")), "ok \"1234567\"");
}

TEST_P(Arguments, ALargerBatchIsInvalidAndNothingHappens) {
  EXPECT_EQ(told(small().apply(batch_of(41))), "invalid_argument");
  EXPECT_EQ(content(), "nothing");
}

TEST_P(Arguments, APutAndAnEraseAreNoBatches) {
  const auto store = open({.limits = {.key_bytes = 4, .value_bytes = 8, .batch_bytes = 10}});
  ToldStore tight(*store);
  Batch batch;
  batch.put("1234", "12345678");
  EXPECT_EQ(told(tight.apply(batch)), "invalid_argument");
  EXPECT_EQ(told(tight.put("1234", "12345678")), "ok");
  EXPECT_EQ(tight.scan(), R"("1234"="12345678")");
  EXPECT_EQ(told(tight.erase("1234")), "ok");
}

TEST_P(Arguments, SeekTakesAKeyOfAnyLength) {
  ASSERT_TRUE(ok(small().put("b", "1")));
  ASSERT_TRUE(ok(small().put("c", "2")));
  for (const bool reverse : {false, true}) {
    ToldIterator it(must(small_->scan({.reverse = reverse})));
    EXPECT_EQ(it.seek("bb, over the limit"), reverse ? R"("b"="1")" : R"("c"="2")");
    EXPECT_EQ(it.seek(std::string(Limits().key_bytes + 1, 'z')), reverse ? R"("c"="2")" : "end");
    EXPECT_EQ(it.status(), "ok");
  }
}

TEST_P(Arguments, BoundsOfAScanMayBeAnyBytes) {
  ASSERT_TRUE(ok(small().put("b", "1")));
  ASSERT_TRUE(ok(small().put("c", "2")));
  EXPECT_EQ(small().scan({.start = "a key over the limit", .end = "bb, over the limit"}),
            R"("b"="1")");
  EXPECT_EQ(small().scan({.start = "bb, over the limit", .reverse = true}), R"("c"="2")");
}

TEST_P(Arguments, KeysAndValuesAreTakenUpToTheDefaultLimits) {
  const std::string key(Limits().key_bytes, 'k');
  EXPECT_EQ(put(key, "v"), "ok");
  EXPECT_EQ(get(key), "ok \"v\"");
  EXPECT_EQ(put(key + "k", "v"), "invalid_argument");
  EXPECT_EQ(get(key + "k"), "invalid_argument");
}

class OrderOfChecks : public Arguments {
 protected:
  static constexpr std::string_view long_key = "12345";
  static constexpr std::string_view long_value = "123456789";

  OrderOfChecks() {
    source_.request_stop();
    cancelled_ = Context().with_cancellation(source_.get_token());
    value_.put("k", long_value);
  }

  // Every call that goes over a limit, under a context that is cancelled.
  void expect_all(Code code) {
    for (const Call& call : calls_with_a_key(*small_, *snapshot_)) {
      EXPECT_TRUE(fails_with(code, call.run(long_key, cancelled_))) << call.name;
    }
    EXPECT_TRUE(fails_with(code, small_->put("k", long_value, cancelled_)));
    EXPECT_TRUE(fails_with(code, small_->apply(value_, cancelled_))) << "a value";
    EXPECT_TRUE(fails_with(code, small_->apply(batch_of(41), cancelled_))) << "a batch";
  }

  std::stop_source source_;
  Context cancelled_;
  Batch value_;
};
KV_CONTRACT(OrderOfChecks);

TEST_P(OrderOfChecks, LimitsGoBeforeTheContext) { expect_all(Code::invalid_argument); }

TEST_P(OrderOfChecks, ClosedGoesBeforeLimitsAndTheContext) {
  ASSERT_TRUE(ok(small_->close()));
  expect_all(Code::closed);
  for (const Call& call : all_calls(*small_, *snapshot_)) {
    EXPECT_TRUE(fails_with(Code::closed, call.run("k", cancelled_))) << call.name;
  }
}

TEST_P(OrderOfChecks, AllGoBeforeTheRequirements) {
  Batch unmet;
  unmet.require("absent", "v");
  unmet.put("k", long_value);
  EXPECT_EQ(told(small().apply(unmet)), "invalid_argument");
}

}  // namespace
}  // namespace kv::test
