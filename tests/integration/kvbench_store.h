#pragma once

// A store that notes what a workload asks of it, and that a case can spoil.
//
// *Thread safety*: as Store.

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "kv/store.h"

namespace kv::test {

class NotingStore final : public Store {
 public:
  // Told of every put before it is done; may throw or end the process.
  using Hook = std::function<void(std::string_view key)>;

  explicit NotingStore(Hook before_put = {})
      : Store(Limits{}), before_put_(std::move(before_put)) {}

  // How often each was called, by key.
  std::map<std::string, int, std::less<>> gets;
  std::map<std::string, int, std::less<>> puts;
  std::map<std::string, int, std::less<>> scans;  // by where they start
  std::map<std::string, int, std::less<>> erases;
  std::vector<std::string> put_order;
  bool shortens = false;  // gives every value without its last byte
  bool forgets = false;   // finds nothing
  bool scanless = false;  // offers no scan
  std::chrono::milliseconds scan_takes{0};

  int count(const std::map<std::string, int, std::less<>>& calls) const {
    int sum = 0;
    for (const auto& [key, times] : calls) sum += times;
    return sum;
  }

 private:
  using Entries = std::map<std::string, std::string, std::less<>>;

  class Walk final : public Iterator {
   public:
    Walk(Entries entries, const Range& range, Scope scope)
        : Iterator(std::move(scope)), entries_(std::move(entries)), reverse_(range.reverse) {
      seek_to(range.start);
    }

   private:
    void seek_to(std::string_view key) {
      at_ = reverse_ ? entries_.end() : entries_.lower_bound(key);
    }
    bool do_next() override {
      if (at_ == (reverse_ ? entries_.begin() : entries_.end())) return false;
      const auto entry = reverse_ ? std::prev(at_) : at_;
      at_ = reverse_ ? entry : std::next(entry);
      stand_on(entry->first, entry->second);
      return true;
    }
    bool do_seek(std::string_view key) override {
      at_ = reverse_ ? entries_.upper_bound(key) : entries_.lower_bound(key);
      return do_next();
    }

    const Entries entries_;
    const bool reverse_;
    Entries::const_iterator at_;
  };

  Result<std::string> do_get(std::string_view key, const Context&) override {
    const std::lock_guard lock(mutex_);
    ++gets[std::string(key)];
    const auto found = entries_.find(key);
    if (found == entries_.end() || forgets) return failure(Code::not_found);
    return found->second.substr(0, found->second.size() - (shortens ? 1 : 0));
  }

  Status do_apply(const Batch& batch, const Context&) override {
    const std::lock_guard lock(mutex_);
    for (const Batch::Operation& change : batch.changes()) {
      const std::string key(change.key);
      if (change.kind == Batch::Kind::erase) {
        ++erases[key];
        entries_.erase(key);
        continue;
      }
      if (before_put_) before_put_(key);
      ++puts[key];
      put_order.push_back(key);
      entries_[key] = change.value;
    }
    return {};
  }

  Result<std::unique_ptr<Iterator>> do_scan(const Range& range, Iterator::Scope scope) override {
    const std::lock_guard lock(mutex_);
    if (scanless) return failure(Code::unimplemented, "no scan is offered here");
    ++scans[std::string(range.start)];
    if (scan_takes.count() > 0) std::this_thread::sleep_for(scan_takes);
    return std::make_unique<Walk>(entries_, range, std::move(scope));
  }

  Status do_flush(const Context&) override { return {}; }
  Result<std::unique_ptr<Snapshot>> do_snapshot(const Context&) override {
    return failure(Code::unimplemented, "no workload takes snapshots");
  }

  const Hook before_put_;
  std::mutex mutex_;
  Entries entries_;  // guarded by mutex_, as the notes are while threads run
};

}  // namespace kv::test
