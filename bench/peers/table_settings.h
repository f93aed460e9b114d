#pragma once

// With which settings a peer keeps its tables, for people: a comparison is worth what is known of
// both sides.
//
// *Thread safety*: values, and a pure function.

#include <fmt/format.h>

#include <cstddef>
#include <string>

namespace kv::peers {

struct TableSettings {
  std::size_t write_buffer_bytes;
  std::size_t block_cache_bytes;
  std::string compression;
  std::size_t filter_bits_per_key;
  std::size_t block_bytes;
  std::size_t table_bytes;
  std::size_t level1_bytes;
};

// "write buffer 4194304 bytes, block cache ..., filter 10 bits a key, blocks 4096 bytes,
// tables 2097152 bytes, level 1 10485760 bytes".
inline std::string text(const TableSettings& settings) {
  return fmt::format(
      "write buffer {} bytes, block cache {} bytes, compression {}, filter {} bits a key, blocks "
      "{} bytes, tables {} bytes, level 1 {} bytes",
      settings.write_buffer_bytes, settings.block_cache_bytes, settings.compression,
      settings.filter_bits_per_key, settings.block_bytes, settings.table_bytes,
      settings.level1_bytes);
}

}  // namespace kv::peers
