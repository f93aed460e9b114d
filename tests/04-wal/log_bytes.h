#pragma once

// Logs as bytes, put together and taken apart by the drawing in persistence/wal.h and by nothing of
// the lab's: what a case reads does not hang on what the lab writes, nor the other way round.

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/checksum.h"
#include "base/coding.h"
#include "kv/batch.h"
#include "persistence/wal.h"
#include "tests/support/story.h"
#include "tests/support/told_store.h"

namespace kv::test {

inline std::string framed(std::uint64_t seed, const LogRecord& record) {
  std::string summed;
  append_fixed64(summed, record.first << 8 | static_cast<std::uint64_t>(record.kind));
  append_fixed32(summed, record.unsynced);
  append_fixed32(summed, static_cast<std::uint32_t>(record.payload.size()));
  summed += record.payload;
  std::string bytes;
  append_fixed64(bytes, checksum(summed, seed));
  bytes += summed;
  bytes.resize((bytes.size() + 7) / 8 * 8);
  return bytes;
}

// Two digits for each byte, a space behind every eight.
inline std::string hex(std::string_view bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i != 0 && i % 8 == 0) text += ' ';
    const auto byte = static_cast<unsigned char>(bytes[i]);
    text += {digits[byte >> 4], digits[byte & 15]};
  }
  return text;
}

inline std::string with_bit_flipped(std::string bytes, std::size_t bit) {
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
  return bytes;
}

// A batch of one put.
inline Batch put(std::string_view key, std::string_view value) {
  Batch batch;
  batch.put(key, value);
  return batch;
}

// A log under construction. Each write that is added gets the number that follows.
class LogBytes {
 public:
  explicit LogBytes(LogNumber number, SequenceNumber first = 1, std::uint32_t unsynced = 0)
      : number_(number), next_(first), bytes_(encode_log_header({number, first, unsynced})) {}

  // A record of the batch, made when so many writes were not known to be synced. Returns its
  // offset.
  std::size_t add(const Batch& batch, std::uint32_t unsynced = 0) {
    const std::size_t at = add_record({RecordKind::batch, next_, unsynced, batch.encode()});
    next_ += batch.change_count();
    return at;
  }
  std::size_t end() { return add_record({RecordKind::end, next_, 0, {}}); }

  std::size_t add_record(const LogRecord& record) { return add_bytes(framed(number_, record)); }
  std::size_t add_bytes(std::string_view bytes) {
    const std::size_t at = bytes_.size();
    bytes_ += bytes;
    return at;
  }

  LogNumber number() const { return number_; }
  SequenceNumber next() const { return next_; }
  std::string& bytes() { return bytes_; }

  // The file, with zeros behind the records up to this size.
  std::string file(std::size_t size = 0) const {
    std::string file = bytes_;
    if (file.size() < size) file.resize(size);
    return file;
  }

 private:
  LogNumber number_;
  SequenceNumber next_;
  std::string bytes_;
};

// `batch 5 unsynced 2 { put "a" = "1"; }`
inline std::string told(const LogRecord& record) {
  std::string text = record.kind == RecordKind::batch ? "batch "
                     : record.kind == RecordKind::end ? "end "
                                                      : "entries ";
  text += std::to_string(record.first) + " unsynced " + std::to_string(record.unsynced);
  if (record.kind == RecordKind::end && record.payload.empty()) return text;
  const Result<Batch> batch = Batch::decode(record.payload);
  return text + " " + (batch ? told(*batch) : test::quoted(record.payload));
}

// The record that begins there, by the drawing.
inline std::optional<LogRecord> drawn_record_at(std::string_view file, std::size_t at,
                                                std::uint64_t seed) {
  std::string_view rest = file.substr(std::min(at, file.size()));
  std::uint64_t sum = 0;
  std::uint64_t tag = 0;
  LogRecord record{};
  std::uint32_t size = 0;
  if (!take_fixed64(rest, sum)) return std::nullopt;
  const std::string_view summed = rest;
  if (!take_fixed64(rest, tag) || !take_fixed32(rest, record.unsynced) ||
      !take_fixed32(rest, size) || size > rest.size() ||
      checksum(summed.substr(0, 16 + size), seed) != sum) {
    return std::nullopt;
  }
  record.kind = static_cast<RecordKind>(tag & 0xff);
  record.first = tag >> 8;
  record.payload = rest.substr(0, size);
  return record;
}

// What stands in a log's file: its header, and the records up to the first place where there is
// none.
inline std::string told_log(std::string_view file, LogNumber number) {
  const Result<LogHeader> header = decode_log_header(file, "the log");
  if (!header) return std::string(name(header.error().code()));
  std::string text = "[log " + std::to_string(header->number) + " from " +
                     std::to_string(header->first) + " unsynced " +
                     std::to_string(header->unsynced) + "]";
  std::size_t at = log_layout::header_bytes;
  while (const auto record = drawn_record_at(file, at, number)) {
    text += " " + told(*record);
    at += record_bytes(record->payload.size());
  }
  return text;
}

}  // namespace kv::test
