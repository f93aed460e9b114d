#pragma once

// A lock that many share at once, hardly noticing, and one holds alone now and then: the calls of a
// store share it, and closing holds it alone. A std::shared_mutex would do, but its counter is one
// cache line that every core writes; here each thread has, as a rule, a line of its own.
//
// *Thread safety*: any thread; who locks unlocks. Whoever shares it must not lock it again.

#include <array>
#include <atomic>
#include <cstddef>
#include <shared_mutex>

namespace kv::peers {

inline constexpr std::size_t stripes = 16;

// Which stripe is this thread's. Threads take turns, so that the first 16 have one each.
inline std::size_t stripe_of_this_thread() {
  // Relaxed: only that the numbers differ matters.
  static std::atomic<std::size_t> threads{0};
  thread_local const std::size_t stripe = threads.fetch_add(1, std::memory_order_relaxed) % stripes;
  return stripe;
}

// As std::shared_mutex, for std::shared_lock and std::unique_lock.
class StripedMutex {
 public:
  void lock_shared() { stripes_[stripe_of_this_thread()].mutex.lock_shared(); }
  void unlock_shared() { stripes_[stripe_of_this_thread()].mutex.unlock_shared(); }

  void lock() {
    for (Stripe& stripe : stripes_) stripe.mutex.lock();
  }
  void unlock() {
    for (Stripe& stripe : stripes_) stripe.mutex.unlock();
  }

 private:
  struct alignas(64) Stripe {  // a cache line
    std::shared_mutex mutex;
  };

  std::array<Stripe, stripes> stripes_;
};

}  // namespace kv::peers
