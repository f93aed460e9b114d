// close while other calls are running (Store::close): each of them gives its answer or `closed`.

#include <atomic>
#include <functional>
#include <latch>
#include <string>
#include <thread>

#include "tests/contract/contract.h"

namespace kv::test {
namespace {

class CloseBesideOthers : public Contract {
 protected:
  // Threads that call these again and again while two others close the store at once. A call that
  // began after close had returned has to be refused, and ends its thread.
  void close_beside(const std::vector<std::function<Status(int)>>& calls) {
    constexpr int calls_before_close = 20;
    // Each once alone: what cannot work at all fails here, and not in a thread.
    for (const auto& call : calls) ASSERT_TRUE(ok(call(0)));
    std::latch under_way(static_cast<std::ptrdiff_t>(calls.size()));
    std::atomic<bool> closed = false;
    std::vector<std::jthread> threads;
    for (const auto& call : calls) {
      threads.emplace_back([&] {
        bool refused = false;
        for (int i = 0; !refused; ++i) {
          // Nobody runs far ahead: what a writer leaves behind may slow down those who scan.
          while (i >= 50 * calls_before_close && !under_way.try_wait()) std::this_thread::yield();
          const bool must_refuse = closed;
          const Status status = call(i);
          refused = failed_with(Code::closed, status);
          EXPECT_TRUE(refused || (ok(status) && !must_refuse));
          if (i == calls_before_close) under_way.count_down();
          if (must_refuse) break;
          if (refused && i < calls_before_close) under_way.count_down();
        }
        // There is no way back.
        EXPECT_TRUE(fails_with(Code::closed, call(0)));
      });
    }
    under_way.wait();
    std::jthread other([&] { EXPECT_TRUE(ok(store().close())); });
    EXPECT_TRUE(ok(store().close()));
    closed = true;
  }

  void SetUp() override {
    Contract::SetUp();
    if (!IsSkipped()) fill({"a", "b", "c"});
  }

  Status put_one(int i) { return store().put(std::to_string(i % 50), std::to_string(i)); }

  Status get_one(int) {
    if (Result<std::string> value = store().get("a"); !value) return failure(std::move(value));
    return {};
  }
};
KV_CONTRACT(CloseBesideOthers);

TEST_P(CloseBesideOthers, PutsAndGets) {
  close_beside({[&](int i) { return put_one(i); }, [&](int i) { return get_one(i); }});
}

TEST_P(CloseBesideOthers, ErasesAndContains) {
  close_beside({[&](int i) { return store().erase(std::to_string(i % 50)); },
                [&](int) -> Status {
                  Result<bool> there = store().contains("a");
                  if (!there) return failure(std::move(there));
                  EXPECT_TRUE(*there);
                  return {};
                }});
}

TEST_P(CloseBesideOthers, ScansAndTheirIterators) {
  const auto walk = [&](bool reverse) -> Status {
    auto it = store().scan({.reverse = reverse});
    if (!it) return failure(std::move(it));
    int entries = 0;
    while ((*it)->next()) ++entries;
    Status status = (*it)->status();
    // Ok means that nothing is missing: a walk cut short says so.
    EXPECT_TRUE(!status || entries >= 3);
    return status;
  };
  close_beside({[&](int i) { return put_one(i); }, [&](int) { return walk(false); },
                [&](int) { return walk(true); }});
}

TEST_P(CloseBesideOthers, ConditionalBatches) {
  ASSERT_TRUE(ok(store().put("counter", "0")));
  std::atomic<int> acknowledged = 0;
  close_beside({[&](int) -> Status {
                  Batch batch;
                  batch.require("counter", std::to_string(acknowledged));
                  batch.put("counter", std::to_string(acknowledged + 1));
                  Status status = store().apply(batch);
                  if (status) ++acknowledged;
                  return status;
                },
                [&](int i) { return get_one(i); }});
  EXPECT_GE(acknowledged, 20);
}

TEST_P(CloseBesideOthers, SnapshotsAndReadsFromThem) {
  close_beside({[&](int i) { return put_one(i); },
                [&](int) -> Status {
                  auto snapshot = store().snapshot();
                  if (!snapshot) return failure(std::move(snapshot));
                  Result<std::string> value = (*snapshot)->get("b");
                  if (!value) return failure(std::move(value));
                  EXPECT_EQ(*value, "B");
                  return {};
                },
                [&](int) { return store().flush(); }});
}

}  // namespace
}  // namespace kv::test
