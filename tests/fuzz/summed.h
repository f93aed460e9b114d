#pragma once

// A log's, checkpoint's or manifest's bytes with their checksums set right. No fuzzer finds a
// checksum, so without this nothing behind a check of one would ever be reached.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/checksum.h"
#include "base/coding.h"
#include "persistence/file_header.h"
#include "persistence/wal.h"

namespace kv::fuzz {

inline void put_fixed64(std::string& bytes, std::size_t offset, std::uint64_t value) {
  std::string encoded;
  append_fixed64(encoded, value);
  bytes.replace(offset, encoded.size(), encoded);
}

// The header's checksum, and that of each record as far as one leads to the next. All three
// kinds of file have one header (persistence/file_header.h).
inline std::string summed(std::string_view file, std::uint64_t seed) {
  std::string bytes(file);
  constexpr std::size_t header = file_header_bytes;
  if (bytes.size() < header) return bytes;
  put_fixed64(bytes, header - 8, checksum(std::string_view(bytes).substr(0, header - 8)));
  std::size_t offset = header;
  while (offset + log_layout::record_header_bytes <= bytes.size()) {
    std::string_view field = std::string_view(bytes).substr(offset + 20);
    std::uint32_t payload = 0;
    if (!take_fixed32(field, payload) || payload > field.size()) return bytes;
    const std::string_view covered = std::string_view(bytes).substr(offset + 8, 16 + payload);
    put_fixed64(bytes, offset, checksum(covered, seed));
    offset += record_bytes(payload);
  }
  return bytes;
}

}  // namespace kv::fuzz
