#pragma once

// A peer's Maintenance. What is measured of it is `compact`: without it, a workload "compacted"
// would compare our tables in their smallest form with the peer's as they happen to lie. The
// libraries do the rest in ways of their own or not at all, so it is answered from what every Store
// offers, which takes a walk over all entries.
//
// *Thread safety*: as the store.

#include <cstdint>
#include <functional>
#include <utility>

#include "kv/capabilities.h"
#include "kv/store.h"

namespace kv::peers {

class Upkeep final : public Maintenance {
 public:
  // `compact` compacts the whole store; a smaller range is not looked at.  The store outlives this.
  Upkeep(Store& store, std::function<Status()> compact)
      : store_(store), compact_(std::move(compact)) {}

  Result<std::map<std::string, double>> statistics() override {
    return std::map<std::string, double>();
  }

  Result<std::uint64_t> count(const Context& context) override {
    std::uint64_t entries = 0;
    Status walked = each_key(context, [&](std::string_view) { ++entries; });
    if (!walked) return failure(std::move(walked));
    return entries;
  }

  Status compact(const Range&, const Context&) override { return compact_(); }

  Result<std::vector<Level>> levels() override { return std::vector<Level>(); }

  Status trace(std::string_view key, std::vector<std::string>& steps,
               const Context& context) override {
    const Result<std::string> value = store_.get(key, context);
    if (!value && value.error().code() != Code::not_found) return failure(value.error());
    steps.emplace_back(value ? "the library has it, and does not tell where"
                             : "the library has no such key");
    return {};
  }

  Status clear(const Context& context) override {
    Batch erasures;
    if (Status walked = each_key(context, [&](std::string_view key) { erasures.erase(key); });
        !walked)
      return walked;
    return store_.apply(erasures, context);
  }

 private:
  template <class Each>
  Status each_key(const Context& context, Each each) {
    Result<std::unique_ptr<Iterator>> all = store_.scan({}, context);
    if (!all) return failure(std::move(all));
    while ((*all)->next()) each((*all)->key());
    return (*all)->status();
  }

  Store& store_;
  const std::function<Status()> compact_;
};

}  // namespace kv::peers
