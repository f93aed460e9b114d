#pragma once

// A figure that many threads count up often and few ask for. It lies in several cells on cache
// lines of their own, so that threads that count at the same time seldom meet at one.
//
// *Thread safety*: any thread; relaxed, ordered with nothing.

#include <array>
#include <atomic>
#include <cstdint>

#include "base/thread_number.h"

namespace kv {

class Counter {
 public:
  void add(std::uint64_t count = 1) {
    cells_[thread_number() % cells_.size()].count.fetch_add(count, std::memory_order_relaxed);
  }

  // What was counted before the call is in it, of what is counted meanwhile any part.
  std::uint64_t sum() const {
    std::uint64_t sum = 0;
    for (const Cell& cell : cells_) sum += cell.count.load(std::memory_order_relaxed);
    return sum;
  }

 private:
  struct alignas(64) Cell {
    std::atomic<std::uint64_t> count{0};
  };

  std::array<Cell, 16> cells_;
};

}  // namespace kv
