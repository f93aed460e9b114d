#include "engines/engines.h"
#include "tests/contract/contract.h"

namespace kv::test {

const std::vector<StoreUnderTest>& stores_under_test() {
  static const std::vector<StoreUnderTest> stores = {
      {.name = "wal", .persistent = true, .open = [](const Options& options) {
         return open_wal(options);
       }}};
  return stores;
}

}  // namespace kv::test
