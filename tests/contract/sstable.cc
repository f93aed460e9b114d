#include "engines/engines.h"
#include "tests/contract/contract.h"

namespace kv::test {
namespace {

// Write buffers and blocks so small that a case of a few entries has tables to read.
Result<std::unique_ptr<Store>> open_with_small_parts(Options options) {
  options.write_buffer_bytes = 16384;
  options.block_bytes = 64;
  options.block_cache_bytes = 4096;
  return open_sstable(options);
}

}  // namespace

const std::vector<StoreUnderTest>& stores_under_test() {
  static const std::vector<StoreUnderTest> stores = {
      {.name = "sstable",
       .persistent = true,
       .open = [](const Options& options) { return open_sstable(options); }},
      {.name = "sstable_with_small_parts", .persistent = true, .open = open_with_small_parts}};
  return stores;
}

}  // namespace kv::test
