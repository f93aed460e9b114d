#pragma once

// A reader and a writer that are sure to meet. A busy machine may let one of two threads wait until
// the other is through, and a case that saw no insert under way has shown nothing.

#include <atomic>
#include <functional>
#include <thread>

namespace kv::test {

// Calls insert(0), insert(1), ... on a thread of its own, and meanwhile `look` on this one. `look`
// says whether it saw something new; both end when it has so many times, or after max_inserts.
// Neither thread is ordered by this with the other: that is the list's part.
inline void look_beside_inserts(int times, const std::function<void(int)>& insert,
                                const std::function<bool()>& look) {
  constexpr int max_inserts = 1'000'000;
  std::atomic<bool> seen_enough = false;
  std::atomic<bool> written = false;
  const std::jthread writer([&]() -> void {
    for (int i = 0; i < max_inserts && !seen_enough.load(std::memory_order_relaxed); ++i) insert(i);
    written.store(true, std::memory_order_relaxed);
  });
  int seen = 0;
  for (int idle = 0; seen < times && !written.load(std::memory_order_relaxed);) {
    idle = look() ? 0 : idle + 1;
    if (idle == 0) ++seen;
    // Perhaps the writer waits for this processor.
    if (idle > 1'000) std::this_thread::yield();
  }
  seen_enough.store(true, std::memory_order_relaxed);
}

}  // namespace kv::test
