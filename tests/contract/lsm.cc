#include "engines/engines.h"
#include "tests/contract/contract.h"

namespace kv::test {
namespace {

// Write buffers, blocks and levels so small that a case of a few entries has levels to read, and
// tables are merged all the time.
Result<std::unique_ptr<Store>> open_with_small_parts(Options options) {
  options.write_buffer_bytes = 16384;
  options.block_bytes = 64;
  options.block_cache_bytes = 4096;
  options.table_bytes = 4096;
  options.level1_bytes = 8192;
  return open_lsm(options);
}

}  // namespace

const std::vector<StoreUnderTest>& stores_under_test() {
  static const std::vector<StoreUnderTest> stores = {
      {.name = "lsm",
       .persistent = true,
       .open = [](const Options& options) { return open_lsm(options); }},
      {.name = "lsm_with_small_parts", .persistent = true, .open = open_with_small_parts}};
  return stores;
}

}  // namespace kv::test
