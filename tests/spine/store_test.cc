// What Store and Reader do for every engine besides the checks: what an engine need not override,
// and close. (The checks: tests/contract.)

#include "kv/store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/quote.h"
#include "kv/capabilities.h"
#include "tests/support/expect.h"

namespace kv {
namespace {

using test::fails_with;
using test::ok;

// An engine that overrides nothing that it need not, notes what it is asked for, and answers what
// the test says.
class Bare : public Store {
 public:
  Bare() : Store(Limits{}) {}

  std::vector<std::string> calls;
  std::optional<Error> error;  // what every call answers, where there is one

 private:
  Result<std::string> do_get(std::string_view key, const Context&) override {
    calls.push_back("get " + quote(key));
    if (error) return failure(*error);
    return std::string("v");
  }

  Status do_apply(const Batch& batch, const Context&) override {
    calls.push_back("apply " + quote(batch.encode()));
    return status();
  }

  Status do_flush(const Context&) override { return status(); }

  Result<std::unique_ptr<Iterator>> do_scan(const Range&, Iterator::Scope) override {
    return failure(Code::unimplemented);
  }

  Result<std::unique_ptr<Snapshot>> do_snapshot(const Context&) override {
    return failure(Code::unimplemented);
  }

  Status status() const {
    if (error) return failure(*error);
    return {};
  }
};

TEST(Store, APutAndAnEraseAreBatchesOfOneUnlessAnEngineKnowsBetter) {
  Bare store;
  EXPECT_TRUE(ok(store.put("k", "v")));
  EXPECT_TRUE(ok(store.erase("k")));
  Batch put;
  put.put("k", "v");
  Batch erase;
  erase.erase("k");
  EXPECT_EQ(store.calls, (std::vector<std::string>{"apply " + quote(put.encode()),
                                                   "apply " + quote(erase.encode())}));
}

TEST(Store, ContainsAsksGetUnlessAnEngineKnowsBetter) {
  Bare store;
  EXPECT_EQ(store.contains("k").value(), true);
  store.error = Error(Code::not_found);
  EXPECT_EQ(store.contains("k").value(), false);
  store.error = Error(Code::corruption, "block 7");
  const Result<bool> damaged = store.contains("k");
  ASSERT_TRUE(fails_with(Code::corruption, damaged)) << "a damaged block is not an absent key";
  EXPECT_EQ(damaged.error().message(), "block 7");
  EXPECT_EQ(store.calls, std::vector<std::string>(3, R"(get "k")"));
}

TEST(Store, FailuresOfTheEngineComeBackAsTheyAre) {
  Bare store;
  store.error = Error(Code::outcome_unknown, Code::io_error, "000007.log: sync failed; reopen");
  for (const Status& status : {store.put("k", "v"), store.erase("k"), store.apply(Batch())}) {
    ASSERT_TRUE(fails_with(Code::outcome_unknown, status));
    EXPECT_EQ(status.error().cause(), Code::io_error);
    EXPECT_EQ(status.error().message(), "000007.log: sync failed; reopen");
  }
}

TEST(Store, HasNoCapabilityUnlessAnEngineOffersIt) {
  Bare store;
  EXPECT_EQ(store.as<Transactional>(), nullptr);
  EXPECT_EQ(store.as<Versioned>(), nullptr);
  EXPECT_EQ(store.as<Maintenance>(), nullptr);
}

TEST(Store, CloseFailsOnceAndTheStoreIsClosedAllTheSame) {
  class FailsToClose final : public Bare {
    Status do_close() override { return failure(Code::io_error, "the log cannot be synced"); }
  } store;
  EXPECT_TRUE(fails_with(Code::io_error, store.close()));
  EXPECT_TRUE(fails_with(Code::closed, store.put("k", "v")));
  EXPECT_TRUE(fails_with(Code::closed, store.get("k")));
  EXPECT_TRUE(ok(store.close()));
  EXPECT_TRUE(store.calls.empty());
}

TEST(Store, ASecondCloseWaitsForTheFirst) {
  class ClosesSlowly final : public Bare {
   public:
    std::latch begun{1};
    std::latch second_comes{1};
    std::atomic<int> closings = 0;
    std::atomic<bool> closed_down = false;

   private:
    Status do_close() override {
      ++closings;
      begun.count_down();
      second_comes.wait();
      // Time for one that does not wait to get it wrong; one that does is right whatever happens.
      for (int i = 0; i < 1000; ++i) std::this_thread::yield();
      closed_down = true;
      return {};
    }
  } store;
  const std::jthread first([&] { EXPECT_TRUE(ok(store.close())); });
  store.begun.wait();
  EXPECT_TRUE(fails_with(Code::closed, store.get("k"))) << "new calls are refused at once";
  store.second_comes.count_down();
  EXPECT_TRUE(ok(store.close()));
  EXPECT_TRUE(store.closed_down);
  EXPECT_EQ(store.closings, 1);
}

}  // namespace
}  // namespace kv
