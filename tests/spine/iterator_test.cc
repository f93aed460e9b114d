// What Iterator does for every engine: limit, sticky errors, the end, closed stores, late callers.

#include "kv/iterator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "kv/options.h"
#include "tests/support/expect.h"

namespace kv {
namespace {

using namespace std::chrono_literals;
using test::fails_with;
using test::ok;

// An engine's side of an iterator, over the letters that it is given; each is its own value in
// brackets. Where the letters have a '!', it meets a damaged block.
class Letters final : public Iterator {
 public:
  Letters(std::string letters, Scope scope)
      : Iterator(std::move(scope)), letters_(std::move(letters)) {}

  // How often the engine was asked to step.
  int steps() const { return steps_; }

 private:
  bool do_next() override {
    ++steps_;
    EXPECT_FALSE(ended_) << "do_next was called again after it had returned false";
    return stand_at(next_);
  }

  bool do_seek(std::string_view key) override {
    ++steps_;
    return stand_at(std::min(letters_.find_first_of(key), letters_.size()));
  }

  bool stand_at(std::size_t place) {
    next_ = place + 1;
    ended_ = place >= letters_.size();
    if (ended_) return false;
    if (letters_[place] == '!') {
      ended_ = true;
      fail(Error(Code::corruption, "block " + std::to_string(place)));
      return fail(Error(Code::io_error, "what followed from it"));
    }
    key_ = letters_.substr(place, 1);
    value_ = "[" + key_ + "]";
    stand_on(key_, value_);
    return true;
  }

  const std::string letters_;
  std::size_t next_ = 0;
  bool ended_ = false;
  int steps_ = 0;
  std::string key_;
  std::string value_;
};

struct IteratorTest : testing::Test {
  Letters over(std::string letters, std::size_t limit = 0, const Context& context = {}) {
    return Letters(std::move(letters), {lifetime, context, limit});
  }

  std::shared_ptr<Lifetime> lifetime = std::make_shared<Lifetime>(Limits{});
};

// The letters that are left.
std::string rest(Iterator& it) {
  std::string keys;
  while (it.next()) keys += it.key();
  return keys;
}

void expect_on_nothing(const Iterator& it) {
  EXPECT_EQ(it.key(), "");
  EXPECT_EQ(it.value(), "");
}

TEST_F(IteratorTest, StartsBeforeTheFirstEntry) {
  Letters it = over("abc");
  expect_on_nothing(it);
  EXPECT_EQ(it.steps(), 0);
  ASSERT_TRUE(it.next());
  EXPECT_EQ(it.key(), "a");
  EXPECT_EQ(it.value(), "[a]");
  EXPECT_EQ(rest(it), "bc");
  EXPECT_TRUE(ok(it.status()));
}

TEST_F(IteratorTest, StaysAtTheEndWithoutAskingTheEngine) {
  Letters it = over("a");
  EXPECT_EQ(rest(it), "a");
  expect_on_nothing(it);
  const int steps = it.steps();
  EXPECT_FALSE(it.next());
  EXPECT_FALSE(it.next());
  EXPECT_EQ(it.steps(), steps);
  EXPECT_TRUE(ok(it.status())) << "the end is not a failure";
}

TEST_F(IteratorTest, SeekLeavesTheEndAgain) {
  Letters it = over("abc");
  EXPECT_EQ(rest(it), "abc");
  ASSERT_TRUE(it.seek("b"));
  EXPECT_EQ(it.key(), "b");
  EXPECT_EQ(rest(it), "c");
}

TEST_F(IteratorTest, ASeekThatFindsNothingStandsAtTheEnd) {
  Letters it = over("abc");
  ASSERT_TRUE(it.next());
  EXPECT_FALSE(it.seek("z"));
  expect_on_nothing(it);
  EXPECT_TRUE(ok(it.status()));
  EXPECT_FALSE(it.next());
  ASSERT_TRUE(it.seek("a"));
  EXPECT_EQ(rest(it), "bc");
}

TEST_F(IteratorTest, AnEmptyRangeEndsAtOnce) {
  Letters it = over("");
  EXPECT_FALSE(it.next());
  EXPECT_TRUE(ok(it.status()));
}

TEST_F(IteratorTest, DeliversAsManyAsTheLimitSays) {
  for (std::size_t limit = 1; limit <= 4; ++limit) {
    Letters it = over("abc", limit);
    EXPECT_EQ(rest(it), std::string("abc").substr(0, limit));
    expect_on_nothing(it);
    EXPECT_TRUE(ok(it.status()));
  }
  Letters all = over("abc", 0);
  EXPECT_EQ(rest(all), "abc");
}

TEST_F(IteratorTest, TheEngineIsNotAskedForMoreThanTheLimit) {
  Letters it = over("abcdef", 2);
  EXPECT_EQ(rest(it), "ab");
  EXPECT_FALSE(it.seek("a"));
  EXPECT_EQ(it.steps(), 2);
}

TEST_F(IteratorTest, WhatSeekDeliversCountsTowardsTheLimit) {
  Letters it = over("abc", 3);
  ASSERT_TRUE(it.next());
  ASSERT_TRUE(it.seek("a"));   // visited before, and counts again
  EXPECT_FALSE(it.seek("z"));  // delivers nothing, and does not count
  ASSERT_TRUE(it.seek("c"));
  EXPECT_FALSE(it.next());
  EXPECT_FALSE(it.seek("a"));
  expect_on_nothing(it);
  EXPECT_TRUE(ok(it.status()));
}

TEST_F(IteratorTest, AFailureIsNotAnEnd) {
  Letters it = over("ab!d");
  EXPECT_EQ(rest(it), "ab");
  expect_on_nothing(it);
  EXPECT_TRUE(fails_with(Code::corruption, it.status()));
}

TEST_F(IteratorTest, AFailureIsStickyAndTheFirstOneCounts) {
  std::stop_source source;
  Letters it = over("ab!d!", 0, Context().with_cancellation(source.get_token()));
  EXPECT_FALSE(it.seek("!"));
  const int steps = it.steps();
  EXPECT_FALSE(it.seek("a"));
  EXPECT_FALSE(it.next());
  source.request_stop();
  EXPECT_FALSE(it.next());
  lifetime->end();
  EXPECT_FALSE(it.next());
  EXPECT_EQ(it.steps(), steps) << "after a failure the engine is left alone";
  ASSERT_TRUE(fails_with(Code::corruption, it.status()));
  EXPECT_EQ(it.status().error().message(), "block 2");
}

TEST_F(IteratorTest, AnswersClosedOnceTheStoreIsClosed) {
  Letters it = over("abc");
  ASSERT_TRUE(it.next());
  lifetime->end();
  EXPECT_EQ(it.key(), "a") << "what it stands on stays until it moves";
  EXPECT_EQ(it.value(), "[a]");
  EXPECT_TRUE(ok(it.status())) << "no step has failed yet";
  EXPECT_FALSE(it.next());
  EXPECT_TRUE(fails_with(Code::closed, it.status()));
  expect_on_nothing(it);
  EXPECT_FALSE(it.seek("a"));
  EXPECT_EQ(it.steps(), 1);
}

TEST_F(IteratorTest, AnswersClosedAtTheEndAndAtTheLimitToo) {
  Letters ended = over("a");
  Letters used_up = over("abc", 1);
  EXPECT_EQ(rest(ended), "a");
  EXPECT_EQ(rest(used_up), "a");
  lifetime->end();
  EXPECT_FALSE(ended.next());
  EXPECT_TRUE(fails_with(Code::closed, ended.status()));
  EXPECT_FALSE(used_up.seek("a"));
  EXPECT_TRUE(fails_with(Code::closed, used_up.status()));
}

TEST_F(IteratorTest, OutlivesItsStore) {
  Letters it = over("abc");
  ASSERT_TRUE(it.next());
  lifetime->end();
  lifetime.reset();
  EXPECT_EQ(it.key(), "a");
  EXPECT_FALSE(it.next());
  EXPECT_TRUE(fails_with(Code::closed, it.status()));
}

TEST_F(IteratorTest, StopsWhenItsCallerCancels) {
  std::stop_source source;
  Letters it = over("abc", 0, Context().with_cancellation(source.get_token()));
  ASSERT_TRUE(it.next());
  source.request_stop();
  EXPECT_FALSE(it.next());
  expect_on_nothing(it);
  EXPECT_TRUE(fails_with(Code::cancelled, it.status()));
  EXPECT_EQ(it.steps(), 1);
}

TEST_F(IteratorTest, StopsAtItsDeadline) {
  ManualClock clock;
  Letters it = over("abc", 0, Context().with_timeout(5ms, clock));
  ASSERT_TRUE(it.next());
  clock.advance(5ms);
  EXPECT_FALSE(it.seek("a"));
  EXPECT_TRUE(fails_with(Code::deadline_exceeded, it.status()));
  EXPECT_FALSE(it.next());
  EXPECT_EQ(it.steps(), 1);
}

}  // namespace
}  // namespace kv
