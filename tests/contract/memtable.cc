#include "engines/engines.h"
#include "tests/contract/contract.h"

namespace kv::test {

const std::vector<StoreUnderTest>& stores_under_test() {
  static const std::vector<StoreUnderTest> stores = {{.name = "memtable", .open = open_memtable}};
  return stores;
}

}  // namespace kv::test
