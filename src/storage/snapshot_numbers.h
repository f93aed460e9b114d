#pragma once

// The sequence numbers at which a store's snapshots read, so that nobody drops what one of them
// still sees (storage/surviving_versions.h). A snapshot is such a number and no more: it reads what
// the store's view is *now*, at its own number.
//
// *Thread safety*: any thread.
// *Invariants*: no number below known_from is taken: what only smaller numbers see may be gone.
// Those that were taken before stay good.

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <vector>

#include "kv/capabilities.h"

namespace kv {

class SnapshotNumbers {
 public:
  // Borrows the number that was published last.
  explicit SnapshotNumbers(const std::atomic<SequenceNumber>& published) : published_(published) {}

  // Versions that only smaller numbers see are not to be asked for.
  SequenceNumber known_from() const {
    const std::lock_guard lock(mutex_);
    return known_from_;
  }

  // For whoever opens the store: of the writes before this one, only what they led to is there.
  void raise_known_from(SequenceNumber number) {
    const std::lock_guard lock(mutex_);
    known_from_ = std::max(known_from_, number);
  }

  // Takes the number that is published now, and returns it.
  SequenceNumber take_published() {
    const std::lock_guard lock(mutex_);
    return *held_.insert(published_.load(std::memory_order_acquire));
  }

  // Takes this one. False where its versions may be gone.
  bool take(SequenceNumber number) {
    const std::lock_guard lock(mutex_);
    if (number < known_from_) return false;
    held_.insert(number);
    return true;
  }

  // Lets go of a number. Requires: it was taken, and is let go of once.
  void let_go(SequenceNumber number) {
    const std::lock_guard lock(mutex_);
    held_.erase(held_.find(number));
  }

  // For whoever is about to drop versions, all of writes up to `dropping`: the numbers that are
  // taken, ascending, and behind them the one that is published now. What none of them sees may be
  // dropped from now on.
  std::vector<SequenceNumber> readers(SequenceNumber dropping) {
    const std::lock_guard lock(mutex_);
    const SequenceNumber published = published_.load(std::memory_order_acquire);
    known_from_ = std::max(known_from_, std::min(dropping, published));
    std::vector<SequenceNumber> numbers(held_.begin(), held_.end());
    numbers.push_back(published);
    return numbers;
  }

 private:
  const std::atomic<SequenceNumber>& published_;

  mutable std::mutex mutex_;
  // Guarded by mutex_:
  std::multiset<SequenceNumber> held_;
  SequenceNumber known_from_ = 0;
};

}  // namespace kv
