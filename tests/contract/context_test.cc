// A call that comes too late or that somebody cancelled does nothing, and an iterator whose context
// has ended goes no further (kv/context.h, kv/reader.h, kv/iterator.h).

#include <chrono>
#include <stop_token>
#include <string>

#include "tests/contract/contract.h"
#include "tests/support/story.h"

namespace kv::test {
namespace {

using namespace std::chrono_literals;

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
  ToldIterator stepped(must(store().scan({}, Context().with_cancellation(source_.get_token()))),
                       "cancelled");
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
  ToldIterator cancelled(must(store().scan({}, Context().with_cancellation(source_.get_token()))),
                         "cancelled");
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

}  // namespace
}  // namespace kv::test
