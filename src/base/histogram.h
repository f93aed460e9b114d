#pragma once

// How often each value occurred, in memory that does not grow: for latencies and sizes. Values are
// counted in buckets whose width grows with the value, 128 to each power of two, after the idea of
// HdrHistogram (Gil Tene, hdrhistogram.org):
//
//   values         0 … 255     256 … 511     512 … 1023     …     2^63 … 2^64-1
//   bucket width      1            2             4          …         2^56
//
// So any value is known exactly up to 255, and to less than 1/128 of itself (0.8 %) above.
//
// *Thread safety*: one thread at a time. Give each thread its own and merge them at the end.
// *Memory*: 58 KiB in the object itself, whatever is recorded; it has no business on a small stack.
// *Units*: the caller's; a whole number of them (nanoseconds, bytes).

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace kv {

class Histogram {
 public:
  // Counts one more of this value.
  void record(std::uint64_t value) {
    ++buckets_[bucket_of(value)];
    ++count_;
    sum_ += value;
    min_ = std::min(min_, value);
    max_ = std::max(max_, value);
  }

  // Adds what the other has recorded, as if it had been recorded here.
  void merge(const Histogram& other);

  void clear() { *this = Histogram(); }

  // These are exact. All are 0 while nothing is recorded.
  std::uint64_t count() const { return count_; }
  std::uint64_t min() const { return count_ == 0 ? 0 : min_; }
  std::uint64_t max() const { return max_; }
  double mean() const;

  // The smallest value that at least so many percent of the recorded ones do not exceed:
  // percentile(50) is the median, percentile(99.9) what one in a thousand exceeds. Never less than
  // the true one, and more by less than 1/128 of it; exact up to 255, for 0 (the minimum) and for
  // 100 (the maximum). 0 while nothing is recorded.  Requires: 0 <= percent <= 100.
  std::uint64_t percentile(double percent) const;

 private:
  // Values are cut to their leading 8 bits: one that has `shift` bits more lies in the bucket
  // number  shift * 128 + (value >> shift),  where the second part is in [128, 256) as soon as
  // shift > 0. The buckets of one shift therefore follow those of the shift before, without a gap.
  static constexpr int precision_bits = 8;
  static constexpr std::size_t half = std::size_t{1} << (precision_bits - 1);
  static constexpr std::size_t bucket_count = (64 - precision_bits + 2) * half;

  static std::size_t bucket_of(std::uint64_t value) {
    const int shift = std::max(0, 64 - precision_bits - std::countl_zero(value));
    return static_cast<std::size_t>(shift) * half + static_cast<std::size_t>(value >> shift);
  }

  static std::uint64_t largest_in(std::size_t bucket);

  __extension__ using Sum = unsigned __int128;  // 2^64 values of 2^64 fit

  std::array<std::uint64_t, bucket_count> buckets_{};
  Sum sum_ = 0;
  std::uint64_t count_ = 0;
  std::uint64_t min_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t max_ = 0;
};

}  // namespace kv
