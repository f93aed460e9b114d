#pragma once

// Numbers for threads, in the order in which they first ask: who keeps one of a thing for several
// threads chooses by it which of them to take.
//
// *Thread safety*: any thread.

#include <atomic>
#include <cstddef>

namespace kv {

inline std::size_t thread_number() {
  static constinit std::atomic<std::size_t> threads{0};
  thread_local const std::size_t number = threads.fetch_add(1, std::memory_order_relaxed);
  return number;
}

}  // namespace kv
