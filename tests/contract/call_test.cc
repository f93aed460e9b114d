// What every call checks before it does anything: a store that is open, limits, the context, in
// this order (kv/reader.h, kv/options.h, kv/context.h).

#include <chrono>
#include <stop_token>
#include <string>

#include "tests/contract/contract.h"
#include "tests/support/story.h"

namespace kv::test {
namespace {

using namespace std::chrono_literals;

// A store that takes little: keys of 4 bytes, values of 8, batches of 40.
class Arguments : public Contract {
 protected:
  void SetUp() override {
    Contract::SetUp();
    if (IsSkipped()) return;
    Options options;
    options.limits = {.key_bytes = 4, .value_bytes = 8, .batch_bytes = 40};
    small_ = open(options);
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

class Contexts : public Contract {
 protected:
  void SetUp() override {
    Contract::SetUp();
    if (IsSkipped()) return;
    fill({"a", "k"});
    snapshot_ = must(store().snapshot());
  }
  void TearDown() override {
    snapshot_.reset();
    Contract::TearDown();
  }

  // Expects every function to fail with this code under the context, and to change nothing.
  void expect_all_refused(const Context& context, Code code) {
    for (const Call& call : all_calls(store(), *snapshot_)) {
      const Status status = call.run("k", context);
      observe(call.name, told(status));
      EXPECT_TRUE(fails_with(code, status)) << call.name;
    }
    EXPECT_EQ(scan(), R"("a"="A" "k"="K")");
  }

  std::unique_ptr<Snapshot> snapshot_;
  ManualClock clock_;
  std::stop_source source_;
};
KV_CONTRACT(Contexts);

TEST_P(Contexts, ACancelledCallDoesNothing) {
  source_.request_stop();
  expect_all_refused(Context().with_cancellation(source_.get_token()), Code::cancelled);
}

TEST_P(Contexts, ACallAfterItsDeadlineDoesNothing) {
  const Context context = Context().with_deadline(clock_.now() + 10ns, clock_);
  clock_.advance(11ns);
  expect_all_refused(context, Code::deadline_exceeded);
}

TEST_P(Contexts, ACallAtItsDeadlineIsLate) {
  const Context context = Context().with_timeout(10ns, clock_);
  clock_.advance(10ns);
  expect_all_refused(context, Code::deadline_exceeded);
}

TEST_P(Contexts, CancelledGoesBeforeLate) {
  const Context context =
      Context().with_timeout(0ns, clock_).with_cancellation(source_.get_token());
  source_.request_stop();
  expect_all_refused(context, Code::cancelled);
}

TEST_P(Contexts, ACallInTimeThatNobodyCancelledIsDone) {
  const Context context =
      Context().with_timeout(10ns, clock_).with_cancellation(source_.get_token());
  clock_.advance(9ns);
  for (const Call& call : all_calls(store(), *snapshot_)) {
    const Status status = call.run("a", context);
    observe(call.name, told(status));
    const bool erased = failed_with(Code::not_found, status);
    EXPECT_TRUE(erased || ok(status)) << call.name;
  }
  EXPECT_EQ(scan(), R"("a"="new" "k"="K")");
}

TEST_P(Contexts, ARefusedCallCanBeMadeAgain) {
  const Context late = Context().with_timeout(0ns, clock_);
  EXPECT_TRUE(fails_with(Code::deadline_exceeded, store().put("a", "1", late)));
  EXPECT_EQ(put("a", "1"), "ok");
  EXPECT_EQ(get("a"), "ok \"1\"");
}

TEST_P(Contexts, ALateConditionalBatchIsNotChecked) {
  Batch unmet;
  unmet.require("a", "another");
  const Context late = Context().with_timeout(0ns, clock_);
  EXPECT_TRUE(fails_with(Code::deadline_exceeded, store().apply(unmet, late)));
}

TEST_P(Contexts, OfAScanEndsItsIterator) {
  ToldIterator stepped(
      must(store().scan({}, Context().with_cancellation(source_.get_token()))), "cancelled");
  ToldIterator late(must(store().scan({}, Context().with_timeout(10ns, clock_))), "late");
  ToldIterator of_snapshot(must(snapshot_->scan({}, Context().with_timeout(10ns, clock_))));
  ToldIterator free = iterate();
  EXPECT_EQ(stepped.next(), R"("a"="A")");
  EXPECT_EQ(late.next(), R"("a"="A")");
  source_.request_stop();
  clock_.advance(10ns);
  EXPECT_EQ(stepped.key(), "a");
  EXPECT_EQ(stepped.status(), "ok");
  EXPECT_EQ(stepped.next(), "cancelled");
  EXPECT_EQ(late.next(), "deadline_exceeded");
  EXPECT_EQ(of_snapshot.seek("k"), "deadline_exceeded");
  EXPECT_EQ(free.rest(), R"("a"="A" "k"="K")");
}

TEST_P(Contexts, TheFirstFailureOfAnIteratorStays) {
  ToldIterator late(must(store().scan(
      {}, Context().with_timeout(10ns, clock_).with_cancellation(source_.get_token()))));
  ToldIterator cancelled(
      must(store().scan({}, Context().with_cancellation(source_.get_token()))), "cancelled");
  clock_.advance(10ns);
  EXPECT_EQ(late.seek("a"), "deadline_exceeded");
  source_.request_stop();
  EXPECT_EQ(cancelled.next(), "cancelled");
  EXPECT_EQ(late.next(), "deadline_exceeded");
  close();
  EXPECT_EQ(late.next(), "deadline_exceeded");
  EXPECT_EQ(late.seek("a"), "deadline_exceeded");
  EXPECT_EQ(cancelled.seek("a"), "cancelled");
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
