#include "storage/hash_store.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <mutex>
#include <random>
#include <shared_mutex>
#include <utility>
#include <vector>

#include "base/adaptive_shared_mutex.h"
#include "base/checksum.h"
#include "base/quote.h"
#include "base/todo.h"
#include "storage/hash_table.h"
#include "storage/sorted_entries.h"
#include "storage/unsorted_entries.h"

namespace kv {
namespace {

// A table and its lock, each on a cache line of its own: who takes a lock changes its line and so
// takes it away from the other cores. That must slow down nobody who takes the neighbour's, nor who
// only looks where the table is.
struct Stripe {
  alignas(64) AdaptiveSharedMutex mutex;  // guards the table: readers share it, a writer holds it
  alignas(64) const std::unique_ptr<HashTable> table = make_hash_table();
};

// The content as it was: a copy that nobody changes, so that it needs no lock.
class HashSnapshot final : public Snapshot {
 public:
  HashSnapshot(std::shared_ptr<Lifetime> lifetime, SortedEntries entries)
      : Snapshot(std::move(lifetime)),
        entries_(std::make_shared<const SortedEntries>(std::move(entries))) {}

 private:
  Result<std::string> do_get(std::string_view key, const Context&) override {
    const auto smaller = [key](const Entry& entry) { return entry.first < key; };
    const auto found = std::ranges::partition_point(*entries_, smaller);
    if (found == entries_->end() || found->first != key) return failure(Code::not_found);
    return found->second;
  }

  Result<std::unique_ptr<Iterator>> do_scan(const Range& range, Iterator::Scope scope) override {
    return make_entries_iterator(entries_, range, std::move(scope));
  }

  const std::shared_ptr<const SortedEntries> entries_;
};

class HashStore final : public Store {
 public:
  explicit HashStore(const Options& options) : Store(options.limits) {}

 private:
  using Stripes = std::array<Stripe, hash_stripe_count>;
  using StripeSet = std::bitset<hash_stripe_count>;

  // The seed differs from store to store, so that nobody can choose keys that all collide.
  std::uint64_t hash_of(std::string_view key) const { return checksum(key, seed_); }

  // The highest bits name the stripe; the table uses the lowest.
  static std::size_t stripe_of(std::uint64_t hash) {
    return hash / (~0ULL / hash_stripe_count + 1);
  }

  Result<std::string> do_get(std::string_view key, const Context&) override {
    // LAB 2.4  Find the key in its stripe's table and copy its value while nobody writes there.
    // Hint: the record may change as soon as you let go of the lock. HashTable::prefetch needs no
    // lock, and gains time while you wait for it.
    throw todo("2.4", key, stripes_, hash_of(key), stripe_of(0));
  }

  Result<bool> do_contains(std::string_view key, const Context&) override {
    // LAB 2.4  As do_get, without a copy.
    throw todo("2.4", key, stripes_);
  }

  Status do_put(std::string_view key, std::string_view value, const Context&) override {
    // LAB 2.4  Put it into its stripe's table while nobody else is there.
    throw todo("2.4", key, value, stripes_);
  }

  Status do_erase(std::string_view key, const Context&) override {
    // LAB 2.4  Take it out of its stripe's table; ok as well where it is not there.
    throw todo("2.4", key, stripes_);
  }

  Status do_apply(const Batch& batch, const Context&) override {
    // LAB 2.5  Lock every stripe that the batch names, check its requirements, make its changes,
    // and let go of all together: whoever reads two of its keys must not see one old and one new.
    // Hint: two batches that lock the same stripes in different orders can wait for each other for
    // ever. stripes_of() has each stripe once; go through it by number.
    throw todo("2.5", batch, stripes_, stripes_of(batch));
  }

  // The stripes of all keys that the batch requires something of or changes.
  StripeSet stripes_of(const Batch& batch) const {
    // LAB 2.5  Set the bit of each: named.set(stripe).
    throw todo("2.5", batch, stripe_of(0), StripeSet());
  }

  // Requires: the stripes of the batch are held.
  Status check_requirements(const Batch& batch) const {
    // LAB 2.5  Ok if every requirement holds, otherwise `conflict`, naming the key, as in lab 1.2.
    throw todo("2.5", batch, stripes_);
  }

  // Requires: the stripes of the batch are held.
  void make_changes(const Batch& batch) {
    // LAB 2.5  Make the changes, in their order.
    throw todo("2.5", batch, stripes_);
  }

  // Volatile: there is nothing to make durable.
  Status do_flush(const Context&) override { return {}; }

  // What the store holds of the range at one moment, in no order.
  Result<SortedEntries> copy_range(const Range& range, const Context& context) {
    // LAB 2.7  Hold all stripes at once, for reading, and copy the entries that lie in the range.
    // Hint: a table's entries are in its slots, HashTable::at. It may take long, so ask the context
    // once a stripe, and give up with what it says.
    throw todo("2.7", range, context, stripes_);
  }

  Result<std::unique_ptr<Iterator>> do_scan(const Range& range, Iterator::Scope scope) override {
    // LAB 2.7  A walk over a copy of the range (storage/unsorted_entries.h).
    throw todo("2.7", range, scope);
  }

  Result<std::unique_ptr<Snapshot>> do_snapshot(const Context& context) override {
    // LAB 2.7  A HashSnapshot of everything. Hint: sort after the locks are gone.
    throw todo("2.7", context, lifetime());
  }

  const std::uint64_t seed_ = std::random_device()();
  Stripes stripes_;
};

}  // namespace

Result<std::unique_ptr<Store>> make_hash_store(const Options& options) {
  const Limits& limits = options.limits;
  if (limits.key_bytes > Record::max_bytes || limits.value_bytes > Record::max_bytes) {
    return failure(Code::invalid_argument,
                   "engine hash holds keys and values of up to " +
                       std::to_string(Record::max_bytes) + " bytes; lower Limits::" +
                       (limits.key_bytes > Record::max_bytes ? "key_bytes" : "value_bytes"));
  }
  return std::make_unique<HashStore>(options);
}

}  // namespace kv
