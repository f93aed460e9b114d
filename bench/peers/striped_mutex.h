#pragma once

// A lock that many share at once, hardly noticing, and one holds alone now and then: the calls of a
// store share it, and closing holds it alone. A std::shared_mutex would do, but its counter is one
// cache line that every core writes; here each thread has, as a rule, a line of its own. Who wants
// it alone is not kept waiting by those who come later.
//
// *Thread safety*: any thread; who locks unlocks. Whoever shares it must not lock it again.

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
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
  void lock_shared() {
    // Waits behind those who want it alone. The stripe's mutex is what excludes; that one is seen a
    // little late here does no harm.
    if (wanted_alone_.load(std::memory_order_relaxed) > 0) {
      const std::lock_guard wait(alone_);
    }
    stripes_[stripe_of_this_thread()].mutex.lock_shared();
  }
  void unlock_shared() { stripes_[stripe_of_this_thread()].mutex.unlock_shared(); }

  void lock() {
    wanted_alone_.fetch_add(1, std::memory_order_relaxed);
    alone_.lock();
    for (Stripe& stripe : stripes_) stripe.mutex.lock();
  }
  void unlock() {
    for (Stripe& stripe : stripes_) stripe.mutex.unlock();
    alone_.unlock();
    wanted_alone_.fetch_sub(1, std::memory_order_relaxed);
  }

 private:
  struct alignas(64) Stripe {  // a cache line
    std::shared_mutex mutex;
  };

  std::array<Stripe, stripes> stripes_;
  std::mutex alone_;                  // held by whoever has it alone, or is about to
  std::atomic<int> wanted_alone_{0};  // how many have it alone or want to
};

}  // namespace kv::peers
