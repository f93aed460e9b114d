// What a store with a directory does with it (kv/options.h, Store::close).

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "kv/capabilities.h"
#include "tests/contract/contract.h"
#include "tests/contract/world.h"
#include "tests/support/drawn.h"
#include "tests/support/story.h"

namespace kv::test {
namespace {

class Persistent : public Contract {
 protected:
  void SetUp() override {
    if (!GetParam().persistent) GTEST_SKIP() << "the store is volatile";
    Contract::SetUp();
    if (!IsSkipped()) options_.directory = make_directory();
  }

  std::unique_ptr<Store> open_it() { return open(options_); }

  static bool has_the_empty_key(const Batch& batch) {
    for (const auto& parts : {batch.requirements(), batch.changes()}) {
      for (const Batch::Operation& part : parts) {
        if (part.key.empty()) return true;
      }
    }
    return false;
  }

  Options options_;
};
KV_CONTRACT(Persistent);

TEST_P(Persistent, NeedsADirectory) {
  EXPECT_TRUE(fails_with(Code::invalid_argument, GetParam().open({})));
}

TEST_P(Persistent, MakesItsDirectoryAndThoseAboveIt) {
  options_.directory += "/not/there";
  const auto store = open_it();
  EXPECT_EQ(told(store->put("k", "v")), "ok");
}

TEST_P(Persistent, ShowsItsContentWhenItIsOpenedAgain) {
  for (int opened = 0; opened < 3; ++opened) {
    const auto store = open_it();
    const std::string number = std::to_string(opened);
    EXPECT_EQ(ToldStore(*store).scan(),
              opened == 0 ? "nothing" : "\"k\"=\"" + std::to_string(opened - 1) + "\" \"l\"=\"\"");
    Batch batch;
    batch.put("k", number);
    batch.put("l", "");
    batch.put("gone", number);
    ASSERT_TRUE(ok(store->apply(batch)));
    ASSERT_TRUE(ok(store->erase("gone")));
    EXPECT_TRUE(ok(store->close()));
  }
}

TEST_P(Persistent, IsClosedByItsDestructor) {
  ASSERT_TRUE(ok(open_it()->put("k", "v")));
  EXPECT_EQ(told(open_it()->get("k")), "ok \"v\"");
}

TEST_P(Persistent, LetsGoOfItsDirectoryWhenItIsClosed) {
  const auto closed = open_it();
  ASSERT_TRUE(ok(closed->put("k", "v")));
  ASSERT_TRUE(ok(closed->close()));
  const auto opened = open_it();
  EXPECT_EQ(told(opened->get("k")), "ok \"v\"");
  EXPECT_EQ(told(closed->get("k")), "closed");
}

TEST_P(Persistent, HasItsDirectoryToItself) {
  const auto store = open_it();
  EXPECT_FALSE(GetParam().open(options_).has_value());
  EXPECT_EQ(told(store->put("k", "v")), "ok");
}

TEST_P(Persistent, KeepsWhatWasFlushedAtAnyDurability) {
  for (const Durability durability : {Durability::none, Durability::wal, Durability::sync}) {
    options_.directory = make_directory();
    options_.durability = durability;
    auto store = GetParam().open(options_);
    if (durability == Durability::none && failed_with(Code::invalid_argument, store)) continue;
    ASSERT_TRUE(ok(store));
    EXPECT_EQ(told((*store)->put("k", "v")), "ok");
    EXPECT_EQ(told((*store)->flush()), "ok");
    ASSERT_TRUE(ok((*store)->close()));
    EXPECT_EQ(told(open_it()->get("k")), "ok \"v\"");
  }
}

TEST_P(Persistent, KeepsAnyBytes) {
  using namespace std::string_literals;
  std::vector<std::string> keys = {"\0"s, "a"s, "a\0"s, "a\0b"s, "\x7f"s, "\xff"s, "\xff\xff"s};
  if (GetParam().takes_the_empty_key) keys.emplace_back();
  std::string content;
  {
    const auto store = open_it();
    for (const std::string& key : keys) ASSERT_TRUE(ok(store->put(key, key + "\0\xff"s)));
    ASSERT_TRUE(ok(store->put("empty", "")));
    content = ToldStore(*store).scan();
    ASSERT_TRUE(ok(store->close()));
  }
  EXPECT_EQ(ToldStore(*open_it()).scan(), content);
}

TEST_P(Persistent, KeepsMoreThanItGathers) {
  options_.write_buffer_bytes = 4'096;
  std::string content;
  {
    const auto store = open_it();
    for (int i = 0; i < 400; ++i) {
      const std::string key = "k" + std::to_string(i * 7 % 150);
      if (i % 5 == 4) {
        ASSERT_TRUE(ok(store->erase(key)));
      } else {
        ASSERT_TRUE(ok(store->put(key, std::to_string(i) + std::string(100, 'v'))));
      }
    }
    ASSERT_TRUE(ok(store->put("large", std::string(100'000, 'v'))));  // more than all at once
    content = ToldStore(*store).scan();
    ASSERT_TRUE(ok(store->close()));
  }
  EXPECT_EQ(ToldStore(*open_it()).scan(), content);
  options_.write_buffer_bytes.reset();  // what was chosen once binds nobody later
  EXPECT_EQ(ToldStore(*open_it()).scan(), content);
}

TEST_P(Persistent, ForgetsABatchThatWasRefused) {
  {
    const auto store = open_it();
    ASSERT_TRUE(ok(store->put("a", "1")));
    Batch refused;
    refused.put("a", "2");
    refused.put("b", "2");
    refused.require("a", "3");
    EXPECT_EQ(told(store->apply(refused)), "conflict");
    ASSERT_TRUE(ok(store->put("c", "1")));
  }
  EXPECT_EQ(ToldStore(*open_it()).scan(), "\"a\"=\"1\" \"c\"=\"1\"");
}

TEST_P(Persistent, NumbersItsWritesBehindTheOldOnes) {
  SequenceNumber last = 0;
  {
    const auto store = open_it();
    auto* const versioned = store->as<Versioned>();
    if (versioned == nullptr) GTEST_SKIP() << "the store offers no Versioned";
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(ok(store->put("k", std::to_string(i))));
    ASSERT_TRUE(ok(store->erase("k")));
    last = versioned->last_sequence();
  }
  const auto store = open_it();
  EXPECT_EQ(store->as<Versioned>()->last_sequence(), last);
  ASSERT_TRUE(ok(store->put("l", "1")));
  EXPECT_EQ(store->as<Versioned>()->last_sequence(), last + 1);
  EXPECT_EQ(must(store->as<Versioned>()->latest_version("l")), last + 1);
}

TEST_P(Persistent, LooksLikeItsModelAfterEveryOpening) {
  // Batches that meet each other, and a store that is opened again now and then, with files of any
  // size.
  Drawn drawn(71);
  Model model;
  std::unique_ptr<Store> store;
  for (int i = 0; i < 300; ++i) {
    if (!store || drawn.once_in(20)) {
      store.reset();
      options_.write_buffer_bytes = drawn.once_in(2) ? 4'096 : 65'536;
      store = open_it();
      ASSERT_EQ(ToldStore(*store).scan(), model.scan(the_store, {})) << "opened before step " << i;
    }
    Batch batch = drawn.batch(drawn.once_in(3) ? 1 : 0);
    batch.put("k" + std::to_string(drawn.below(30)), std::string(drawn.below(200), 'v'));
    if (!GetParam().takes_the_empty_key && has_the_empty_key(batch)) continue;
    ASSERT_EQ(told(store->apply(batch)), model.apply(batch)) << "step " << i;
  }
}

TEST_P(Persistent, KeepsWhatManyThreadsWroteBeforeItWasClosed) {
  // Each writer notes how far it came when the store was closed under it.
  constexpr int writers = 4;
  std::array<std::atomic<int>, writers> written{};
  {
    const auto store = open_it();
    std::vector<std::jthread> threads;
    for (int i = 0; i < writers; ++i) {
      threads.emplace_back([&, i] {
        for (int n = 1;; ++n) {
          const Status put = store->put("writer" + std::to_string(i), std::to_string(n));
          if (!put) {
            EXPECT_TRUE(fails_with(Code::closed, put));
            return;
          }
          written.at(static_cast<std::size_t>(i)) = n;
        }
      });
    }
    for (std::atomic<int>& count : written) {
      while (count < 20) std::this_thread::yield();
    }
    EXPECT_TRUE(ok(store->close()));
  }
  const auto store = open_it();
  for (int i = 0; i < writers; ++i) {
    EXPECT_EQ(told(store->get("writer" + std::to_string(i))),
              "ok \"" + std::to_string(written.at(static_cast<std::size_t>(i))) + "\"");
  }
}

}  // namespace
}  // namespace kv::test
