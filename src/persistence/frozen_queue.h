#pragma once

// The frozen memtables that wait to be written out to tables, the oldest first, each with what will
// be put away when it is (persistence/log_archive.h).
//
// *Thread safety*: push: the committing thread; front and pop: the thread that puts away; the rest
// any thread.

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>

#include "persistence/checkpoint.h"
#include "storage/memtable.h"

namespace kv {

class FrozenQueue {
 public:
  struct Frozen {
    std::shared_ptr<const Memtable> memtable;
    CheckpointHeader here;  // the last write in it, and the first log that is needed behind it
  };

  void push(Frozen frozen) {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(frozen));
    waiting_ = queue_.size();
  }

  // Requires: has_work.
  Frozen front() const {
    const std::lock_guard lock(mutex_);
    return queue_.front();
  }

  void pop() {
    const std::lock_guard lock(mutex_);
    queue_.pop_front();
    waiting_ = queue_.size();
  }

  bool has_work() const { return waiting_ > 0; }

  // When so many wait, writers must.
  bool is_full() const { return waiting_ >= most_waiting; }

 private:
  static constexpr std::size_t most_waiting = 2;

  // queue_.size(), for those who ask at every write. Released with the queue's change, acquired by
  // them; what they do next takes a mutex anyway.
  std::atomic<std::size_t> waiting_{0};

  mutable std::mutex mutex_;
  std::deque<Frozen> queue_;  // guarded by mutex_
};

}  // namespace kv
