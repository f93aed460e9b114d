#pragma once

// A std::shared_mutex that tries for a moment before it sleeps. For what is done under the lock in
// less than a microsecond: to put a thread to sleep and to wake it takes ten times as long and
// more, while the lock is nearly always free again after a few hundred nanoseconds. (Such locks are
// called adaptive; glibc has one for plain mutexes only, PTHREAD_MUTEX_ADAPTIVE_NP.)
//
// *Thread safety*: as std::shared_mutex, with std::unique_lock, std::shared_lock and so on.
// *Cost*: a thread that waits in vain burns some microseconds of its core before it sleeps.

#include <shared_mutex>

namespace kv {

class AdaptiveSharedMutex {
 public:
  void lock() {
    for (int i = 0; i < tries; ++i) {
      if (mutex_.try_lock()) return;
      pause();
    }
    mutex_.lock();
  }
  bool try_lock() { return mutex_.try_lock(); }
  void unlock() { mutex_.unlock(); }

  void lock_shared() {
    for (int i = 0; i < tries; ++i) {
      if (mutex_.try_lock_shared()) return;
      pause();
    }
    mutex_.lock_shared();
  }
  bool try_lock_shared() { return mutex_.try_lock_shared(); }
  void unlock_shared() { mutex_.unlock_shared(); }

 private:
  static constexpr int tries = 64;

  // Tells the processor that this is a loop of waiting: it saves power, and leaves the memory bus
  // to whoever holds the lock.
  static void pause() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
  }

  std::shared_mutex mutex_;
};

}  // namespace kv
