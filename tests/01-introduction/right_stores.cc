#include "tests/01-introduction/right_stores.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/quote.h"
#include "kv/capabilities.h"

namespace kv::test {
namespace {

using Entry = std::pair<std::string, std::string>;
using Entries = std::vector<Entry>;

// Whether a requirement is met by what the key has: a value, or none.
bool met(const Batch::Operation& requirement, const std::string* value) {
  if (requirement.kind == Batch::Kind::require_absent) return value == nullptr;
  return value != nullptr && *value == requirement.value;
}

// A walk over entries that already stand in the order of the scan.
class CopyIterator final : public Iterator {
 public:
  CopyIterator(Entries entries, bool reverse, Scope scope)
      : Iterator(std::move(scope)), entries_(std::move(entries)), reverse_(reverse) {}

 private:
  bool do_next() override {
    if (next_ == entries_.size()) return false;
    stand_on(entries_[next_].first, entries_[next_].second);
    ++next_;
    return true;
  }

  bool do_seek(std::string_view key) override {
    const auto before = [&](const Entry& entry) {
      return reverse_ ? entry.first > key : entry.first < key;
    };
    const auto found = std::partition_point(entries_.begin(), entries_.end(), before);
    next_ = static_cast<std::size_t>(found - entries_.begin());
    return do_next();
  }

  const Entries entries_;
  const bool reverse_;
  std::size_t next_ = 0;
};

class SortedVector {
 public:
  const std::string* find(std::string_view key) const {
    const auto found = entries_.begin() + at_or_after(key);
    return found != entries_.end() && found->first == key ? &found->second : nullptr;
  }

  void change(const Batch::Operation& operation) {
    const auto found = entries_.begin() + at_or_after(operation.key);
    const bool exact = found != entries_.end() && found->first == operation.key;
    if (operation.kind == Batch::Kind::erase) {
      if (exact) entries_.erase(found);
    } else if (exact) {
      found->second = operation.value;
    } else {
      entries_.emplace(found, operation.key, operation.value);
    }
  }

  Entries copy(const Range& range) const {
    Entries copied;
    for (auto it = entries_.begin() + at_or_after(range.start);
         it != entries_.end() && range.contains(it->first); ++it) {
      copied.push_back(*it);
    }
    if (range.reverse) std::reverse(copied.begin(), copied.end());
    return copied;
  }

 private:
  std::ptrdiff_t at_or_after(std::string_view key) const {
    const auto smaller = [&](const Entry& entry) { return entry.first < key; };
    return std::partition_point(entries_.begin(), entries_.end(), smaller) - entries_.begin();
  }

  Entries entries_;
};

class SortedVectorSnapshot final : public Snapshot {
 public:
  SortedVectorSnapshot(std::shared_ptr<Lifetime> lifetime, SortedVector content)
      : Snapshot(std::move(lifetime)), content_(std::move(content)) {}

 private:
  Result<std::string> do_get(std::string_view key, const Context&) override {
    if (const std::string* value = content_.find(key)) return *value;
    return failure(Code::not_found);
  }

  Result<std::unique_ptr<Iterator>> do_scan(const Range& range, Iterator::Scope scope) override {
    return std::make_unique<CopyIterator>(content_.copy(range), range.reverse, std::move(scope));
  }

  const SortedVector content_;
};

class SortedVectorStore final : public Store {
 public:
  explicit SortedVectorStore(const Options& options) : Store(options.limits) {}

 private:
  Result<std::string> do_get(std::string_view key, const Context&) override {
    const std::lock_guard lock(mutex_);
    if (const std::string* value = content_.find(key)) return *value;
    return failure(Code::not_found);
  }

  Status do_apply(const Batch& batch, const Context&) override {
    const std::lock_guard lock(mutex_);
    for (const Batch::Operation& requirement : batch.requirements()) {
      if (!met(requirement, content_.find(requirement.key))) {
        return failure(Code::conflict, fmt::format("{} has changed", abbreviated(requirement.key)));
      }
    }
    for (const Batch::Operation& change : batch.changes()) content_.change(change);
    return {};
  }

  Status do_flush(const Context&) override { return {}; }

  Result<std::unique_ptr<Iterator>> do_scan(const Range& range, Iterator::Scope scope) override {
    const std::lock_guard lock(mutex_);
    return std::make_unique<CopyIterator>(content_.copy(range), range.reverse, std::move(scope));
  }

  Result<std::unique_ptr<Snapshot>> do_snapshot(const Context&) override {
    const std::lock_guard lock(mutex_);
    return std::make_unique<SortedVectorSnapshot>(lifetime(), content_);
  }

  std::mutex mutex_;
  SortedVector content_;  // guarded by mutex_
};

using Hash = std::unordered_map<std::string, std::string>;

Result<std::string> value_in(const Hash& hash, std::string_view key) {
  const auto found = hash.find(std::string(key));
  if (found == hash.end()) return failure(Error(Code::not_found));
  return found->second;
}

std::unique_ptr<Iterator> sort_range(const Hash& hash, const Range& range, Iterator::Scope scope) {
  Entries entries;
  for (const auto& entry : hash) {
    if (range.contains(entry.first)) entries.emplace_back(entry);
  }
  std::sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) {
    return range.reverse ? b.first < a.first : a.first < b.first;
  });
  return std::make_unique<CopyIterator>(std::move(entries), range.reverse, std::move(scope));
}

class HashSnapshot final : public Snapshot {
 public:
  HashSnapshot(std::shared_ptr<Lifetime> lifetime, std::shared_ptr<const Hash> hash)
      : Snapshot(std::move(lifetime)), hash_(std::move(hash)) {}

 private:
  Result<std::string> do_get(std::string_view key, const Context&) override {
    return value_in(*hash_, key);
  }

  Result<bool> do_contains(std::string_view key, const Context&) override {
    return hash_->contains(std::string(key));
  }

  Result<std::unique_ptr<Iterator>> do_scan(const Range& range, Iterator::Scope scope) override {
    return sort_range(*hash_, range, std::move(scope));
  }

  const std::shared_ptr<const Hash> hash_;
};

class HashStore final : public Store, public Maintenance {
 public:
  explicit HashStore(const Options& options) : Store(options.limits) {}

  Result<std::map<std::string, double>> statistics() override {
    if (closed()) return Lifetime::refusal();
    const std::shared_lock lock(mutex_);
    return std::map<std::string, double>{{"keys", static_cast<double>(hash_.size())}};
  }

  Result<std::uint64_t> count(const Context& context) override {
    if (Status admitted = admit({}, context); !admitted) return failure(std::move(admitted));
    const std::shared_lock lock(mutex_);
    return hash_.size();
  }

  Status compact(const Range&, const Context& context) override { return admit({}, context); }

  Result<std::vector<Level>> levels() override {
    if (closed()) return Lifetime::refusal();
    return std::vector<Level>{};
  }

  Status trace(std::string_view key, std::vector<std::string>& steps,
               const Context& context) override {
    if (Status admitted = admit({.key = key.size()}, context); !admitted) return admitted;
    const std::shared_lock lock(mutex_);
    steps.emplace_back(hash_.contains(std::string(key)) ? "hash: yes" : "hash: no");
    return {};
  }

  Status clear(const Context& context) override {
    if (Status admitted = admit({}, context); !admitted) return admitted;
    const std::unique_lock lock(mutex_);
    hash_.clear();
    return {};
  }

 private:
  Result<std::string> do_get(std::string_view key, const Context&) override {
    const std::shared_lock lock(mutex_);
    return value_in(hash_, key);
  }

  Result<bool> do_contains(std::string_view key, const Context&) override {
    const std::shared_lock lock(mutex_);
    return hash_.contains(std::string(key));
  }

  Status do_put(std::string_view key, std::string_view value, const Context&) override {
    const std::unique_lock lock(mutex_);
    hash_[std::string(key)] = value;
    return {};
  }

  Status do_erase(std::string_view key, const Context&) override {
    const std::unique_lock lock(mutex_);
    hash_.erase(std::string(key));
    return {};
  }

  Status do_apply(const Batch& batch, const Context&) override {
    const std::unique_lock lock(mutex_);
    std::vector<std::string> broken;  // the keys of all requirements that do not hold
    for (const Batch::Operation& requirement : batch.requirements()) {
      const auto found = hash_.find(std::string(requirement.key));
      if (!met(requirement, found == hash_.end() ? nullptr : &found->second)) {
        broken.push_back(abbreviated(requirement.key));
      }
    }
    if (!broken.empty()) {
      return failure(Code::conflict,
                     fmt::format("not as the batch requires: {}", fmt::join(broken, ", ")));
    }
    for (const Batch::Operation& change : batch.changes()) {
      if (change.kind == Batch::Kind::put) {
        hash_[std::string(change.key)] = change.value;
      } else {
        hash_.erase(std::string(change.key));
      }
    }
    return {};
  }

  Status do_flush(const Context&) override { return {}; }

  Result<std::unique_ptr<Iterator>> do_scan(const Range& range, Iterator::Scope scope) override {
    const std::shared_lock lock(mutex_);
    return sort_range(hash_, range, std::move(scope));
  }

  Result<std::unique_ptr<Snapshot>> do_snapshot(const Context&) override {
    const std::shared_lock lock(mutex_);
    return std::make_unique<HashSnapshot>(lifetime(), std::make_shared<Hash>(hash_));
  }

  Maintenance* do_maintenance() override { return this; }

  std::shared_mutex mutex_;
  Hash hash_;  // guarded by mutex_
};

}  // namespace

std::unique_ptr<Store> open_sorted_vector(const Options& options) {
  return std::make_unique<SortedVectorStore>(options);
}

std::unique_ptr<Store> open_sorting_hash(const Options& options) {
  return std::make_unique<HashStore>(options);
}

std::span<const RightStore> right_stores() {
  static constexpr RightStore all[] = {{"sorted vector", open_sorted_vector},
                                       {"sorting hash", open_sorting_hash},
                                       {"versions", open_versions}};
  return all;
}

}  // namespace kv::test
