// The right stores and the broken ones, for the contract suite: the right ones, plain and
// disguised, unless KV_FAULT names a broken one.

#include <cstdlib>
#include <string>
#include <string_view>

#include "engines/volatile.h"
#include "tests/01-introduction/broken_stores.h"
#include "tests/01-introduction/right_stores.h"
#include "tests/contract/contract.h"

namespace kv::test {
namespace {

// A store that keeps nothing on disk, as every engine of that kind takes its options.
template <class Open>
StoreUnderTest in_memory(std::string name, Open open) {
  StoreUnderTest store;
  store.name = name;
  store.open = [name, open](const Options& options) -> Result<std::unique_ptr<Store>> {
    if (Status fits = check_volatile(name, options); !fits) return failure(std::move(fits));
    return open(options);
  };
  return store;
}

std::vector<StoreUnderTest> chosen_stores() {
  std::vector<StoreUnderTest> chosen;
  if (const char* fault = std::getenv("KV_FAULT"); fault != nullptr) {
    for (const BrokenStore& broken : broken_stores()) {
      if (broken.name != fault) continue;
      chosen.push_back(in_memory("broken", [broken](const Options& options) {
        return open_broken(broken.fault, options);
      }));
    }
    return chosen;
  }
  for (std::size_t i = 0; i < right_stores().size(); ++i) {
    chosen.push_back(in_memory("right_" + std::to_string(i), right_stores()[i].open));
  }
  // The disguise is the same around all of them; the laziest one shows most of it.
  const std::size_t last = right_stores().size() - 1;
  chosen.push_back(in_memory(
      "disguised", [last](const Options& options) { return open_disguised(last, options); }));
  return chosen;
}

}  // namespace

const std::vector<StoreUnderTest>& stores_under_test() {
  static const std::vector<StoreUnderTest> stores = chosen_stores();
  return stores;
}

}  // namespace kv::test
