// Task 2.4: single keys of the hash store, from one thread and from several.

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <limits>
#include <string>
#include <thread>

#include "storage/hash_store.h"
#include "storage/record.h"
#include "tests/support/drawn.h"
#include "tests/support/expect.h"
#include "tests/support/told_store.h"

namespace kv::test {
namespace {

using namespace std::string_literals;

class StripedPoints : public testing::Test {
 protected:
  const std::unique_ptr<Store> hash_ = make_hash_store({}).value();
  ToldStore store{*hash_};
};

TEST_F(StripedPoints, GetGivesWhatPutStored) {
  EXPECT_TRUE(ok(store.put("name", "Ada")));
  EXPECT_EQ(told(store.get("name")), "ok \"Ada\"");
  EXPECT_EQ(told(store.contains("name")), "true");
}

TEST_F(StripedPoints, AnAbsentKeyIsNotFound) {
  EXPECT_TRUE(ok(store.put("b", "1")));
  for (const char* key : {"", "a", "bb", "c"}) {
    EXPECT_TRUE(fails_with(Code::not_found, store.get(key)));
    EXPECT_EQ(told(store.contains(key)), "false");
    EXPECT_TRUE(ok(store.erase(key)));
  }
}

TEST_F(StripedPoints, PutReplacesTheValue) {
  for (const char* value : {"first", "", "second, and longer", "third"}) {
    EXPECT_TRUE(ok(store.put("k", value)));
    EXPECT_EQ(told(store.get("k")), "ok " + test::quoted(value));
  }
}

TEST_F(StripedPoints, EraseTakesOneKeyAway) {
  for (const char* key : {"a", "b", "ba", "c"}) EXPECT_TRUE(ok(store.put(key, "1")));
  EXPECT_TRUE(ok(store.erase("b")));
  EXPECT_TRUE(fails_with(Code::not_found, store.get("b")));
  EXPECT_EQ(told(store.contains("b")), "false");
  for (const char* key : {"a", "ba", "c"}) EXPECT_EQ(told(store.get(key)), "ok \"1\"");
  EXPECT_TRUE(ok(store.put("b", "again")));
  EXPECT_EQ(told(store.get("b")), "ok \"again\"");
}

TEST_F(StripedPoints, KeysAndValuesAreAnyBytes) {
  for (const std::string& key : {""s, "\0"s, "a\0b"s, "a\0c"s, "\x80"s, "\xff"s}) {
    EXPECT_TRUE(ok(store.put(key, key + "\0value"s)));
  }
  EXPECT_TRUE(ok(store.put("long", std::string(100'000, 'v'))));
  for (const std::string& key : {""s, "\0"s, "a"s, "a\0b"s, "a\0c"s, "\x80"s, "\xff"s, "long"s}) {
    static_cast<void>(store.get(key));
  }
}

TEST_F(StripedPoints, ManyKeysInEveryStripe) {
  constexpr int keys = 5000;
  announce("keys found");
  for (int i = 0; i < keys; ++i) {
    ASSERT_TRUE(ok(hash_->put("key " + std::to_string(i), std::to_string(i))));
  }
  for (int i = 0; i < keys; i += 3) ASSERT_TRUE(ok(hash_->erase("key " + std::to_string(i))));
  int found = 0;
  for (int i = 0; i < keys; ++i) {
    const Result<std::string> value = hash_->get("key " + std::to_string(i));
    if (value && *value == std::to_string(i)) ++found;
  }
  observe("keys found", std::to_string(found));
  EXPECT_EQ(found, keys - (keys + 2) / 3);
}

TEST_F(StripedPoints, TwoStoresShareNothing) {
  const std::unique_ptr<Store> second = make_hash_store({}).value();
  ToldStore other(*second, "the other store");
  EXPECT_TRUE(ok(store.put("k", "1")));
  EXPECT_TRUE(fails_with(Code::not_found, other.get("k")));
  EXPECT_TRUE(ok(other.put("k", "2")));
  EXPECT_EQ(told(store.get("k")), "ok \"1\"");
}

TEST_F(StripedPoints, LimitsThatARecordCannotHoldAreRefused) {
  EXPECT_TRUE(ok(store.put("k", "1")));
  Options options;
  options.limits.value_bytes = Record::max_bytes + 1;
  EXPECT_TRUE(fails_with(Code::invalid_argument, make_hash_store(options)));
  options.limits.value_bytes = Record::max_bytes;
  EXPECT_TRUE(ok(make_hash_store(options)));
}

TEST_F(StripedPoints, ThreadsLoseNoWrite) {
  ASSERT_TRUE(ok(store.put("first", "1")));
  ASSERT_TRUE(ok(store.get("first")));
  ASSERT_TRUE(ok(store.erase("first")));
  constexpr int keys = 2000;
  std::latch start(2);
  const auto write = [&](const std::string& prefix) -> void {
    start.arrive_and_wait();
    for (int i = 0; i < keys; ++i) {
      const std::string key = prefix + std::to_string(i);
      static_cast<void>(hash_->put(key, key));
      if (i % 4 == 0) static_cast<void>(hash_->erase(key));
    }
  };
  announce("writes lost");
  {
    const std::jthread one([&]() -> void { write("a"); });
    const std::jthread two([&]() -> void { write("b"); });
  }
  int lost = 0;
  for (int i = 0; i < keys; ++i) {
    for (const char* prefix : {"a", "b"}) {
      const std::string key = prefix + std::to_string(i);
      if (hash_->get(key).value_or("none") != (i % 4 == 0 ? "none" : key)) ++lost;
    }
  }
  observe("writes lost", std::to_string(lost));
  EXPECT_EQ(lost, 0);
}

// One writer changes a value back and forth, in place and by a longer one, and erases it, while
// readers look. Relaxed counters: they must not order what the store has to order by itself.
TEST_F(StripedPoints, ReadersSeeWholeValues) {
  ASSERT_TRUE(ok(store.put("k", "")));
  ASSERT_TRUE(ok(store.get("k")));
  ASSERT_EQ(told(store.contains("k")), "true");
  ASSERT_TRUE(ok(store.erase("k")));
  constexpr int enough = 3000;
  std::atomic<int> looks = 0;
  std::atomic<int> torn = 0;
  const auto whole = [](const std::string& value) -> bool {
    return value.find_first_not_of(value.front()) == std::string::npos;
  };
  announce("torn values");
  {
    const std::jthread writer([&]() -> void {
      for (int i = 0; i < 100'000 && looks.load(std::memory_order_relaxed) < enough; ++i) {
        const std::size_t bytes = i % 3 == 0 ? 400 : 200;
        static_cast<void>(hash_->put("k", std::string(bytes, static_cast<char>('a' + i % 26))));
        if (i % 50 == 0) static_cast<void>(hash_->erase("k"));
      }
    });
    const auto read = [&]() -> void {
      while (looks.load(std::memory_order_relaxed) < enough) {
        static_cast<void>(hash_->contains("k"));
        const Result<std::string> value = hash_->get("k");
        if (value && !whole(*value)) torn.fetch_add(1, std::memory_order_relaxed);
        looks.fetch_add(1, std::memory_order_relaxed);
      }
    };
    const std::jthread one(read);
    const std::jthread two(read);
  }
  observe("torn values", std::to_string(torn));
  EXPECT_EQ(torn, 0);
}

TEST_F(StripedPoints, RandomCallsAnswerAsTheReferenceDoes) {
  Drawn drawn(24);
  for (int i = 0; i < 300; ++i) {
    const std::string_view key = drawn.key();
    switch (drawn.below(4)) {
      case 0: static_cast<void>(store.put(key, drawn.value())); break;
      case 1: static_cast<void>(store.erase(key)); break;
      case 2: static_cast<void>(store.get(key)); break;
      default: static_cast<void>(store.contains(key));
    }
  }
}

}  // namespace
}  // namespace kv::test
