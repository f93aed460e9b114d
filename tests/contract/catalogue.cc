// The suite's own test: stores of lab 01's catalogue. It has to accept the right ones, and, with
// KV_FAULT=name in the environment, to reject the broken store of that name.

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "engines/volatile.h"
#include "tests/01-introduction/broken_stores.h"
#include "tests/01-introduction/right_stores.h"
#include "tests/contract/contract.h"

namespace kv::test {
namespace {

std::vector<StoreUnderTest> right() {
  std::vector<StoreUnderTest> stores;
  for (const RightStore& store : right_stores()) {
    const auto open = [&store](const Options& options) -> Result<std::unique_ptr<Store>> {
      if (Status fits = check_volatile(store.name, options); !fits) return failure(std::move(fits));
      return store.open(options);
    };
    std::string name(store.name);
    std::replace(name.begin(), name.end(), ' ', '_');
    stores.push_back({.name = name, .open = open});
  }
  return stores;
}

std::vector<StoreUnderTest> broken(std::string_view fault) {
  for (const BrokenStore& store : broken_stores()) {
    if (store.name != fault) continue;
    const auto open = [&store](const Options& options) -> Result<std::unique_ptr<Store>> {
      if (Status fits = check_volatile(store.name, options); !fits) return failure(std::move(fits));
      return open_broken(store.fault);
    };
    return {{.name = std::string(store.name),
             .open = open,
             .exceptions = {{"Arguments.*", "the catalogue takes no limits"},
                            {"OrderOfChecks.*", "the catalogue takes no limits"}}}};
  }
  throw std::runtime_error("the catalogue has no fault \"" + std::string(fault) + "\"");
}

}  // namespace

const std::vector<StoreUnderTest>& stores_under_test() {
  static const char* fault = std::getenv("KV_FAULT");
  static const std::vector<StoreUnderTest> stores = fault == nullptr ? right() : broken(fault);
  return stores;
}

}  // namespace kv::test
