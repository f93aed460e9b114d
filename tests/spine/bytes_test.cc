// Numbers, strings and checksums as bytes; bytes as text for people.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/checksum.h"
#include "base/coding.h"
#include "base/nearest.h"
#include "base/quote.h"
#include "tests/support/story.h"

namespace kv {
namespace {

using namespace std::string_view_literals;
using test::quoted;

constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();

std::string varint(std::uint64_t value) {
  std::string out;
  append_varint(out, value);
  return out;
}

// Where the varint grows by a byte: the last value of each length and the first of the next.
std::vector<std::uint64_t> varint_boundaries() {
  std::vector<std::uint64_t> values = {0, largest};
  for (int bits = 7; bits < 64; bits += 7) {
    values.push_back((std::uint64_t{1} << bits) - 1);
    values.push_back(std::uint64_t{1} << bits);
  }
  return values;
}

TEST(Coding, LittleEndianByteByByte) {
  std::string out;
  append_fixed32(out, 0x04030201);
  append_fixed64(out, 0x0807060504030201);
  EXPECT_EQ(out, "\x01\x02\x03\x04\x01\x02\x03\x04\x05\x06\x07\x08");
}

TEST(Coding, VarintByteByByte) {
  EXPECT_EQ(varint(0), "\0"sv);
  EXPECT_EQ(varint(127), "\x7f");
  EXPECT_EQ(varint(128), "\x80\x01");
  EXPECT_EQ(varint(300), "\xac\x02");
  EXPECT_EQ(varint(16383), "\xff\x7f");
  EXPECT_EQ(varint(16384), "\x80\x80\x01");
  EXPECT_EQ(varint(largest), "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
}

TEST(Coding, VarintRoundTripAtEveryBoundary) {
  for (const std::uint64_t value : varint_boundaries()) {
    const std::string bytes = varint(value);
    EXPECT_EQ(bytes.size(), varint_bytes(value)) << value;
    EXPECT_LE(bytes.size(), max_varint_bytes) << value;
    std::string_view input = bytes;
    std::uint64_t back = ~value;
    ASSERT_TRUE(take_varint(input, back)) << value;
    EXPECT_EQ(back, value);
    EXPECT_TRUE(input.empty()) << value;
  }
}

// What is no number of its kind leaves the input where it was.
template <class Take>
void expect_refused(std::string_view bytes, Take take) {
  std::string_view input = bytes;
  EXPECT_FALSE(take(input)) << quoted(bytes);
  EXPECT_EQ(input.data(), bytes.data()) << quoted(bytes);
  EXPECT_EQ(input.size(), bytes.size()) << quoted(bytes);
}

constexpr auto take_a_varint = [](std::string_view& input) {
  std::uint64_t value = 0;
  return take_varint(input, value);
};
constexpr auto take_a_string = [](std::string_view& input) {
  std::string_view value;
  return take_string(input, value);
};
constexpr auto take_a_fixed32 = [](std::string_view& input) {
  std::uint32_t value = 0;
  return take_fixed32(input, value);
};
constexpr auto take_a_fixed64 = [](std::string_view& input) {
  std::uint64_t value = 0;
  return take_fixed64(input, value);
};

TEST(Coding, EveryTruncationIsRefused) {
  for (const std::uint64_t value : varint_boundaries()) {
    const std::string bytes = varint(value);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      expect_refused(bytes.substr(0, size), take_a_varint);
  }
  const std::string string = varint(3) + "abc";
  for (std::size_t size = 0; size < string.size(); ++size)
    expect_refused(string.substr(0, size), take_a_string);
  for (std::size_t size = 0; size < 8; ++size) {
    expect_refused(std::string(size, 'x'), take_a_fixed64);
    if (size < 4) expect_refused(std::string(size, 'x'), take_a_fixed32);
  }
}

TEST(Coding, OnlyTheShortestVarintIsValid) {
  for (const std::uint64_t value : varint_boundaries()) {
    std::string longer = varint(value);
    if (longer.size() == max_varint_bytes) continue;
    longer.back() = static_cast<char>(longer.back() | '\x80');
    longer.push_back('\0');
    expect_refused(longer, take_a_varint);
  }
  expect_refused("\x80\x80\x80\x80\x80\x80\x80\x80\x80\0"sv, take_a_varint);
}

TEST(Coding, VarintOverSixtyFourBitsIsRefused) {
  expect_refused("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", take_a_varint);
  expect_refused("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f", take_a_varint);
  expect_refused("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\x01", take_a_varint);
}

TEST(Coding, StringLongerThanTheInputIsRefused) {
  expect_refused(
      "\x04"
      "abc",
      take_a_string);
  expect_refused(varint(largest) + "abc", take_a_string);
}

RC_GTEST_PROP(Coding, WhatIsAppendedIsTaken,
              (std::uint64_t number, unsigned char shift, std::uint32_t fixed32,
               const std::string& string, const std::string& after)) {
  const std::uint64_t scaled = number >> (shift % 64);  // every length alike
  std::string bytes;
  append_varint(bytes, scaled);
  append_fixed32(bytes, fixed32);
  append_string(bytes, string);
  append_fixed64(bytes, number);
  bytes += after;

  std::string_view input = bytes;
  std::uint64_t varint_back = 0;
  std::uint32_t fixed32_back = 0;
  std::uint64_t fixed64_back = 0;
  std::string_view string_back;
  RC_ASSERT(take_varint(input, varint_back));
  RC_ASSERT(take_fixed32(input, fixed32_back));
  RC_ASSERT(take_string(input, string_back));
  RC_ASSERT(take_fixed64(input, fixed64_back));
  RC_ASSERT(varint_back == scaled);
  RC_ASSERT(fixed32_back == fixed32);
  RC_ASSERT(string_back == string);
  RC_ASSERT(fixed64_back == number);
  RC_ASSERT(input == after);
}

// Of any bytes: what is taken as a number is the only way to write that number.
RC_GTEST_PROP(Coding, VarintsHaveOneForm, (const std::vector<unsigned char>& bytes)) {
  const std::string all(bytes.begin(), bytes.end());
  std::string_view rest = all;
  std::uint64_t value = 0;
  if (!take_varint(rest, value)) return;
  RC_ASSERT(all == varint(value) + std::string(rest));
}

// The bytes that xxHash's own tests use (tests/sanity_test.c), and what they say about them. XXH3
// has a way of its own for each range of lengths; each is here.
TEST(Checksum, IsXxh3) {
  std::string bytes;
  std::uint64_t generator = 2654435761;
  for (int i = 0; i < 2048; ++i) {
    bytes.push_back(static_cast<char>(generator >> 56));
    generator *= 11400714785074694797u;
  }
  const auto first = [&](std::size_t size) { return std::string_view(bytes).substr(0, size); };
  EXPECT_EQ(checksum(first(0)), 0x2D06800538D394C2);
  EXPECT_EQ(checksum(first(1)), 0xC44BDFF4074EECDB);
  EXPECT_EQ(checksum(first(6)), 0x27B56A84CD2D7325);
  EXPECT_EQ(checksum(first(12)), 0xA713DAF0DFBB77E7);
  EXPECT_EQ(checksum(first(24)), 0xA3FE70BF9D3510EB);
  EXPECT_EQ(checksum(first(48)), 0x397DA259ECBA1F11);
  EXPECT_EQ(checksum(first(80)), 0xBCDEFBBB2C47C90A);
  EXPECT_EQ(checksum(first(195)), 0xCD94217EE362EC3A);
  EXPECT_EQ(checksum(first(403)), 0xCDEB804D65C6DEA4);
  EXPECT_EQ(checksum(first(2048)), 0xDD59E2C3A5F038E0);
  EXPECT_EQ(checksum(first(2048), 11400714785074694797u), 0x66F81670669ABABC);
}

TEST(Checksum, EveryBitAndTheSeedCount) {
  const std::string bytes = "the checksum covers the length too";
  const std::uint64_t sum = checksum(bytes);
  EXPECT_NE(checksum(bytes, 1), sum);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(checksum(damaged), sum) << "bit " << bit;
  }
}

TEST(Quote, PrintableTextStaysAndTheRestBecomesNumbers) {
  EXPECT_EQ(escape("größe ∞ \"x\""), "größe ∞ \"x\"");
  EXPECT_EQ(escape("a\\b\n\0\x7f\x1b[2J"sv), R"(a\\b\x0a\x00\x7f\x1b[2J)");
  EXPECT_EQ(escape("\xff\xc3\u009b"), R"(\xff\xc3\xc2\x9b)");
  EXPECT_EQ(quote("a\\\"b\0"sv), R"("a\\\"b\x00")");
  EXPECT_EQ(quote(""), R"("")");
  EXPECT_EQ(printable("a\\x0a\n"), R"(a\x0a\x0a)");
}

TEST(Quote, LongBytesAreAbbreviated) {
  EXPECT_EQ(abbreviated(std::string(80, 'k')), quote(std::string(80, 'k')));
  EXPECT_EQ(abbreviated(std::string(81, 'k')), quote(std::string(40, 'k')) + "… (81 bytes)");
  EXPECT_EQ(abbreviated("a\0b"sv), R"("a\x00b")");
}

TEST(Quote, Utf8IsWhatRfc3629Says) {
  for (const std::string_view good :
       {"", "a", "ß", "∞", "😀", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf"}) {
    EXPECT_TRUE(is_utf8(good)) << escape(good);
  }
  for (const std::string_view bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc3", "\xe2\x88", "\xf0\x9f\x98"}) {
    EXPECT_FALSE(is_utf8(bad)) << escape(bad);
  }
}

TEST(Nearest, IsANameThatIsLikeIt) {
  constexpr std::string_view known[] = {"get", "put", "scan", "snapshot", "fillrandom"};
  EXPECT_EQ(nearest("gte", known), "get");
  EXPECT_EQ(nearest("snaphsot", known), "snapshot");
  EXPECT_EQ(nearest("scna", known), "scan");
  EXPECT_EQ(nearest("fill-random", known), "fillrandom");
  EXPECT_EQ(nearest("xyz", known), "");
  EXPECT_EQ(nearest(std::string(100'000, 'g'), known), "");
}

}  // namespace
}  // namespace kv
