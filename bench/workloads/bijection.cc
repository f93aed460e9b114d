#include "bench/workloads/bijection.h"

#include <bit>
#include <cassert>
#include <utility>

#include "base/random.h"

namespace kv::bench {
namespace {

std::uint64_t mask(int bits) { return (std::uint64_t{1} << bits) - 1; }

// Any function would do; this one spreads the bits of its input (the multiplier is SplitMix64's).
std::uint64_t scatter(std::uint64_t half, std::uint64_t key) {
  const std::uint64_t product = (half + key) * 0xbf58476d1ce4e5b9;
  return product ^ (product >> 32);
}

}  // namespace

Bijection::Bijection(std::uint64_t count, std::uint64_t seed) : count_(count) {
  assert(count > 0);
  Random random(seed);
  for (std::uint64_t& key : keys_) key = random.next();
  const int bits = static_cast<int>(std::bit_width(count - 1));
  left_bits_ = bits / 2;
  right_bits_ = bits - left_bits_;
}

std::uint64_t Bijection::mix(std::uint64_t number) const {
  int left_bits = left_bits_;
  int right_bits = right_bits_;
  std::uint64_t left = number >> right_bits;
  std::uint64_t right = number & mask(right_bits);
  for (const std::uint64_t key : keys_) {
    left ^= scatter(right, key) & mask(left_bits);
    std::swap(left, right);
    std::swap(left_bits, right_bits);
  }
  return (left << right_bits) | right;
}

}  // namespace kv::bench
