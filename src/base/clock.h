#pragma once

// Where time comes from. Code that waits or measures takes a Clock, so that a test can hand it one
// that moves only when told.
//
// *Thread safety*: any thread may use a Clock. *Units*: std::chrono durations; times count from an
// unspecified start and never go back (a monotonic clock, not the date).

#include <atomic>
#include <chrono>

namespace kv {

class Clock {
 public:
  using Duration = std::chrono::nanoseconds;
  using Time = std::chrono::time_point<std::chrono::steady_clock, Duration>;

  virtual ~Clock() = default;
  virtual Time now() const = 0;

  // The computer's monotonic clock; lives as long as the process.
  static const Clock& real();
};

// A clock that stands still until it is moved.
class ManualClock final : public Clock {
 public:
  Time now() const override { return Time(Duration(now_.load(std::memory_order_relaxed))); }

  // Requires: step >= 0.
  void advance(Duration step) { now_.fetch_add(step.count(), std::memory_order_relaxed); }

 private:
  // Relaxed: a reading orders nothing but itself.
  std::atomic<Duration::rep> now_{0};
};

}  // namespace kv
