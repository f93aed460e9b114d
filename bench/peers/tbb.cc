// oneTBB's concurrent_hash_map (2021.8), used as its makers mean it to be used: one accessor, which
// locks one entry, for each get and put, and no lock of ours around it. contains asks for an
// accessor too: count() would see a new entry before its value is there. erase finds before it
// erases: erase(key) takes an entry away from under an accessor that somebody else holds.
//
// A batch locks the entries of all its keys by accessors, in key order so that two batches cannot
// wait for each other, and lets go of them when it is done: atomic, at no cost to get and put.
//
// What it cannot do: iterate beside other calls (even a find moves entries, when it comes to a
// bucket that the table's last growth has left behind). scan and snapshot would need a lock that
// every get and put takes, so they answer `unimplemented`.

#include <oneapi/tbb/concurrent_hash_map.h>

#include <functional>
#include <map>
#include <string>

#include "bench/peers/open.h"
#include "bench/peers/requirement.h"
#include "engines/volatile.h"

namespace kv {
namespace {

struct HashCompare {
  using is_transparent = void;
  static std::size_t hash(std::string_view key) { return std::hash<std::string_view>{}(key); }
  static bool equal(std::string_view a, std::string_view b) { return a == b; }
};
using Map = tbb::concurrent_hash_map<std::string, std::string, HashCompare>;

std::unexpected<Error> cannot(std::string_view what) {
  return failure(Code::unimplemented,
                 std::string(what) +
                     " is not offered by tbb::concurrent_hash_map, which cannot be iterated while "
                     "others use it; take another store");
}

// The entries of a batch, each locked until this goes. Those that were not there are made, and
// nobody sees them, since whoever looks waits for the lock.
class LockedEntries {
 public:
  LockedEntries(Map& map, const Batch& batch) : map_(map) {
    for (const Batch::Operation& requirement : batch.requirements()) entries_[requirement.key];
    for (const Batch::Operation& change : batch.changes()) entries_[change.key];
    for (auto& [key, entry] : entries_) entry.present = !map_.insert(entry.accessor, key);
  }

  // Leaves nothing behind of an entry that has no value in the end.
  ~LockedEntries() {
    for (auto& [key, entry] : entries_) {
      if (!entry.present) map_.erase(entry.accessor);
    }
  }

  LockedEntries(const LockedEntries&) = delete;
  LockedEntries& operator=(const LockedEntries&) = delete;

  Status check(const Batch::Operation& requirement) const {
    const Entry& entry = entries_.find(requirement.key)->second;
    if (!entry.present) return peers::check_requirement(requirement, std::nullopt);
    return peers::check_requirement(requirement, entry.accessor->second);
  }

  void make(const Batch::Operation& change) {
    Entry& entry = entries_.find(change.key)->second;
    entry.present = change.kind == Batch::Kind::put;
    if (entry.present) entry.accessor->second.assign(change.value);
  }

 private:
  struct Entry {
    Map::accessor accessor;
    bool present = false;
  };

  Map& map_;
  std::map<std::string_view, Entry> entries_;  // the keys are the batch's
};

class TbbStore final : public Store {
 public:
  explicit TbbStore(const Options& options) : Store(options.limits) {}

 private:
  Result<std::string> do_get(std::string_view key, const Context&) override {
    Map::const_accessor entry;
    if (!map_.find(entry, key)) return failure(Code::not_found);
    return entry->second;
  }

  Result<bool> do_contains(std::string_view key, const Context&) override {
    Map::const_accessor entry;
    return map_.find(entry, key);
  }

  Status do_put(std::string_view key, std::string_view value, const Context&) override {
    Map::accessor entry;
    map_.insert(entry, key);
    entry->second.assign(value);
    return {};
  }

  Status do_erase(std::string_view key, const Context&) override {
    Map::accessor entry;
    if (map_.find(entry, key)) map_.erase(entry);
    return {};
  }

  Status do_apply(const Batch& batch, const Context&) override {
    LockedEntries entries(map_, batch);
    for (const Batch::Operation& requirement : batch.requirements()) {
      if (Status met = entries.check(requirement); !met) return met;
    }
    for (const Batch::Operation& change : batch.changes()) entries.make(change);
    return {};
  }

  Status do_flush(const Context&) override { return {}; }

  Result<std::unique_ptr<Iterator>> do_scan(const Range&, Iterator::Scope) override {
    return cannot("a scan");
  }

  Result<std::unique_ptr<Snapshot>> do_snapshot(const Context&) override {
    return cannot("a snapshot");
  }

  Map map_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_tbb(const Options& options) {
  if (Status fits = check_volatile("tbb", options); !fits) return failure(std::move(fits));
  return std::make_unique<TbbStore>(options);
}

}  // namespace kv
