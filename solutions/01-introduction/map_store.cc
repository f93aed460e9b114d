#include "storage/map_store.h"

#include <map>
#include <mutex>
#include <shared_mutex>

#include "base/quote.h"
#include "base/todo.h"
#include "storage/sorted_entries.h"

namespace kv {
namespace {

// std::less<> lets find and lower_bound take a string_view without making a string of it.
using Map = std::map<std::string, std::string, std::less<>>;

// The value that the map holds under the key.
Result<std::string> value_of(const Map& map, std::string_view key) {
  // LAB 1.1  The key's value, or failure(Code::not_found). Contract: Reader::get.
  //[ throw todo("1.1", map, key);
  const auto found = map.find(key);
  if (found == map.end()) return failure(Code::not_found);
  return found->second;
  //]
}

// What the map holds of a range, in key order.
std::shared_ptr<const SortedEntries> copy_range(const Map& map, const Range& range) {
  // LAB 1.4  Copy the entries of the range; the iterator does the rest. Its bounds: kv/range.h.
  // Hint: lower_bound finds the first key; a range whose end is not behind its start holds nothing.
  //[ throw todo("1.4", map, range);
  auto entries = std::make_shared<SortedEntries>();
  for (auto it = map.lower_bound(range.start); it != map.end() && range.contains(it->first); ++it) {
    entries->push_back(*it);
  }
  return entries;
  //]
}

// The content as it was: a copy that nobody changes, so that it needs no lock.
class MapSnapshot final : public Snapshot {
 public:
  MapSnapshot(std::shared_ptr<Lifetime> lifetime, Map map)
      : Snapshot(std::move(lifetime)), map_(std::move(map)) {}

 private:
  Result<std::string> do_get(std::string_view key, const Context&) override {
    return value_of(map_, key);
  }

  Result<std::unique_ptr<Iterator>> do_scan(const Range& range, Iterator::Scope scope) override {
    return make_entries_iterator(copy_range(map_, range), range, std::move(scope));
  }

  const Map map_;
};

class MapStore final : public Store {
 public:
  explicit MapStore(const Options& options) : Store(options.limits) {}

 private:
  Result<std::string> do_get(std::string_view key, const Context&) override {
    // LAB 1.1  What value_of finds while nobody writes.
    // Hint: readers share the lock, std::shared_lock lock(mutex_); a writer holds it alone.
    //[ throw todo("1.1", key, map_, mutex_);
    const std::shared_lock lock(mutex_);
    return value_of(map_, key);
    //]
  }

  Status do_apply(const Batch& batch, const Context&) override {
    // One lock around both steps: between the check and the change nobody comes in.
    const std::unique_lock lock(mutex_);
    if (batch.requirement_count() > 0) {
      if (Status met = check_requirements(batch); !met) return met;
    }
    make_changes(batch);
    return {};
  }

  // Requires: mutex_ is held.
  void make_changes(const Batch& batch) {
    // LAB 1.1  Make the changes of the batch, in their order. put and erase come here too, as
    // batches of one. Contract: kv/batch.h.
    //[ throw todo("1.1", batch, map_);
    for (const Batch::Operation& change : batch.changes()) {
      if (change.kind == Batch::Kind::put) {
        map_.insert_or_assign(std::string(change.key), change.value);
      } else if (const auto found = map_.find(change.key); found != map_.end()) {
        map_.erase(found);
      }
    }
    //]
  }

  // Requires: mutex_ is held.
  Status check_requirements(const Batch& batch) const {
    // LAB 1.2  Ok if every requirement of the batch holds, otherwise `conflict` with a message that
    // names the key, as abbreviated() shows it (base/quote.h): a key may be any bytes. Contract:
    // kv/batch.h, Store::apply. Hint: a requirement asks for a value (Kind::require_value) or for
    // none (Kind::require_absent).
    //[ throw todo("1.2", batch, map_);
    for (const Batch::Operation& requirement : batch.requirements()) {
      const auto found = map_.find(requirement.key);
      const bool met = requirement.kind == Batch::Kind::require_absent
                           ? found == map_.end()
                           : found != map_.end() && found->second == requirement.value;
      if (!met) {
        return failure(Code::conflict, "key " + abbreviated(requirement.key) +
                                           " is not as required; read it and try again");
      }
    }
    return {};
    //]
  }

  // Volatile: there is nothing to make durable.
  Status do_flush(const Context&) override { return {}; }

  Result<std::unique_ptr<Iterator>> do_scan(const Range& range, Iterator::Scope scope) override {
    // LAB 1.4  Copy what the range holds while nobody writes, and give it to make_entries_iterator.
    //[ throw todo("1.4", range, scope, map_, mutex_);
    const std::shared_lock lock(mutex_);
    return make_entries_iterator(copy_range(map_, range), range, std::move(scope));
    //]
  }

  Result<std::unique_ptr<Snapshot>> do_snapshot(const Context&) override {
    // LAB 1.4  A MapSnapshot of what is there now. Contract: kv/snapshot.h.
    //[ throw todo("1.4", map_, mutex_, lifetime());
    const std::shared_lock lock(mutex_);
    return std::make_unique<MapSnapshot>(lifetime(), map_);
    //]
  }

  // Guards map_: readers share it, a writer holds it alone.
  std::shared_mutex mutex_;
  Map map_;
};

}  // namespace

std::unique_ptr<Store> make_map_store(const Options& options) {
  return std::make_unique<MapStore>(options);
}

}  // namespace kv
