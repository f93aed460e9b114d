#pragma once

// Three stores that keep the contract of kv/ and share nothing but that: what a contract test must
// accept. Each is made in its own way and uses a freedom that the contract leaves: how much is
// copied and when, where a view points, what a message says, which capabilities there are.
//
// *Thread safety*, *Ownership*, *Errors*: as Store. They are small rather than fast.

#include <memory>
#include <span>
#include <string_view>

#include "kv/options.h"
#include "kv/store.h"

namespace kv::test {

struct RightStore {
  std::string_view name;
  std::unique_ptr<Store> (*open)(const Options& options);  // a new, empty store
};

// One sorted vector; scans and snapshots copy at once. No capabilities.
std::unique_ptr<Store> open_sorted_vector(const Options& options);

// A hash table that is sorted when somebody scans. Offers Maintenance.
std::unique_ptr<Store> open_sorting_hash(const Options& options);

// Every version of every key, each with its sequence number; iterators look only when they step,
// and reuse their memory. Offers Versioned. Its snapshots cost nothing.
std::unique_ptr<Store> open_versions(const Options& options);

// All three, in this order. Valid for ever.
std::span<const RightStore> right_stores();

}  // namespace kv::test
