// What holds while several threads call at once (kv/store.h). Threads wait for each other with
// latches; every loop has an end that does not hang on luck.

#include <atomic>
#include <functional>
#include <latch>
#include <string>
#include <thread>

#include "tests/contract/contract.h"

namespace kv::test {
namespace {

// Calls the function in a thread that must not die of what it throws.
void call(const std::function<void()>& function) {
  try {
    function();
  } catch (const std::exception& thrown) {
    ADD_FAILURE() << thrown.what();
  }
}

// Runs every function in a thread of its own, all released at one moment, and waits for them.
void run_together(const std::vector<std::function<void()>>& functions) {
  std::latch start(static_cast<std::ptrdiff_t>(functions.size()));
  std::vector<std::jthread> threads;
  for (const auto& function : functions) {
    threads.emplace_back([&start, &function] {
      start.arrive_and_wait();
      call(function);
    });
  }
}

// The same function that many times over; it is told which one it is.
void run_together(int count, const std::function<void(int)>& function) {
  std::vector<std::function<void()>> functions;
  for (int i = 0; i < count; ++i) functions.push_back([&function, i] { function(i); });
  run_together(functions);
}

// Runs the functions together, while one more thread does this again and again, with 1, 2, 3, ...
void run_beside(const std::function<void(int)>& work,
                const std::vector<std::function<void()>>& functions) {
  std::latch begun(1);
  std::atomic<bool> enough = false;
  std::jthread worker([&] {
    begun.count_down();
    call([&] {
      for (int i = 1; i == 1 || !enough; ++i) work(i);
    });
  });
  begun.wait();
  run_together(functions);
  enough = true;
}

int number(const Result<std::string>& value) { return value ? std::stoi(*value) : -1; }

class Threads : public Contract {};
KV_CONTRACT(Threads);

TEST_P(Threads, LoseNoWrite) {
  constexpr int threads = 4;
  constexpr int keys = 250;
  run_together(threads, [&](int thread) {
    for (int i = 0; i < keys; ++i) {
      const std::string key = std::to_string(thread) + "/" + std::to_string(i);
      EXPECT_TRUE(ok(store().put(key, key)));
      EXPECT_EQ(told(store().get(key)), told(Result<std::string>(key)));
      if (i % 2 == 1) {
        EXPECT_TRUE(ok(store().erase(key)));
      }
    }
  });
  for (int thread = 0; thread < threads; ++thread) {
    for (int i = 0; i < keys; ++i) {
      const std::string key = std::to_string(thread) + "/" + std::to_string(i);
      EXPECT_EQ(store().get(key).value_or("none"), i % 2 == 1 ? "none" : key);
    }
  }
}

TEST_P(Threads, OfSeveralThatClaimAKeyOneWins) {
  constexpr int threads = 4;
  for (int round = 0; round < 100; ++round) {
    const std::string key = "seat" + std::to_string(round);
    std::atomic<int> winners = 0;
    std::atomic<int> winner = -1;
    run_together(threads, [&](int thread) {
      Batch claim;
      claim.require(key, absent);
      claim.put(key, std::to_string(thread));
      const Status status = store().apply(claim);
      if (!status) {
        EXPECT_TRUE(fails_with(Code::conflict, status));
        return;
      }
      ++winners;
      winner = thread;
    });
    ASSERT_EQ(winners, 1) << "round " << round;
    ASSERT_EQ(number(store().get(key)), winner) << "round " << round;
  }
}

TEST_P(Threads, LoseNoUpdateOfACounter) {
  constexpr int threads = 3;
  constexpr int increments = 200;
  ASSERT_EQ(put("counter", "0"), "ok");
  run_together(threads, [&](int) {
    // A conflict means that another thread's increment came between, so this many tries suffice.
    int tries = threads * increments;
    for (int done = 0; done < increments && tries > 0; --tries) {
      const Result<std::string> before = store().get("counter");
      ASSERT_TRUE(ok(before));
      Batch increment;
      increment.require("counter", *before);
      increment.put("counter", std::to_string(std::stoi(*before) + 1));
      const Status status = store().apply(increment);
      if (status) {
        ++done;
      } else {
        ASSERT_TRUE(fails_with(Code::conflict, status));
      }
    }
  });
  EXPECT_EQ(get("counter"), "ok \"" + std::to_string(threads * increments) + "\"");
}

// Two keys that one thread always writes in one batch, with the same number, while others look.
class ABatchUnderWay : public Contract {
 protected:
  // Calls `look` that many times while batches are written, and once before and after. The writer
  // keeps pace: a scan may walk over all that was ever written to these keys (LevelDB's does, in
  // reverse), so that with every look the next would have more to do than the one before.
  void look_while_writing(int times, const std::function<void()>& look) {
    constexpr int batches_a_look = 50;
    write(0);
    look();
    std::atomic<int> looks = 1;
    int batches = 0;
    run_beside(
        [&](int) {
          if (batches < looks * batches_a_look) {
            write(++batches);
          } else {
            std::this_thread::yield();
          }
        },
        {[&] {
          for (int i = 0; i < times; ++i, ++looks) look();
        }});
    look();
  }

  // Erases what lies between the two keys now and then, so that the batch is not always the same.
  void write(int i) {
    Batch batch;
    batch.put(prefix_ + "first", std::to_string(i));
    if (i % 2 == 0) {
      batch.put(prefix_ + "middle", std::to_string(i));
    } else {
      batch.erase(prefix_ + "middle");
    }
    batch.put(prefix_ + "second", std::to_string(i));
    EXPECT_TRUE(ok(store().apply(batch)));
  }

  // Expects the entries that the batch left, whichever one it was.
  void expect_one_batch(Iterator& it) {
    std::vector<std::string> keys;
    std::vector<int> numbers;
    while (it.next()) {
      keys.emplace_back(it.key());
      numbers.push_back(std::stoi(std::string(it.value())));
    }
    ASSERT_TRUE(ok(it.status()));
    ASSERT_GE(keys.size(), 2u);
    for (const int each : numbers) EXPECT_EQ(each, numbers[0]);
    EXPECT_EQ(keys.size(), numbers[0] % 2 == 0 ? 3u : 2u) << "batch " << numbers[0];
  }

  std::string prefix_;  // of the keys
};
KV_CONTRACT(ABatchUnderWay);

TEST_P(ABatchUnderWay, IsSeenWholeOrNotAtAllByAScan) {
  look_while_writing(200, [&] { expect_one_batch(*must(store().scan())); });
}

TEST_P(ABatchUnderWay, IsSeenWholeOrNotAtAllByAReverseScan) {
  // With new keys time and again, so that there is little to walk over, and many looks.
  for (char round = 'a'; round <= 'z'; ++round) {
    prefix_ = round;
    look_while_writing(
        10, [&] { expect_one_batch(*must(store().scan({.start = prefix_, .reverse = true}))); });
  }
}

TEST_P(ABatchUnderWay, IsSeenWholeOrNotAtAllByASnapshot) {
  look_while_writing(200, [&] {
    const auto snapshot = must(store().snapshot());
    const int first = number(snapshot->get("first"));
    EXPECT_EQ(must(snapshot->contains("middle")), first % 2 == 0);
    EXPECT_EQ(number(snapshot->get("second")), first);
    expect_one_batch(*must(snapshot->scan()));
    EXPECT_EQ(number(snapshot->get("first")), first);
  });
}

TEST_P(ABatchUnderWay, IsSeenWholeOrNotAtAllByGets) {
  look_while_writing(500, [&] {
    // What is read later is not older: reads stand for moments in the order of the calls.
    const int second = number(store().get("second"));
    const int first = number(store().get("first"));
    const int second_again = number(store().get("second"));
    EXPECT_LE(second, first);
    EXPECT_LE(first, second_again);
  });
}

TEST_P(Threads, ReadsNeverGoBackInTime) {
  constexpr int reads = 500;
  ASSERT_EQ(put("x", "0"), "ok");
  ASSERT_EQ(put("y", "0"), "ok");
  const auto read = [&] {
    int last_x = 0;
    int last_y = 0;
    for (int i = 0; i < reads; ++i) {
      // x is written before y, so who has seen a number in y sees at least that one in x.
      const int y = number(store().get("y"));
      const int x = number(store().get("x"));
      EXPECT_GE(x, y);
      EXPECT_GE(x, last_x);
      EXPECT_GE(y, last_y);
      last_x = x;
      last_y = y;
    }
  };
  const auto write = [&](int i) {
    EXPECT_TRUE(ok(store().put("x", std::to_string(i))));
    EXPECT_TRUE(ok(store().put("y", std::to_string(i))));
  };
  run_beside(write, {read, read});
}

TEST_P(Threads, ShareASnapshot) {
  fill({"a", "b", "c"});
  const auto snapshot = must(store().snapshot());
  run_together(4, [&](int thread) {
    for (int i = 0; i < 50; ++i) {
      EXPECT_TRUE(ok(store().put("b", std::to_string(thread))));
      EXPECT_EQ(told(snapshot->get("b")), "ok \"B\"");
      const auto it = snapshot->scan();
      ASSERT_TRUE(ok(it));
      EXPECT_EQ(rest(**it), R"("a"="A" "b"="B" "c"="C")");
    }
  });
}

TEST_P(Threads, ShareABatchThatNobodyChanges) {
  Batch batch;
  batch.require("absent", absent);
  batch.put("k", "v");
  run_together(2, [&](int) {
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(ok(store().apply(batch)));
  });
  EXPECT_EQ(scan(), R"("k"="v")");
}

TEST_P(Threads, HandAnIteratorOn) {
  fill({"a", "b", "c"});
  const auto it = must(store().scan());
  ASSERT_TRUE(it->next());
  std::jthread([&] { EXPECT_TRUE(it->next()); }).join();
  EXPECT_EQ(it->key(), "b");
  std::jthread([&] { EXPECT_TRUE(it->seek("c")); }).join();
  EXPECT_EQ(it->key(), "c");
}

}  // namespace
}  // namespace kv::test
