// The third of the right stores: every version of every key stays, under the number of the write
// that it came from, so a moment is a number. Nothing is ever thrown away: its lives are short.

#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/quote.h"
#include "kv/capabilities.h"
#include "tests/01-introduction/right_stores.h"

namespace kv::test {
namespace {

// What the store and all that was made from it share: whoever dies last takes it along.
class History {
 public:
  using Value = std::optional<std::string>;  // none: erased

  struct Found {
    std::string key;
    std::string value;
  };

  SequenceNumber last() const {
    const std::shared_lock lock(mutex_);
    return last_;
  }

  Result<std::string> get(std::string_view key, SequenceNumber at) const {
    const std::shared_lock lock(mutex_);
    const Value* value = value_of(key, at);
    if (value == nullptr || !*value) return failure(Code::not_found, "");
    return **value;
  }

  SequenceNumber newest_version(std::string_view key) const {
    const std::shared_lock lock(mutex_);
    const auto found = keys_.find(key);
    return found == keys_.end() ? 0 : found->second.rbegin()->first;
  }

  Status apply(const Batch& batch) {
    const std::unique_lock lock(mutex_);
    for (const Batch::Operation& requirement : batch.requirements()) {
      const Value* value = value_of(requirement.key, last_);
      const bool present = value != nullptr && value->has_value();
      const bool holds = requirement.kind == Batch::Kind::require_absent
                             ? !present
                             : present && **value == requirement.value;
      if (!holds) {
        return failure(Code::conflict, "somebody else wrote " + abbreviated(requirement.key) +
                                           " first: read again, then decide again");
      }
    }
    for (const Batch::Operation& change : batch.changes()) {
      const bool put = change.kind == Batch::Kind::put;
      auto found = keys_.find(change.key);
      if (found == keys_.end()) found = keys_.try_emplace(std::string(change.key)).first;
      found->second[++last_] = put ? Value(change.value) : Value();
    }
    return {};
  }

  // The smallest key >= `from` (or, with `beyond`, > `from`) of the range that had a value.
  std::optional<Found> up(std::string_view from, bool beyond, std::string_view end,
                          SequenceNumber at) const {
    const std::shared_lock lock(mutex_);
    auto it = beyond ? keys_.upper_bound(from) : keys_.lower_bound(from);
    for (; it != keys_.end() && (end.empty() || it->first < end); ++it) {
      const Value* value = value_at(it->second, at);
      if (value != nullptr && *value) return Found{it->first, **value};
    }
    return std::nullopt;
  }

  // The largest key < `below` (none: of all) and >= `start` that had a value.
  std::optional<Found> down(std::optional<std::string_view> below, std::string_view start,
                            SequenceNumber at) const {
    const std::shared_lock lock(mutex_);
    auto it = below ? keys_.lower_bound(*below) : keys_.end();
    while (it != keys_.begin() && (--it)->first >= start) {
      const Value* value = value_at(it->second, at);
      if (value != nullptr && *value) return Found{it->first, **value};
    }
    return std::nullopt;
  }

  // Every change after that number, in order.
  std::map<SequenceNumber, std::pair<std::string, Value>> since(SequenceNumber sequence) const {
    const std::shared_lock lock(mutex_);
    std::map<SequenceNumber, std::pair<std::string, Value>> changes;
    for (const auto& [key, versions] : keys_) {
      for (auto it = versions.upper_bound(sequence); it != versions.end(); ++it) {
        changes[it->first] = {key, it->second};
      }
    }
    return changes;
  }

 private:
  using Versions = std::map<SequenceNumber, Value>;

  static const Value* value_at(const Versions& versions, SequenceNumber at) {
    const auto behind = versions.upper_bound(at);
    return behind == versions.begin() ? nullptr : &std::prev(behind)->second;
  }

  const Value* value_of(std::string_view key, SequenceNumber at) const {
    const auto found = keys_.find(key);
    return found == keys_.end() ? nullptr : value_at(found->second, at);
  }

  mutable std::shared_mutex mutex_;
  std::map<std::string, Versions, std::less<>> keys_;  // guarded by mutex_, like last_
  SequenceNumber last_ = 0;
};

class LazyIterator final : public Iterator {
 public:
  LazyIterator(std::shared_ptr<const History> history, SequenceNumber at, const Range& range,
               Scope scope)
      : Iterator(std::move(scope)),
        history_(std::move(history)),
        at_(at),
        start_(range.start),
        end_(range.end),
        reverse_(range.reverse) {}

 private:
  bool do_next() override {
    if (reverse_) {
      std::optional<std::string_view> below;
      if (moved_) {
        below = key_;
      } else if (!end_.empty()) {
        below = end_;
      }
      return arrive_at(history_->down(below, start_, at_));
    }
    return arrive_at(history_->up(moved_ ? key_ : start_, moved_, end_, at_));
  }

  bool do_seek(std::string_view key) override {
    if (!reverse_) {
      return arrive_at(history_->up(std::max(key, std::string_view(start_)), false, end_, at_));
    }
    const std::string behind = std::string(key) + '\0';  // the next key there can be
    const bool inside = end_.empty() || behind < end_;
    return arrive_at(history_->down(inside ? behind : end_, start_, at_));
  }

  bool arrive_at(std::optional<History::Found> found) {
    if (!found) return false;
    moved_ = true;
    key_.assign(found->key);  // overwrites what the last views showed: they are no longer valid
    value_.assign(found->value);
    stand_on(key_, value_);
    return true;
  }

  const std::shared_ptr<const History> history_;
  const SequenceNumber at_;
  const std::string start_;
  const std::string end_;
  const bool reverse_;
  bool moved_ = false;
  std::string key_;
  std::string value_;
};

class VersionSnapshot final : public Snapshot {
 public:
  VersionSnapshot(std::shared_ptr<Lifetime> lifetime, std::shared_ptr<const History> history,
                  SequenceNumber at)
      : Snapshot(std::move(lifetime)), history_(std::move(history)), at_(at) {}

 private:
  Result<std::string> do_get(std::string_view key, const Context&) override {
    return history_->get(key, at_);
  }

  Result<std::unique_ptr<Iterator>> do_scan(const Range& range, Iterator::Scope scope) override {
    return std::make_unique<LazyIterator>(history_, at_, range, std::move(scope));
  }

  const std::shared_ptr<const History> history_;
  const SequenceNumber at_;
};

class VersionStore final : public Store, public Versioned {
 public:
  explicit VersionStore(const Options& options) : Store(options.limits) {}

  SequenceNumber last_sequence() const override { return history_->last(); }

  Result<SequenceNumber> latest_version(std::string_view key, const Context& context) override {
    if (Status admitted = admit({.key = key.size()}, context); !admitted)
      return failure(std::move(admitted));
    return history_->newest_version(key);
  }

  Result<std::unique_ptr<Snapshot>> snapshot_at(SequenceNumber sequence,
                                                const Context& context) override {
    if (Status admitted = admit({}, context); !admitted) return failure(std::move(admitted));
    if (sequence > history_->last()) {
      return failure(Code::invalid_argument, "write number " + std::to_string(sequence) +
                                                 " has not happened yet; ask for an earlier one");
    }
    return std::make_unique<VersionSnapshot>(lifetime(), history_, sequence);
  }

  Status changes_since(SequenceNumber sequence, const std::function<bool(const Change&)>& each,
                       const Context& context) override {
    if (Status admitted = admit({}, context); !admitted) return admitted;
    for (const auto& [number, change] : history_->since(sequence)) {
      if (Status in_time = context.check(); !in_time) return in_time;
      const auto& [key, value] = change;
      if (!each({number, key, value ? std::string_view(*value) : std::string_view(), !value}))
        break;
    }
    return {};
  }

 private:
  Result<std::string> do_get(std::string_view key, const Context&) override {
    // The last number and the read are two steps; a number is a moment, so that harms nobody.
    return history_->get(key, history_->last());
  }

  Status do_apply(const Batch& batch, const Context&) override { return history_->apply(batch); }

  Status do_flush(const Context&) override { return {}; }

  Result<std::unique_ptr<Iterator>> do_scan(const Range& range, Iterator::Scope scope) override {
    return std::make_unique<LazyIterator>(history_, history_->last(), range, std::move(scope));
  }

  Result<std::unique_ptr<Snapshot>> do_snapshot(const Context&) override {
    return std::make_unique<VersionSnapshot>(lifetime(), history_, history_->last());
  }

  Versioned* do_versioned() override { return this; }

  const std::shared_ptr<History> history_ = std::make_shared<History>();
};

}  // namespace

std::unique_ptr<Store> open_versions(const Options& options) {
  return std::make_unique<VersionStore>(options);
}

}  // namespace kv::test
