#pragma once

// The stores to test of an engine that keeps tables: as it is, and with parts so small that a case
// of a few entries has tables to read; where it compacts, they are merged all the time.

#include <string>
#include <vector>

#include "tests/contract/contract.h"

namespace kv::test {

inline std::vector<StoreUnderTest> stores_of_table_engine(
    const std::string& name, Result<std::unique_ptr<Store>> (*open)(const Options&)) {
  const auto open_with_small_parts = [open](Options options) {
    options.write_buffer_bytes = 16384;
    options.block_bytes = 64;
    options.block_cache_bytes = 4096;
    options.table_bytes = 4096;
    options.level1_bytes = 8192;
    return open(options);
  };
  return {{.name = name, .persistent = true, .open = open},
          {.name = name + "_with_small_parts", .persistent = true, .open = open_with_small_parts}};
}

}  // namespace kv::test
