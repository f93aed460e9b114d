#include "tests/persistence/simulated_store.h"

namespace kv::test {

Result<std::unique_ptr<Store>> open_engine_under_test(const Options& options,
                                                      const Environment& environment) {
  Options small = options;
  small.block_bytes = 256;
  small.block_cache_bytes = 4'096;
  small.table_bytes = options.table_bytes.value_or(4'096);
  small.level1_bytes = options.level1_bytes.value_or(8'192);
  return open_lsm(small, environment);
}

}  // namespace kv::test
