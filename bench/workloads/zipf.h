#pragma once

// Ranks by Zipf's law: rank r is drawn with a probability in proportion to 1 / (r+1)^theta. Few
// ranks are drawn over and over, and most of them hardly ever, as it is with what people ask for.
//
// The method of Gray et al., "Quickly Generating Billion-Record Synthetic Databases" (SIGMOD 1994,
// section 3.2), which YCSB took up (Cooper et al., "Benchmarking Cloud Serving Systems with YCSB",
// SoCC 2010): one random number and one power for each rank. Ranks 0 and 1 come just as often as
// the law says; the others follow a curve through it.
//
// *Thread safety*: one thread at a time; copies are independent.

#include <cstdint>

#include "base/random.h"

namespace kv::bench {

class Zipf {
 public:
  static constexpr double theta = 0.99;  // YCSB's

  // Of 0 … count-1. Takes time in proportion to count: it adds up the law's terms.  Requires:
  // count > 0.
  explicit Zipf(std::uint64_t count);

  // From now on of 0 … count-1. Takes time in proportion to the increase.  Requires: count is not
  // less than before.
  void grow(std::uint64_t count);

  std::uint64_t count() const { return count_; }

  std::uint64_t draw(Random& random) const;

 private:
  std::uint64_t count_ = 0;
  double zeta_ = 0;     // the sum of the law's terms
  double zeta_of_two_;  // of the first two
  double eta_ = 0;
};

}  // namespace kv::bench
