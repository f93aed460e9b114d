// Compressed blocks (storage/compression.h): what goes in comes out, and damaged ones harm nobody.

#include "storage/compression.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "base/coding.h"
#include "base/random.h"
#include "tests/support/expect.h"
#include "tests/support/story.h"

namespace kv {
namespace {

using test::fails_with;
using test::ok;
using namespace std::string_literals;

constexpr std::size_t plenty = std::size_t{1} << 30;

// So many bytes that compress well, but not into nothing.
std::string text_of(std::size_t bytes) {
  std::string text;
  for (int i = 0; text.size() < bytes; ++i) text += "key" + std::to_string(i * 7919) + "=value; ";
  text.resize(bytes);
  return text;
}

// The bytes compressed.  Requires: that pays.
std::string compressed(std::string_view bytes, Compression how) {
  std::string out;
  EXPECT_EQ(compress(bytes, how, out), how);
  return out;
}

class EachCompression : public testing::TestWithParam<Compression> {};
INSTANTIATE_TEST_SUITE_P(Of, EachCompression, testing::Values(Compression::lz4, Compression::zstd),
                         [](const auto& instance) -> std::string {
                           return instance.param == Compression::lz4 ? "lz4" : "zstd";
                         });

TEST_P(EachCompression, GivesBackWhatWentIn) {
  for (const std::size_t bytes : {100, 4096, 100'000, 3'000'000}) {
    const std::string text = text_of(bytes);
    const auto back = uncompress(compressed(text, GetParam()), GetParam(), plenty);
    ASSERT_TRUE(ok(back));
    EXPECT_TRUE(*back == text) << bytes << " bytes";
  }
}

TEST_P(EachCompression, TakesThePlaceOfWhatTheStringHeld) {
  const std::string expected = compressed(text_of(4096), GetParam());
  std::string out = text_of(100'000);
  EXPECT_EQ(compress(text_of(4096), GetParam(), out), GetParam());
  EXPECT_TRUE(out == expected);
}

TEST_P(EachCompression, BeginsWithTheSize) {
  const std::string out = compressed(text_of(4096), GetParam());
  std::string_view rest = out;
  std::uint64_t size = 0;
  EXPECT_TRUE(take_varint(rest, size));
  EXPECT_EQ(size, 4096U);
}

TEST_P(EachCompression, LeavesAsItIsWhatGetsNoSmaller) {
  Random random(test::seed());
  std::string out;
  for (const std::size_t bytes : {0, 1, 2, 7, 8, 100, 4096}) {
    EXPECT_EQ(compress(random.bytes(bytes), GetParam(), out), Compression::none) << bytes;
  }
}

TEST_P(EachCompression, PaysByAnEighthAtLeast) {
  // Random bytes with ever more zeros behind them: somewhere it begins to pay.
  Random random(test::seed());
  const std::string noise = random.bytes(4096);
  std::string out;
  std::size_t paid = 0;
  for (std::size_t zeros = 0; zeros <= 1024; ++zeros) {
    const std::string bytes = noise.substr(zeros) + std::string(zeros, '\0');
    if (compress(bytes, GetParam(), out) == Compression::none) continue;
    EXPECT_LE(out.size() * 8, bytes.size() * 7) << zeros << " zeros";
    ++paid;
  }
  EXPECT_GT(paid, 400U);  // with 600 zeros surely
  EXPECT_LT(paid, 600U);  // with 400 certainly not
}

TEST_P(EachCompression, ACutIsCorruption) {
  const std::string whole = compressed(text_of(600), GetParam());
  for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
    const auto result = uncompress(std::string_view(whole).substr(0, bytes), GetParam(), plenty);
    EXPECT_TRUE(fails_with(Code::corruption, result)) << "of " << whole.size() << ": " << bytes;
  }
}

TEST_P(EachCompression, AFlippedBitIsCorruptionOrGivesAsManyBytesAsItClaims) {
  constexpr std::size_t most = 10'000;
  const std::string whole = compressed(text_of(600), GetParam());
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ 1 << bit % 8);
    const auto result = uncompress(damaged, GetParam(), most);
    if (!result) {
      EXPECT_TRUE(fails_with(Code::corruption, result));
      continue;
    }
    std::string_view rest = damaged;
    std::uint64_t claimed = 0;
    EXPECT_TRUE(take_varint(rest, claimed));
    EXPECT_EQ(result->size(), claimed) << "bit " << bit;
    EXPECT_LE(result->size(), most);
  }
}

TEST_P(EachCompression, WhatFollowsIsCorruption) {
  const std::string whole = compressed(text_of(600), GetParam());
  EXPECT_TRUE(fails_with(Code::corruption, uncompress(whole + "x", GetParam(), plenty)));
}

TEST_P(EachCompression, ALargerBlockThanTheMostIsRefused) {
  const std::string bomb = compressed(std::string(16 << 20, '\0'), GetParam());
  EXPECT_LT(bomb.size(), std::size_t{16 << 20} / 200);
  EXPECT_TRUE(ok(uncompress(bomb, GetParam(), 16 << 20)));
  EXPECT_TRUE(fails_with(Code::corruption, uncompress(bomb, GetParam(), (16 << 20) - 1)));
}

TEST_P(EachCompression, MoreThanItClaimsIsRefused) {
  const std::string bomb = compressed(std::string(16 << 20, '\0'), GetParam());
  std::string_view rest = bomb;
  std::uint64_t size = 0;
  ASSERT_TRUE(take_varint(rest, size));
  std::string lie;
  append_varint(lie, 100);
  EXPECT_TRUE(fails_with(Code::corruption, uncompress(lie.append(rest), GetParam(), plenty)));
}

TEST_P(EachCompression, AHugeClaimIsRefusedBeforeMemoryIsTaken) {
  // Were so much allocated, std::bad_alloc or std::length_error would come out.
  std::string claim;
  append_varint(claim, std::uint64_t{1} << 62);
  EXPECT_TRUE(fails_with(Code::corruption, uncompress(claim + "abc", GetParam(), plenty)));
}

TEST_P(EachCompression, ServesSeveralThreads) {
  std::latch start(4);
  std::array<int, 4> right{};
  {
    std::vector<std::jthread> threads;
    for (std::size_t thread = 0; thread < right.size(); ++thread) {
      threads.emplace_back([&, thread] {
        const std::string text = text_of(5000 + 100 * thread);
        std::string out;
        start.arrive_and_wait();
        for (int i = 0; i < 100; ++i) {
          const Compression how = compress(text, GetParam(), out);
          const auto back = uncompress(out, how, plenty);
          if (back && *back == text) ++right[thread];
        }
      });
    }
  }
  EXPECT_EQ(right, (std::array{100, 100, 100, 100}));
}

TEST(Compression, NoneKeepsTheBytes) {
  std::string out;
  EXPECT_EQ(compress(text_of(4096), Compression::none, out), Compression::none);
  EXPECT_EQ(uncompress("abc", Compression::none, 3).value_or(""), "abc");
  EXPECT_TRUE(fails_with(Code::corruption, uncompress("abcd", Compression::none, 3)));
}

TEST(Compression, ReadsWhatTheFormatsSay) {
  // LZ4: a token with 5 literals and no match, the literals.
  EXPECT_EQ(uncompress("\x05\x50hello", Compression::lz4, plenty).value_or(""), "hello");
  // Zstandard: magic, a frame of one segment with 5 bytes, its last block: 5 bytes, raw.
  const std::string frame = "\x28\xb5\x2f\xfd\x20\x05\x29\0\0hello"s;
  EXPECT_EQ(uncompress("\x05" + frame, Compression::zstd, plenty).value_or(""), "hello");
}

TEST(Compression, Lz4CannotHoldMoreThanItsBytesGive) {
  std::string claim;
  append_varint(claim, 1 << 20);
  EXPECT_TRUE(fails_with(Code::corruption, uncompress(claim + "abc", Compression::lz4, plenty)));
}

// Bytes that repeat now and then, as blocks do.
rc::Gen<std::string> any_bytes() {
  const auto run = rc::gen::map(
      rc::gen::pair(rc::gen::arbitrary<std::string>(), rc::gen::inRange<std::size_t>(1, 40)),
      [](const auto& parts) {
        std::string bytes;
        for (std::size_t i = 0; i < parts.second; ++i) {
          bytes += parts.first;
        }
        return bytes;
      });
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(run),
                      [](const std::vector<std::string>& runs) {
                        std::string bytes;
                        for (const std::string& each : runs) bytes += each;
                        return bytes;
                      });
}

RC_GTEST_PROP(Compression, AnyBytesSurvive, ()) {
  const std::string bytes = *any_bytes();
  std::string out;
  for (const Compression asked : {Compression::lz4, Compression::zstd}) {
    const Compression how = compress(bytes, asked, out);
    RC_ASSERT(how == asked || how == Compression::none);
    if (how == Compression::none) continue;
    RC_ASSERT(out.size() * 8 <= bytes.size() * 7);
    const auto back = uncompress(out, how, bytes.size());
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == bytes);
  }
}

RC_GTEST_PROP(Compression, AnyBytesFromADiskAreReadOrRefused, (const std::string& bytes)) {
  for (const Compression how : {Compression::lz4, Compression::zstd}) {
    const auto back = uncompress(bytes, how, 1000);
    const bool read = back.has_value() && back->size() <= 1000;
    RC_ASSERT(read || failed_with(Code::corruption, back));
  }
}

}  // namespace
}  // namespace kv
