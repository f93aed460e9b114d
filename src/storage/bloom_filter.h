#pragma once

// A Bloom filter: a few bits for each key of a set, which can say for sure that a key is *not* in
// it. So most tables that don't have a key need not be read. (Bloom, "Space/Time Trade-offs in Hash
// Coding with Allowable Errors", CACM 13(7), 1970.)
//
//   Each key sets `probes` bits of the filter, chosen by its hash. A key of which one bit is not
//   set was never added; one of which all are set probably was:
//
//     a, added:      hash ──> bits 3, 9, 12         bits  0 . . 3 . . . . . 9 . . 12 . .
//     q, not added:  hash ──> bits 3, 7, 12   7 is not set: surely not there
//
// With n keys, m bits and k probes, a key that is not there passes with the probability
// (1 - e^(-kn/m))^k. It is least for k = m/n · ln 2; with 10 bits a key that is 7 probes (6.93),
// and 0.8 %. A builder takes the nearest whole number, at least 1 and at most 30.
//
// *Byte layout*
//
//   offset  0  the bits: bit i is bit i % 8 (from the least) of byte i / 8; at least 8 bytes
//       m / 8  1 byte  probes, 1 ... 30
//
// The bits of a key: h = filter_hash(key), step = h >> 33 | h << 31 (h rotated); the numbers x are
// h + i · step, in arithmetic of 64 bits, for i = 0 ... probes - 1; each gives the bit
//
//   x · m / 2^64, rounded down: the high half of the product, which has 128 bits
//
// (Two hashes do for any number of them: Kirsch and Mitzenmacher, "Less Hashing, Same Performance",
// ESA 2006. The high half of a product is spread as evenly as a remainder, and takes no division:
// Lemire, "Fast Random Integer Generation in an Interval", ACM TOMACS 29(1), 2019.)
//
// *Thread safety*: a builder: one thread at a time; filter_hash, may_contain: pure functions.
// *Errors*: none. A filter that can't be one (shorter than 9 bytes, probes of 0 or more than 30)
// says of every key that it may be there: a wrong "yes" costs a read, a wrong "no" loses a key.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/checksum.h"

namespace kv {

// All that a filter knows of a key. Whoever asks many filters for the same key computes it once.
inline std::uint64_t filter_hash(std::string_view key) { return checksum(key); }

class BloomFilterBuilder {
 public:
  virtual ~BloomFilterBuilder() = default;
  BloomFilterBuilder(const BloomFilterBuilder&) = delete;
  BloomFilterBuilder& operator=(const BloomFilterBuilder&) = delete;

  // Adds a key; the same key again right behind counts once (the versions of a key follow each
  // other).
  virtual void add(std::string_view key) = 0;

  // The filter of the keys that were added, whole bytes, with bits_per_key for each. Nothing may
  // be added any more.
  virtual std::string finish() = 0;

 protected:
  BloomFilterBuilder() = default;
};

inline constexpr std::size_t most_bits_per_key = 40;

// Requires: 1 <= bits_per_key <= most_bits_per_key. (Task 5.3)
std::unique_ptr<BloomFilterBuilder> make_bloom_filter_builder(std::size_t bits_per_key);

// False: no key of this filter_hash was added. True: one may have been. (Task 5.3)
bool may_contain(std::string_view filter, std::uint64_t hash);

}  // namespace kv
