#pragma once

// Which new keys were handed out, and up to which one all are in the store: what "the newest" means
// while several threads insert (YCSB's acknowledged counter).
//
// *Thread safety*: any thread.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <set>

namespace kv::bench {

class NewKeys {
 public:
  // Entries 0 … count-1 are there.
  explicit NewKeys(std::uint64_t count) : taken_(count), count_(count) {}

  // The next entry to insert.
  std::uint64_t take() { return taken_.fetch_add(1, std::memory_order_relaxed); }

  // The entry is in the store.
  void acknowledge(std::uint64_t entry) {
    const std::lock_guard lock(mutex_);
    early_.insert(entry);
    std::uint64_t count = count_.load(std::memory_order_relaxed);
    while (!early_.empty() && *early_.begin() == count) {
      early_.erase(early_.begin());
      ++count;
    }
    count_.store(count, std::memory_order_release);
  }

  // Entries 0 … count()-1 are all there.
  std::uint64_t count() const { return count_.load(std::memory_order_acquire); }

 private:
  // Relaxed: it hands out numbers and orders nothing.
  std::atomic<std::uint64_t> taken_;
  // Released by acknowledge, acquired by count: whoever sees the number may expect the entries.
  std::atomic<std::uint64_t> count_;
  std::mutex mutex_;
  std::set<std::uint64_t> early_;  // guarded by mutex_: there, but one before it is not yet
};

}  // namespace kv::bench
