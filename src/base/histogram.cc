#include "base/histogram.h"

#include <cassert>
#include <cmath>

namespace kv {

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < bucket_count; ++i) buckets_[i] += other.buckets_[i];
  sum_ += other.sum_;
  count_ += other.count_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

double Histogram::mean() const {
  return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_);
}

std::uint64_t Histogram::percentile(double percent) const {
  assert(percent >= 0 && percent <= 100);
  // How many values the answer has at or below it. The step to the next smaller number keeps the
  // rounding of 99.9 / 100 * 1000 from asking for one more than 999.
  const double share = std::nextafter(percent, 0) / 100 * static_cast<double>(count_);
  const auto rank = static_cast<std::uint64_t>(std::ceil(share));
  if (rank <= 1) return min();
  if (rank >= count_) return max();
  std::uint64_t seen = 0;
  std::size_t bucket = 0;
  while ((seen += buckets_[bucket]) < rank) ++bucket;
  return std::min(largest_in(bucket), max_);
}

std::uint64_t Histogram::largest_in(std::size_t bucket) {
  if (bucket < 2 * half) return bucket;
  const std::size_t shift = bucket / half - 1;
  const std::uint64_t leading = bucket - shift * half;  // the value's leading bits, in [128, 256)
  return ((leading + 1) << shift) - 1;  // wraps to 2^64-1 in the last bucket, as it should
}

}  // namespace kv
