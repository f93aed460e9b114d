// Random numbers and histograms.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "base/histogram.h"
#include "base/random.h"

namespace kv {
namespace {

static_assert(std::uniform_random_bit_generator<Random>);

// The first numbers of xoshiro256** with a state filled by SplitMix64, worked out apart from this
// code.
TEST(Random, IsXoshiro256StarStar) {
  const auto first = [](std::uint64_t seed) {
    Random random(seed);
    return std::array{random.next(), random.next(), random.next(), random.next(), random.next()};
  };
  EXPECT_EQ(first(0), (std::array<std::uint64_t, 5>{0x99ec5f36cb75f2b4, 0xbf6e1f784956452a,
                                                    0x1a5f849d4933e6e0, 0x6aa594f1262d2d2c,
                                                    0xbba5ad4a1f842e59}));
  EXPECT_EQ(first(42), (std::array<std::uint64_t, 5>{0x15780b2e0c2ec716, 0x6104d9866d113a7e,
                                                     0xae17533239e499a1, 0xecb8ad4703b360a1,
                                                     0xfde6dc7fe2ec5e64}));
}

TEST(Random, ACopyGoesOnLikeTheOriginal) {
  Random random(7);
  random.next();
  Random copy = random;
  for (int i = 0; i < 100; ++i) ASSERT_EQ(random.next(), copy.next());
}

RC_GTEST_PROP(Random, StaysBelowTheBound,
              (std::uint64_t seed, std::uint64_t number, unsigned char shift)) {
  const std::uint64_t bound = std::max<std::uint64_t>(1, number >> (shift % 64));
  Random random(seed);
  for (int i = 0; i < 100; ++i) RC_ASSERT(random.below(bound) < bound);
}

TEST(Random, BoundsAtTheEdge) {
  Random random(3);
  constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(random.below(1), 0u);
    EXPECT_LT(random.below(largest), largest);
  }
}

// Five standard deviations on each side; with the seed fixed, it is the same every time.
void expect_about(int seen, double expected, int draws) {
  const double share = expected / draws;
  EXPECT_NEAR(seen, expected, 5 * std::sqrt(draws * share * (1 - share)));
}

TEST(Random, EveryAnswerIsAsLikely) {
  constexpr int draws = 60000;
  for (const std::size_t bound : {2, 6, 10, 100}) {
    Random random(11);
    std::vector<int> seen(bound);
    for (int i = 0; i < draws; ++i) ++seen[random.below(bound)];
    for (const int count : seen)
      expect_about(count, double{draws} / static_cast<double>(bound), draws);
  }
}

// With 64 bits for 3 * 2^62 answers, every third would come twice as often if none were drawn
// again.
TEST(Random, ABoundThatDoesNotDivideTheRangeHasNoBias) {
  constexpr int draws = 30000;
  Random random(12);
  std::array<int, 3> seen{};
  for (int i = 0; i < draws; ++i) ++seen[random.below(std::uint64_t{3} << 62) % 3];
  for (const int count : seen) expect_about(count, draws / 3.0, draws);
}

TEST(Random, BytesOfEveryValue) {
  for (const std::size_t size : {0, 1, 7, 8, 9, 1000})
    EXPECT_EQ(Random(1).bytes(size).size(), size);
  EXPECT_EQ(Random(1).bytes(100), Random(1).bytes(100));
  EXPECT_NE(Random(1).bytes(100), Random(2).bytes(100));

  constexpr int draws = 256 * 256;
  std::array<int, 256> seen{};
  for (const char byte : Random(5).bytes(draws)) ++seen[static_cast<unsigned char>(byte)];
  for (const int count : seen) expect_about(count, draws / 256.0, draws);
}

// The value at the rank that percentile() promises, from the values themselves.
std::uint64_t true_percentile(std::vector<std::uint64_t> values, std::size_t rank) {
  std::ranges::sort(values);
  return values[std::max<std::size_t>(rank, 1) - 1];
}

Histogram histogram_of(const std::vector<std::uint64_t>& values) {
  Histogram histogram;
  for (const std::uint64_t value : values) histogram.record(value);
  return histogram;
}

void expect_same(const Histogram& a, const Histogram& b) {
  EXPECT_EQ(a.count(), b.count());
  EXPECT_EQ(a.min(), b.min());
  EXPECT_EQ(a.max(), b.max());
  EXPECT_EQ(a.mean(), b.mean());
  for (double percent = 0; percent <= 100; percent += 0.5)
    EXPECT_EQ(a.percentile(percent), b.percentile(percent)) << percent;
}

TEST(Histogram, EmptyIsAllZero) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.min(), 0u);
  EXPECT_EQ(histogram.max(), 0u);
  EXPECT_EQ(histogram.mean(), 0);
  for (const double percent : {0.0, 50.0, 100.0}) EXPECT_EQ(histogram.percentile(percent), 0u);
}

TEST(Histogram, SmallValuesAreExact) {
  Histogram histogram;
  for (std::uint64_t value = 1; value <= 200; ++value) histogram.record(value);
  EXPECT_EQ(histogram.count(), 200u);
  EXPECT_EQ(histogram.min(), 1u);
  EXPECT_EQ(histogram.max(), 200u);
  EXPECT_EQ(histogram.mean(), 100.5);
  for (std::uint64_t value = 1; value <= 200; ++value)
    EXPECT_EQ(histogram.percentile(static_cast<double>(value) / 2), value);
  EXPECT_EQ(histogram.percentile(0), 1u);
  EXPECT_EQ(histogram.percentile(50.1), 101u);
}

TEST(Histogram, RoundingDoesNotAskForOneMore) {
  for (std::uint64_t count = 1; count <= 250; ++count) {
    Histogram histogram;
    for (std::uint64_t value = 1; value <= count; ++value) histogram.record(value);
    for (std::uint64_t rank = 1; rank <= count; ++rank) {
      const double percent = 100.0 * static_cast<double>(rank) / static_cast<double>(count);
      ASSERT_EQ(histogram.percentile(std::min(percent, 100.0)), rank) << rank << " of " << count;
    }
  }
  Histogram thousand;
  for (int i = 0; i < 999; ++i) thousand.record(1);
  thousand.record(200);
  EXPECT_EQ(thousand.percentile(99.9), 1u);
  EXPECT_EQ(thousand.percentile(99.91), 200u);
}

// One value between a smaller and a larger one, so that the answer comes from its bucket alone.
TEST(Histogram, TheErrorStaysUnderOneInAHundredTwentyEight) {
  const auto reported = [](std::uint64_t value) {
    return histogram_of({0, value, std::numeric_limits<std::uint64_t>::max()}).percentile(50);
  };
  for (int bits = 0; bits < 64; ++bits) {
    const std::uint64_t power = std::uint64_t{1} << bits;
    for (const std::uint64_t value : {power - 1, power, power + 1, power + power / 3}) {
      EXPECT_GE(reported(value), value);
      EXPECT_LE(reported(value) - value, value / 128) << value;
    }
  }
  constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(reported(largest - 1), largest);
}

RC_GTEST_PROP(Histogram, PercentilesAreNeverTooSmallAndHardlyTooLarge,
              (std::uint64_t seed, unsigned char size, unsigned char thousandth)) {
  Random random(seed);
  std::vector<std::uint64_t> values(1 + std::size_t{size});
  for (std::uint64_t& value : values) value = random.next() >> random.below(64);
  const Histogram histogram = histogram_of(values);
  // Of so many values, those at whole ranks: their share in percent is not always a whole number.
  const std::size_t rank = thousandth % (values.size() + 1);
  const std::uint64_t exact = true_percentile(values, rank);
  const std::uint64_t reported = histogram.percentile(
      std::min(100.0, 100.0 * static_cast<double>(rank) / static_cast<double>(values.size())));
  RC_ASSERT(reported >= exact);
  RC_ASSERT(reported - exact <= exact / 128);
  RC_ASSERT(reported <= histogram.max());
}

TEST(Histogram, TheExtremesAreExact) {
  constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
  const Histogram histogram = histogram_of({1000003, largest, 5000011});
  EXPECT_EQ(histogram.percentile(0), 1000003u);
  EXPECT_EQ(histogram.percentile(100), largest);
  EXPECT_EQ(histogram.min(), 1000003u);
  EXPECT_EQ(histogram.max(), largest);
}

TEST(Histogram, NoPercentileIsAboveTheMaximum) {
  const Histogram histogram = histogram_of({1, 5000010, 5000011});  // the last two share a bucket
  EXPECT_GE(histogram.percentile(60), 5000010u);
  EXPECT_LE(histogram.percentile(60), 5000011u);
}

TEST(Histogram, TheMeanDoesNotOverflow) {
  constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
  EXPECT_DOUBLE_EQ(histogram_of({largest, largest, largest}).mean(), static_cast<double>(largest));
  EXPECT_DOUBLE_EQ(histogram_of({1000, 2000, 6000}).mean(), 3000);
}

TEST(Histogram, MergingIsRecordingAll) {
  Random random(9);
  std::vector<std::uint64_t> left(500);
  std::vector<std::uint64_t> right(300);
  for (std::uint64_t& value : left) value = random.below(1000);
  for (std::uint64_t& value : right) value = random.next() >> random.below(64);
  std::vector<std::uint64_t> both = left;
  both.insert(both.end(), right.begin(), right.end());

  Histogram merged = histogram_of(left);
  merged.merge(histogram_of(right));
  expect_same(merged, histogram_of(both));
  merged.merge(Histogram());
  expect_same(merged, histogram_of(both));
  Histogram from_nothing;
  from_nothing.merge(merged);
  expect_same(from_nothing, merged);
}

TEST(Histogram, ClearForgets) {
  Histogram histogram = histogram_of({1, 2, 3000});
  histogram.clear();
  expect_same(histogram, Histogram());
}

}  // namespace
}  // namespace kv
