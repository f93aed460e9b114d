// Task 4.1: the bytes of a record, and what is none.

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "base/random.h"
#include "tests/04-wal/log_bytes.h"
#include "tests/support/at_the_edge.h"

namespace kv::test {
namespace {

class Framing : public testing::Test {
 protected:
  static constexpr std::uint64_t seed = 7;  // a log's number

  // The bytes that append_record gives, told as a step.
  static std::string append(const LogRecord& record, std::uint64_t with_seed = seed) {
    const std::string call =
        announce("append " + told(record) + " with seed " + std::to_string(with_seed));
    std::string out;
    append_record(out, with_seed, record);
    observe(call, hex(out));
    return out;
  }

  static std::string read(std::string_view file, std::uint64_t offset = 0,
                          std::uint64_t with_seed = seed) {
    const std::string call =
        announce("of " + std::to_string(file.size()) + " bytes, the record at " +
                 std::to_string(offset) + " with seed " + std::to_string(with_seed));
    const auto record = record_at(file, offset, with_seed);
    const std::string seen = record ? told(*record) : "none";
    observe(call, seen);
    return seen;
  }

  // Whether the bytes, at the very end of what can be read, are taken for a record.
  static bool taken(std::string_view bytes, std::uint64_t offset = 0) {
    const std::string_view guarded = at_the_edge(bytes);
    return record_at(guarded, offset, seed).has_value();
  }

  // What all these cases come down to: how many of so many were taken for a record.
  static void expect_none_taken(const std::string& of, std::size_t tried, std::size_t found) {
    observe(of, std::to_string(found) + " of " + std::to_string(tried) + " taken for a record");
    EXPECT_EQ(found, 0u);
  }

  // A batch whose payload needs no padding: 24 bytes.
  static std::string whole_record() {
    return framed(seed, {RecordKind::batch, 5, 2, put("key", std::string(16, 'v')).encode()});
  }
};

TEST_F(Framing, ARecordStandsAsDrawn) {
  const std::string payload = put("a", "1").encode();
  const LogRecord record{RecordKind::batch, 0x123456, 0x789a, payload};
  EXPECT_EQ(append(record), framed(seed, record));
}

TEST_F(Framing, ARecordWithoutPayloadIsItsHeader) {
  const LogRecord record{RecordKind::end, 42, 0, {}};
  EXPECT_EQ(append(record), framed(seed, record));
}

TEST_F(Framing, ZerosFillUpToAMultipleOfEight) {
  for (std::size_t size = 0; size <= 17; ++size) {
    const std::string payload(size, 'p');
    const LogRecord record{RecordKind::entries, 1, 0, payload};
    EXPECT_EQ(append(record), framed(seed, record));
  }
}

TEST_F(Framing, TheSeedIsPartOfTheChecksum) {
  const std::string payload = put("a", "1").encode();
  const LogRecord record{RecordKind::batch, 1, 0, payload};
  EXPECT_NE(append(record, 7).substr(0, 8), append(record, 8).substr(0, 8));
  EXPECT_EQ(append(record, 8).substr(8), append(record, 7).substr(8));
}

TEST_F(Framing, RecordsStandBehindEachOther) {
  std::string out;
  std::string expected;
  for (SequenceNumber first = 1; first <= 5; ++first) {
    const std::string payload(first * 3, 'p');
    const LogRecord record{RecordKind::entries, first, 1, payload};
    announce("append the record of write " + std::to_string(first));
    append_record(out, seed, record);
    expected += framed(seed, record);
  }
  observe("all of them", hex(out));
  EXPECT_EQ(out, expected);
}

TEST_F(Framing, TheLargestNumbersHaveRoom) {
  const LogRecord record{RecordKind::batch, (SequenceNumber{1} << 56) - 1,
                         std::numeric_limits<std::uint32_t>::max(), "p"};
  EXPECT_EQ(append(record), framed(seed, record));
  EXPECT_EQ(read(framed(seed, record)), told(record));
}

TEST_F(Framing, ARecordIsReadAsItWasWritten) {
  const std::string payload = put("a", "1").encode();
  const LogRecord batch{RecordKind::batch, 5, 2, payload};
  const LogRecord end{RecordKind::end, 6, 0, {}};
  const std::string file = framed(seed, batch) + framed(seed, end);
  EXPECT_EQ(read(file, 0), "batch 5 unsynced 2 { put \"a\" = \"1\"; }");
  EXPECT_EQ(read(file, framed(seed, batch).size()), "end 6 unsynced 0");
  announce("the payload lies in the file");
  const auto record = record_at(file, 0, seed);
  const bool inside = record && record->payload.data() == file.data() + 24;
  observe("the payload lies in the file", inside ? "yes" : "no");
  EXPECT_TRUE(inside);
}

TEST_F(Framing, WhatStandsBehindARecordIsNoMatter) {
  const std::string file = whole_record() + std::string(64, '\xff');
  EXPECT_EQ(read(file), read(whole_record()));
}

TEST_F(Framing, ARecordOfAnotherLogIsNone) {
  const std::string file = whole_record();
  EXPECT_NE(read(file, 0, seed), "none");
  for (const std::uint64_t other : {0, 6, 8, 1 << 20}) EXPECT_EQ(read(file, 0, other), "none");
}

TEST_F(Framing, AKindThatDoesNotExistIsNoRecord) {
  for (const int kind : {0, 1, 2, 3, 4, 5, 17, 128, 255}) {
    const std::string call = announce("a record of kind " + std::to_string(kind));
    const bool known = taken(framed(seed, {static_cast<RecordKind>(kind), 5, 0, "payload"}));
    observe(call, known ? "taken" : "none");
    EXPECT_EQ(known, kind >= 1 && kind <= 4);
  }
}

TEST_F(Framing, WithAnyBitFlippedItIsNone) {
  const std::string record = whole_record();
  EXPECT_NE(read(record), "none");
  std::size_t found = 0;
  announce("a record with one bit flipped");
  for (std::size_t bit = 0; bit < record.size() * 8; ++bit) {
    if (taken(with_bit_flipped(record, bit))) ++found;
  }
  expect_none_taken("a record with one bit flipped", record.size() * 8, found);
}

TEST_F(Framing, CutShortAnywhereItIsNone) {
  const std::string record = whole_record();
  EXPECT_NE(read(record), "none");
  std::size_t found = 0;
  announce("a record that is cut");
  for (std::size_t size = 0; size < record.size(); ++size) {
    if (taken(std::string_view(record).substr(0, size))) ++found;
  }
  expect_none_taken("a record that is cut", record.size(), found);
}

TEST_F(Framing, ALengthIsNotTrusted) {
  // The header stands at the end of what can be read, and its length leads behind it.
  EXPECT_NE(read(whole_record()), "none");
  std::size_t found = 0;
  announce("a length that leads too far");
  for (const std::uint32_t length : {1u, 8u, 4'096u, 1u << 20, 0x7fff'ffffu, 0xffff'ffe7u,
                                     0xffff'ffe8u, 0xffff'fff0u, 0xffff'ffffu}) {
    std::string header = framed(seed, {RecordKind::batch, 5, 0, {}});
    std::string bytes;
    append_fixed32(bytes, length);
    header.replace(20, 4, bytes);
    if (taken(header)) ++found;
    // The same with the checksum of what is there, so that nothing but the length is wrong.
    std::string sum;
    append_fixed64(sum, checksum(std::string_view(header).substr(8), seed));
    if (taken(header.replace(0, 8, sum))) ++found;
  }
  expect_none_taken("a length that leads too far", 18, found);
}

TEST_F(Framing, WhatLookingCostsIsCounted) {
  // Only bytes whose checksum was computed count: none where the length alone says no.
  const std::string record = whole_record();
  for (const std::string& file : {record, with_bit_flipped(record, 200), record.substr(0, 40),
                                  std::string(64, '\0'), record.substr(0, 20)}) {
    const std::string call = announce("the cost of looking at " + test::quoted(file));
    std::uint64_t summed = 1'000;
    static_cast<void>(record_at(file, 0, seed, &summed));
    observe(call, std::to_string(summed));
    EXPECT_EQ(summed, file.size() == record.size() && file[20] != '\0' ? 1'040u : 1'000u);
  }
}

TEST_F(Framing, BehindTheEndThereIsNone) {
  const std::string file = whole_record();
  EXPECT_NE(read(file), "none");
  for (const std::uint64_t offset :
       {std::uint64_t{8}, std::uint64_t{40}, std::uint64_t{48}, std::uint64_t{56},
        std::uint64_t{1} << 32, std::uint64_t{1} << 63, ~std::uint64_t{0} - 47,
        ~std::uint64_t{0} - 23, ~std::uint64_t{0} - 7}) {
    EXPECT_EQ(read(file, offset), "none");
  }
}

TEST_F(Framing, ZerosAreNoRecord) {
  const std::string zeros(256, '\0');
  std::size_t found = 0;
  announce("zeros");
  for (std::size_t size = 0; size <= zeros.size(); size += 4) {
    if (taken(std::string_view(zeros).substr(0, size))) ++found;
  }
  expect_none_taken("zeros", 65, found);
}

TEST_F(Framing, RandomBytesAreNoRecord) {
  Random random(test::seed());
  std::size_t found = 0;
  announce("random bytes");
  for (int i = 0; i < 2'000; ++i) {
    std::string bytes = random.bytes(random.below(200));
    // Most of them with a kind and a length as they could be.
    if (bytes.size() >= 24 && i % 4 != 0) {
      bytes[8] = static_cast<char>(1 + random.below(3));
      bytes[20] = static_cast<char>(random.below(256));
      for (const std::size_t at : {21u, 22u, 23u}) bytes[at] = '\0';
    }
    if (taken(bytes, 8 * random.below(4))) ++found;
  }
  expect_none_taken("random bytes", 2'000, found);
}

}  // namespace
}  // namespace kv::test
