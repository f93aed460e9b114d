// Batches: what they hold, and the bytes they become.

#include "kv/batch.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "tests/support/expect.h"
#include "tests/support/story.h"

namespace kv {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using test::fails_with;
using test::ok;
using test::quoted;

// What a batch is made of, in a form that a property can make up: the kind modulo 4, key, value.
using Parts = std::vector<std::tuple<unsigned char, std::string, std::string>>;

Batch make_batch(const Parts& parts) {
  Batch batch;
  for (const auto& [kind, key, value] : parts) {
    switch (kind % 4) {
      case 0: batch.require(key, value); break;
      case 1: batch.require(key, absent); break;
      case 2: batch.put(key, value); break;
      default: batch.erase(key);
    }
  }
  return batch;
}

// Each operation of a batch as text, in order.
std::vector<std::string> told(const Batch::Operations& operations) {
  std::vector<std::string> all;
  for (const Batch::Operation& operation : operations) {
    all.push_back(fmt::format("{} {} {}", static_cast<int>(operation.kind), quoted(operation.key),
                              quoted(operation.value)));
  }
  return all;
}

TEST(Batch, ByteLayout) {
  Batch batch;
  batch.put("a", "23");
  batch.require("a", "1");
  batch.erase("b");
  batch.require("", absent);
  EXPECT_EQ(batch.encode(),
            "\x02\x02"  // two requirements, two changes
            "\x01\x01"
            "a\x01"
            "1"         // require a = 1
            "\x02\x00"  // require "" absent
            "\x03\x01"
            "a\x02"
            "23"  // put a = 23
            "\x04\x01"
            "b"sv);  // erase b
  EXPECT_EQ(Batch().encode(), "\0\0"sv);
}

TEST(Batch, KeepsTheOrderOfRequirementsAndOfChanges) {
  Batch batch;
  batch.put("k", "1");
  batch.require("z", "9");
  batch.erase("k");
  batch.require("a", absent);
  batch.put("k", "2");
  EXPECT_EQ(told(batch.requirements()), (std::vector{R"(1 "z" "9")"s, R"(2 "a" "")"s}));
  EXPECT_EQ(told(batch.changes()), (std::vector{R"(3 "k" "1")"s, R"(4 "k" "")"s, R"(3 "k" "2")"s}));
  EXPECT_EQ(batch.requirement_count(), 2u);
  EXPECT_EQ(batch.change_count(), 3u);
  EXPECT_FALSE(batch.empty());
}

TEST(Batch, CopiesWhatItIsGiven) {
  std::string key = "key";
  std::string value = "value";
  Batch batch;
  batch.put(key, value);
  key = "???";
  value = "?????";
  EXPECT_EQ(told(batch.changes()), std::vector{R"(3 "key" "value")"s});
}

TEST(Batch, KnowsItsLargestKeyAndValueOfEveryKind) {
  Batch batch;
  EXPECT_EQ(batch.largest_key(), 0u);
  EXPECT_EQ(batch.largest_value(), 0u);
  batch.put(std::string(2, 'k'), std::string(5, 'v'));
  EXPECT_EQ(batch.largest_key(), 2u);
  EXPECT_EQ(batch.largest_value(), 5u);
  batch.erase(std::string(3, 'k'));
  EXPECT_EQ(batch.largest_key(), 3u);
  batch.require(std::string(4, 'k'), absent);
  EXPECT_EQ(batch.largest_key(), 4u);
  batch.require(std::string(5, 'k'), std::string(6, 'v'));
  EXPECT_EQ(batch.largest_key(), 5u);
  EXPECT_EQ(batch.largest_value(), 6u);
  batch.put("k", "v");
  EXPECT_EQ(batch.largest_key(), 5u);
  EXPECT_EQ(batch.largest_value(), 6u);
}

TEST(Batch, ClearLeavesNothing) {
  Batch batch = make_batch({{0, "a", "1"}, {1, "b", ""}, {2, "c", "2"}, {3, "d", ""}});
  batch.clear();
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(batch.largest_key(), 0u);
  EXPECT_EQ(batch.largest_value(), 0u);
  EXPECT_EQ(batch.encode(), Batch().encode());
}

TEST(Batch, IsEmptyOnlyWithoutBothRequirementsAndChanges) {
  EXPECT_TRUE(Batch().empty());
  for (unsigned char kind = 0; kind < 4; ++kind)
    EXPECT_FALSE(make_batch({{kind, "k", "v"}}).empty()) << static_cast<int>(kind);
}

TEST(Batch, BytesWhereTheCountsGrow) {
  Batch batch;
  for (int i = 0; i < 130; ++i) {
    batch.erase("k");
    EXPECT_EQ(batch.bytes(), batch.encode().size()) << i;
    batch.require("k", absent);
    EXPECT_EQ(batch.bytes(), batch.encode().size()) << i;
  }
}

RC_GTEST_PROP(Batch, DecodesToWhatWasEncoded, (const Parts& parts)) {
  const Batch batch = make_batch(parts);
  const std::string bytes = batch.encode();
  RC_ASSERT(batch.bytes() == bytes.size());
  const Result<Batch> back = Batch::decode(bytes);
  RC_ASSERT(back.has_value());
  RC_ASSERT(told(back->requirements()) == told(batch.requirements()));
  RC_ASSERT(told(back->changes()) == told(batch.changes()));
  RC_ASSERT(back->requirement_count() == batch.requirement_count());
  RC_ASSERT(back->change_count() == batch.change_count());
  RC_ASSERT(back->largest_key() == batch.largest_key());
  RC_ASSERT(back->largest_value() == batch.largest_value());
  RC_ASSERT(back->encode() == bytes);
}

RC_GTEST_PROP(Batch, EveryTruncationIsCorruption, (const Parts& parts)) {
  const std::string bytes = make_batch(parts).encode();
  for (std::size_t size = 0; size < bytes.size(); ++size)
    RC_ASSERT(
        failed_with(Code::corruption, Batch::decode(std::string_view(bytes).substr(0, size))));
}

// 2^64-1 as a varint: a count or a length that no memory holds.
const std::string huge = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";

// One operation of each kind, as encoded.
const std::string put =
    "\x03\x01"
    "k\x01"
    "v"s;
const std::string erase =
    "\x04\x01"
    "k"s;
const std::string require =
    "\x01\x01"
    "k\x01"
    "v"s;
const std::string require_absent =
    "\x02\x01"
    "k"s;

TEST(Batch, EveryMalformedFormIsCorruptionAtItsOffset) {
  struct Case {
    std::string bytes;
    int offset;  // of the first bad part
  };
  const std::vector<Case> cases = {
      {"", 0},                            // no counts at all
      {"\x80"s, 0},                       // the first count cut short
      {"\x80\x00\x00"s, 0},               // not its shortest form
      {"\x00"s, 1},                       // no count of changes
      {"\x00\x81\x00"s + erase, 1},       // not its shortest form
      {"\x00\x00?"s, 2},                  // more bytes than it counts
      {"\x00\x01"s, 2},                   // fewer
      {"\x01\x00"s, 2},                   //
      {"\x00\x02"s + erase, 5},           //
      {"\x02\x00"s + require, 7},         //
      {"\x00\x01"s + erase + erase, 5},   // one more than it counts
      {huge + "\x00"s + require, 16},     // a count that no memory holds
      {"\x00"s + huge + erase, 14},       //
      {"\x00\x01"s + require, 2},         // a requirement among the changes
      {"\x00\x01"s + require_absent, 2},  //
      {"\x01\x00"s + put, 2},             // a change among the requirements
      {"\x01\x00"s + erase, 2},           //
      {"\x01\x01"s + put + require, 2},   // changes before requirements
      {"\x00\x01\x00\x01"
       "k"s,
       2},  // kinds that there are not
      {"\x00\x01\x05\x01"
       "k"s,
       2},  //
      {"\x00\x01\xff\x01"
       "k"s,
       2},  //
      {"\x00\x01\x04\x02"
       "k"s,
       2},  // a key longer than the rest
      {"\x00\x01\x04\x81\x00"
       "k"s,
       2},                          // its length not in the shortest form
      {"\x00\x01\x04"s + huge, 2},  //
      {"\x00\x01\x03\x01"
       "k"s,
       2},  // a value that is missing
      {"\x00\x01\x03\x01"
       "k\x02"
       "v"s,
       2},  // or longer than the rest
      {"\x01\x00\x01\x01"
       "k\x02"
       "v"s,
       2},                                   //
      {"\x00\x02"s + put + "\x03\x01"s, 7},  // the second change cut short
  };
  for (const auto& [bytes, offset] : cases) {
    const Result<Batch> batch = Batch::decode(bytes);
    ASSERT_TRUE(fails_with(Code::corruption, batch)) << quoted(bytes);
    EXPECT_NE(batch.error().message().find(fmt::format(" at byte {};", offset)), std::string::npos)
        << quoted(bytes) << ": " << batch.error().message();
  }
  EXPECT_TRUE(ok(Batch::decode("\x01\x02"s + require + put + erase)));
}

// The decoder of a log or a server must stand anything. (tests/fuzz goes on from here.)
RC_GTEST_PROP(Batch, DecodesAnythingOrSaysCorruption, (const std::vector<unsigned char>& rest)) {
  std::string bytes = {'\1', '\1'};
  bytes.append(rest.begin(), rest.end());
  const Result<Batch> batch = Batch::decode(bytes);
  const bool right = batch ? batch->encode() == bytes : failed_with(Code::corruption, batch);
  RC_ASSERT(right);
}

}  // namespace
}  // namespace kv
