#include "tests/persistence/simulated_store.h"

namespace kv::test {

Result<std::unique_ptr<Store>> open_engine_under_test(const Options& options,
                                                      const Environment& environment) {
  return open_wal(options, environment);
}

}  // namespace kv::test
