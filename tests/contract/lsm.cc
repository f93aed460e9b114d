#include "engines/engines.h"
#include "tests/contract/table_engine.h"

namespace kv::test {

const std::vector<StoreUnderTest>& stores_under_test() {
  static const std::vector<StoreUnderTest> stores = stores_of_table_engine("lsm", open_lsm);
  return stores;
}

}  // namespace kv::test
