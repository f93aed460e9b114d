// Task 5.3: the bits of a Bloom filter, and what it says of a key.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/random.h"
#include "tests/05-sstable/bloom_bytes.h"
#include "tests/support/at_the_edge.h"

namespace kv::test {
namespace {

class BloomFilters : public testing::Test {
 protected:
  static std::string built(const std::vector<std::string>& keys, std::size_t bits_per_key) {
    ToldFilterBuilder builder(bits_per_key);
    builder.add_all(keys);
    return builder.finish();
  }

  static bool asks(std::string_view filter, std::string_view key) {
    const std::string call = announce("may contain " + test::quoted(key));
    const bool maybe = may_contain(filter, filter_hash(key));
    observe(call, maybe ? "maybe" : "no");
    return maybe;
  }

  // Of how many of the keys the filter says that they may be there.
  static std::size_t maybes(std::string_view filter, const std::vector<std::string>& keys) {
    const std::string call = announce("ask for " + std::to_string(keys.size()) + " keys");
    std::size_t count = 0;
    for (const std::string& key : keys) count += may_contain(filter, filter_hash(key)) ? 1 : 0;
    observe(call, std::to_string(count) + " may be there");
    return count;
  }
};

TEST_F(BloomFilters, AKeySetsItsBits) {
  ToldFilterBuilder builder(10);
  builder.add("a");
  EXPECT_EQ(drawn_filter(builder.finish()), drawn_filter(filter_of({"a"}, 8, 7)));
}

TEST_F(BloomFilters, EachKeySetsItsBits) {
  ToldFilterBuilder builder(10);
  for (const char* const key : {"", "a", "b", "car", "card", "care", "cat"}) builder.add(key);
  const std::string expected = filter_of({"", "a", "b", "car", "card", "care", "cat"}, 9, 7);
  EXPECT_EQ(drawn_filter(builder.finish()), drawn_filter(expected));
}

TEST_F(BloomFilters, WithoutKeysThereAreNoBits) {
  const std::string filter = built({}, 10);
  EXPECT_EQ(drawn_filter(filter), "bits, 7 probes, 9 bytes");
  EXPECT_EQ(maybes(filter, user_keys(100)), 0u);
}

TEST_F(BloomFilters, TheBitsAreWholeBytesAndEightOfThemAtLeast) {
  for (std::size_t keys = 0; keys <= 24; ++keys) {
    const std::size_t bytes = std::max<std::size_t>(8, (keys * 5 + 7) / 8);
    EXPECT_EQ(drawn_filter(built(user_keys(keys), 5)),
              drawn_filter(filter_of(user_keys(keys), bytes, 3)));
  }
}

TEST_F(BloomFilters, TheNumberOfProbesIsTheNearest) {
  // 0.69 1.39 2.08 2.77 3.47 4.16 4.85 5.55 6.24 6.93 ... of the largest, 27.73
  const std::vector<std::size_t> expected = {1, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 8, 9, 10, 10};
  for (std::size_t bits = 1; bits <= expected.size(); ++bits) {
    const std::string filter = built({"a"}, bits);
    EXPECT_EQ(drawn_filter(filter), drawn_filter(filter_of({"a"}, 8, expected[bits - 1])));
  }
  EXPECT_EQ(drawn_filter(built({"a"}, 40)), drawn_filter(filter_of({"a"}, 8, 28)));
}

TEST_F(BloomFilters, AKeyThatComesAgainCountsOnce) {
  // As the versions of a key do, which follow each other.
  ToldFilterBuilder builder(16);
  for (const char* const key : {"a", "a", "a", "b", "c", "c", "d", "d", "d", "d", "e", "e"}) {
    builder.add(key);
  }
  EXPECT_EQ(drawn_filter(builder.finish()),
            drawn_filter(filter_of({"a", "b", "c", "d", "e"}, 10, 11)));
}

TEST_F(BloomFilters, KeysThatLookAlikeAreDifferent) {
  // Each differs from the one before in its last byte, its first, or its length alone.
  const std::vector<std::string> keys = {
      "a", "aa", "aaa", "aab", "bab", std::string(1, '\0'), std::string(2, '\0'), ""};
  ToldFilterBuilder builder(16);
  for (const std::string& key : keys) builder.add(key);
  EXPECT_EQ(drawn_filter(builder.finish()), drawn_filter(filter_of(keys, 16, 11)));
}

TEST_F(BloomFilters, NoKeyIsLost) {
  for (const std::size_t bits : {1, 3, 8, 10, 13, 40}) {
    for (const std::size_t count : {1, 7, 9, 100, 1'001}) {
      const auto keys = user_keys(count);
      EXPECT_EQ(maybes(built(keys, bits), keys), count);
    }
  }
}

TEST_F(BloomFilters, NoKeyIsLostWhateverItIs) {
  Random random(test::seed() * 1000 + 53);
  for (int round = 0; round < 40; ++round) {
    std::vector<std::string> keys;
    for (std::size_t i = random.below(300); i > 0; --i) {
      keys.push_back(random.bytes(random.below(40)));
    }
    EXPECT_EQ(maybes(built(keys, 1 + random.below(40)), keys), keys.size());
  }
}

TEST_F(BloomFilters, ALargeFilterStandsAsDrawn) {
  const auto keys = user_keys(30'000);
  const std::string filter = built(keys, 10);
  EXPECT_TRUE(filter == filter_of(keys, 37'500, 7));
  EXPECT_EQ(maybes(filter, keys), keys.size());
}

TEST_F(BloomFilters, FewKeysThatAreNotThereSeemToBe) {
  // What passes is what the formula says, give or take an eighth. (A filter of this size differs
  // from it by chance alone by a few hundredths.)
  constexpr std::size_t asked = 100'000;
  const auto keys = user_keys(20'000);
  const auto others = user_keys(asked, "other");
  for (const std::size_t bits : {5, 8, 10}) {
    const std::string filter = built(keys, bits);
    const double probes = static_cast<unsigned char>(filter.back());
    const double rate = std::pow(1 - std::exp(-probes / static_cast<double>(bits)), probes);
    const double measured = static_cast<double>(maybes(filter, others)) / asked;
    EXPECT_NEAR(measured, rate, rate / 8);
  }
}

TEST_F(BloomFilters, AKeyIsThereIfAllItsBitsAre) {
  const std::string filter = filter_of({"car", "cat"}, 9, 7);
  for (const char* const key : {"car", "cat"}) {
    EXPECT_TRUE(asks(filter, key));
    for (const std::size_t bit : bits_of(key, 72, 7)) {
      std::string without = filter;
      flip_bit(without, bit);
      EXPECT_FALSE(asks(without, key)) << "without bit " << bit;
    }
  }
}

TEST_F(BloomFilters, TheOtherBitsAreNoMatter) {
  // All bits but one are set: that one is asked for by some keys and not by others.
  for (std::size_t bit = 0; bit < 80; ++bit) {
    std::string filter(10, '\xff');
    flip_bit(filter, bit);
    filter += '\7';
    std::size_t expected = 0;
    const auto keys = user_keys(20);
    for (const std::string& key : keys) {
      const auto bits = bits_of(key, 80, 7);
      if (std::ranges::find(bits, bit) == bits.end()) ++expected;
    }
    EXPECT_EQ(maybes(filter, keys), expected) << "without bit " << bit;
  }
}

TEST_F(BloomFilters, TheFilterSaysHowManyProbes) {
  // A table keeps its filter, whatever the options are when it is read.
  for (std::size_t probes = 1; probes <= 30; ++probes) {
    const std::string filter = filter_of({"a"}, 25, probes);
    EXPECT_TRUE(asks(filter, "a"));
    std::string without = filter;
    flip_bit(without, bits_of("a", 200, probes).back());
    EXPECT_FALSE(asks(without, "a")) << probes << " probes";
  }
}

TEST_F(BloomFilters, WhatIsNoFilterSaysMaybe) {
  EXPECT_FALSE(asks(std::string(8, '\0') + '\1', "a"));
  EXPECT_FALSE(asks(std::string(8, '\0') + '\x1e', "a"));
  std::size_t no = 0;
  announce("ask what is no filter");
  for (std::size_t bytes = 0; bytes <= 8; ++bytes) {
    for (const char fill : {'\0', '\1', '\7'}) {
      no += may_contain(at_the_edge(std::string(bytes, fill)), filter_hash("a")) ? 0 : 1;
    }
  }
  for (int probes = 0; probes < 256; probes += probes == 0 ? 31 : 1) {
    const std::string filter = std::string(8, '\0') + static_cast<char>(probes);
    no += may_contain(at_the_edge(filter), filter_hash("a")) ? 0 : 1;
  }
  observe("ask what is no filter", std::to_string(no) + " of 253 say no");
  EXPECT_EQ(no, 0u);
}

TEST_F(BloomFilters, NothingIsReadBehindAFilter) {
  // Random bytes at the very end of memory, most of them with a number of probes that can be.
  Random random(test::seed() * 1000 + 54);
  const std::string call = announce("ask random bytes for what they can't lose");
  std::size_t lost = 0;
  for (int round = 0; round < 3'000; ++round) {
    std::string bytes = random.bytes(random.below(60));
    if (!bytes.empty() && round % 8 != 0) bytes.back() = static_cast<char>(random.below(32));
    const std::string key = random.bytes(random.below(10));
    const bool maybe = may_contain(at_the_edge(bytes), filter_hash(key));
    if (maybe || bytes.size() < 9) {
      lost += maybe ? 0 : 1;
      continue;
    }
    const auto probes = static_cast<unsigned char>(bytes.back());
    const auto bits = bits_of(key, (bytes.size() - 1) * 8, probes);
    const auto unset = [&](std::size_t bit) { return !has_bit(bytes, bit); };
    lost += std::ranges::any_of(bits, unset) ? 0 : 1;
  }
  observe(call, std::to_string(lost) + " lost");
  EXPECT_EQ(lost, 0u);
}

}  // namespace
}  // namespace kv::test
