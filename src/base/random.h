#pragma once

// A small, fast source of numbers that look random and are the same every time for the same seed,
// on every machine and in every version: for tests, workloads and data structures. It is
// predictable, so not for secrets.
//
// xoshiro256** (Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators", ACM TOMS
// 47(4), 2021), its state filled by SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom
// Number Generators", OOPSLA 2014), as its authors advise. It also serves where the standard
// library wants a random number generator, but what std::shuffle and its like make of it differs
// between libraries.
//
// *Thread safety*: one thread at a time. A copy goes on like the original.

#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

namespace kv {

class Random {
 public:
  using result_type = std::uint64_t;

  // Any seed will do; neighbouring seeds give unrelated sequences.
  explicit Random(std::uint64_t seed);

  // The next 64 bits.
  std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  // One of 0 … bound-1, each as likely as the other.  Requires: bound > 0.
  std::uint64_t below(std::uint64_t bound);

  // A number in [0, 1): 53 bits, as many as a double holds.
  double fraction() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

  // So many random bytes.
  std::string bytes(std::size_t count);

  // For the standard library.
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
  result_type operator()() { return next(); }

 private:
  std::array<std::uint64_t, 4> state_;  // never all zero: zeros would stay zeros
};

// Lemire, "Fast Random Integer Generation in an Interval", ACM TOMACS 29(1), 2019, section 4: of
// the product number * bound the high half is the answer; a low half under 2^64 mod bound belongs
// to the few numbers that would make some answers likelier, and is drawn again. The division is
// almost never reached.
inline std::uint64_t Random::below(std::uint64_t bound) {
  assert(bound > 0);
  __extension__ using Product = unsigned __int128;
  Product product = Product{next()} * bound;
  if (static_cast<std::uint64_t>(product) < bound) {
    const std::uint64_t surplus = (0 - bound) % bound;  // 2^64 mod bound
    while (static_cast<std::uint64_t>(product) < surplus) product = Product{next()} * bound;
  }
  return static_cast<std::uint64_t>(product >> 64);
}

}  // namespace kv
