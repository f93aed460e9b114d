// std::unordered_map behind one std::mutex: what a programmer writes first, and what the hash stage
// has to beat. Keys are looked up without making a string of them; a put of a new key takes two
// lookups, since unordered_map's emplace cannot take a string_view.
//
// It has no order, so a scan copies what its range holds, and a snapshot everything, under the
// mutex, and sorts the copy afterwards. It is held to every rule of the contract.

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/peers/open.h"
#include "bench/peers/requirement.h"
#include "bench/peers/walk.h"
#include "engines/volatile.h"

namespace kv {
namespace {

// Not noexcept: libstdc++ then keeps each entry's hash beside it, as it does for std::hash of a
// std::string.
struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view key) const { return std::hash<std::string_view>{}(key); }
};
using Map = std::unordered_map<std::string, std::string, Hash, std::equal_to<>>;

// A copy of entries in key order that nobody changes, so that any number of readers may share it.
class Entries {
 public:
  using Entry = std::pair<std::string, std::string>;

  explicit Entries(std::vector<Entry> entries) : entries_(std::move(entries)) {
    std::sort(entries_.begin(), entries_.end());
  }

  // The index of the first entry whose key is not smaller.
  std::size_t at_or_after(std::string_view key) const {
    const auto smaller = [](const Entry& entry, std::string_view bound) {
      return entry.first < bound;
    };
    const auto found = std::lower_bound(entries_.begin(), entries_.end(), key, smaller);
    return static_cast<std::size_t>(found - entries_.begin());
  }

  std::size_t size() const { return entries_.size(); }
  const Entry& operator[](std::size_t index) const { return entries_[index]; }

 private:
  std::vector<Entry> entries_;
};

class Cursor {
 public:
  explicit Cursor(std::shared_ptr<const Entries> entries) : entries_(std::move(entries)) {}

  void seek(std::string_view key) { at_ = entries_->at_or_after(key); }
  void last() { at_ = entries_->size() - 1; }  // of nothing: not valid
  void next() { ++at_; }
  void previous() { --at_; }  // before the first: not valid
  bool valid() const { return at_ < entries_->size(); }
  std::string_view key() const { return (*entries_)[at_].first; }
  std::string_view value() const { return (*entries_)[at_].second; }
  static Status status() { return {}; }

 private:
  std::shared_ptr<const Entries> entries_;
  std::size_t at_ = static_cast<std::size_t>(-1);
};

class MapSnapshot final : public Snapshot {
 public:
  MapSnapshot(std::shared_ptr<Lifetime> lifetime, std::shared_ptr<const Entries> entries)
      : Snapshot(std::move(lifetime)), entries_(std::move(entries)) {}

 private:
  Result<std::string> do_get(std::string_view key, const Context&) override {
    const std::size_t found = entries_->at_or_after(key);
    if (found == entries_->size() || (*entries_)[found].first != key) {
      return failure(Code::not_found);
    }
    return (*entries_)[found].second;
  }

  Result<std::unique_ptr<Iterator>> do_scan(const Range& range, Iterator::Scope scope) override {
    return std::make_unique<peers::Walk<Cursor>>(Cursor(entries_), range, std::move(scope));
  }

  const std::shared_ptr<const Entries> entries_;
};

class UnorderedMapStore final : public Store {
 public:
  explicit UnorderedMapStore(const Options& options) : Store(options.limits) {}

 private:
  Result<std::string> do_get(std::string_view key, const Context&) override {
    const std::lock_guard lock(mutex_);
    const auto found = map_.find(key);
    if (found == map_.end()) return failure(Code::not_found);
    return found->second;
  }

  Result<bool> do_contains(std::string_view key, const Context&) override {
    const std::lock_guard lock(mutex_);
    return map_.contains(key);
  }

  Status do_put(std::string_view key, std::string_view value, const Context&) override {
    const std::lock_guard lock(mutex_);
    put(key, value);
    return {};
  }

  Status do_erase(std::string_view key, const Context&) override {
    const std::lock_guard lock(mutex_);
    erase(key);
    return {};
  }

  Status do_apply(const Batch& batch, const Context&) override {
    const std::lock_guard lock(mutex_);
    for (const Batch::Operation& requirement : batch.requirements()) {
      const auto found = map_.find(requirement.key);
      Status met = found == map_.end() ? peers::check_requirement(requirement, std::nullopt)
                                       : peers::check_requirement(requirement, found->second);
      if (!met) return met;
    }
    for (const Batch::Operation& change : batch.changes()) {
      change.kind == Batch::Kind::put ? put(change.key, change.value) : erase(change.key);
    }
    return {};
  }

  Status do_flush(const Context&) override { return {}; }

  Result<std::unique_ptr<Iterator>> do_scan(const Range& range, Iterator::Scope scope) override {
    return std::make_unique<peers::Walk<Cursor>>(Cursor(sorted_copy(range)), range,
                                                 std::move(scope));
  }

  Result<std::unique_ptr<Snapshot>> do_snapshot(const Context&) override {
    return std::make_unique<MapSnapshot>(lifetime(), sorted_copy({}));
  }

  std::shared_ptr<const Entries> sorted_copy(const Range& range) {
    return std::make_shared<Entries>(copy(range));
  }

  std::vector<Entries::Entry> copy(const Range& range) {
    std::vector<Entries::Entry> entries;
    const std::lock_guard lock(mutex_);
    for (const auto& entry : map_) {
      if (range.contains(entry.first)) entries.emplace_back(entry);
    }
    return entries;
  }

  // Requires: mutex_ is held.
  void put(std::string_view key, std::string_view value) {
    if (const auto found = map_.find(key); found != map_.end()) {
      found->second.assign(value);
    } else {
      map_.emplace(key, value);
    }
  }

  // Requires: mutex_ is held.
  void erase(std::string_view key) {
    if (const auto found = map_.find(key); found != map_.end()) map_.erase(found);
  }

  std::mutex mutex_;
  Map map_;  // guarded by mutex_
};

}  // namespace

Result<std::unique_ptr<Store>> open_unordered_map(const Options& options) {
  if (Status fits = check_volatile("unordered_map", options); !fits) {
    return failure(std::move(fits));
  }
  return std::make_unique<UnorderedMapStore>(options);
}

}  // namespace kv
