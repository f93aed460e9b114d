#pragma once

// An order of the numbers 0 … n-1 that looks random and needs no memory: every number comes once.
// So a store is filled "in random order" with each key once, and a popular rank becomes a key that
// lies anywhere.
//
// A Feistel network over the next power of two (Luby and Rackoff, "How to Construct Pseudorandom
// Permutations from Pseudorandom Functions", SIAM J. Computing 17(2), 1988), and cycle walking down
// to n (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002): an image outside
// of 0 … n-1 is mapped again, until it lies inside. The power of two is less than twice n, so that
// takes less than two steps on average. It mixes well enough for a workload and hides nothing.
//
// *Thread safety*: a value that nothing changes; any thread.

#include <array>
#include <cstdint>

namespace kv::bench {

class Bijection {
 public:
  // Of 0 … count-1; another seed gives another order.  Requires: count > 0.
  Bijection(std::uint64_t count, std::uint64_t seed);

  // The number at this place of the order.  Requires: place < count.
  std::uint64_t operator()(std::uint64_t place) const {
    do {
      place = mix(place);
    } while (place >= count_);
    return place;
  }

 private:
  static constexpr int rounds = 4;  // an even number, so that the halves end as wide as they began

  std::uint64_t mix(std::uint64_t number) const;

  std::uint64_t count_;
  std::array<std::uint64_t, rounds> keys_;
  int left_bits_;  // the number is its left half above its right half; one may be a bit wider
  int right_bits_;
};

}  // namespace kv::bench
