#include "storage/bloom_filter.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "base/todo.h"

namespace kv {
namespace {

constexpr std::size_t least_bytes = 8;  // of the bits
constexpr std::size_t max_probes = 30;

// How far the numbers are from each other that choose the bits of a key.
std::uint64_t step_of(std::uint64_t hash) { return std::rotl(hash, 31); }

// The bit, of so many, that the number chooses.
std::uint64_t bit_of(std::uint64_t number, std::uint64_t bits) {
  // LAB 5.3  The high half of the product. 64 bits don't hold it; a Product does.
  __extension__ using Product = unsigned __int128;
  //[ throw todo("5.3", number, bits, Product{});
  return static_cast<std::uint64_t>(Product{number} * bits >> 64);
  //]
}

// Of each key it keeps the hash alone, 8 bytes: how many bits the filter has is known at its end.
class HashedBloomFilterBuilder final : public BloomFilterBuilder {
 public:
  explicit HashedBloomFilterBuilder(std::size_t bits_per_key) : bits_per_key_(bits_per_key) {}

  void add(std::string_view key) override {
    // LAB 5.3  Keep the key's hash, unless the key before was the same.
    // Hint: is it any harm if two keys in a row differ, and their hashes don't?
    //[ throw todo("5.3", filter_hash(key), hashes_);
    const std::uint64_t hash = filter_hash(key);
    if (hashes_.empty() || hashes_.back() != hash) hashes_.push_back(hash);
    //]
  }

  std::string finish() override {
    // LAB 5.3  Set the bits of each key. Layout: storage/bloom_filter.h.
    // Hint: may_contain knows no number of keys. It takes m from the size of the filter, and so
    // must you.
    //[ throw todo("5.3", hashes_, bits_per_key_, least_bytes, probes(), step_of, bit_of);
    const std::size_t wanted = (hashes_.size() * bits_per_key_ + 7) / 8;
    std::string filter(std::max(least_bytes, wanted), '\0');
    const std::uint64_t bits = std::uint64_t{filter.size()} * 8;
    const std::size_t count = probes();
    for (const std::uint64_t hash : hashes_) {
      std::uint64_t number = hash;
      for (std::size_t i = 0; i < count; ++i, number += step_of(hash)) {
        const std::uint64_t bit = bit_of(number, bits);
        filter[bit / 8] = static_cast<char>(filter[bit / 8] | 1 << bit % 8);
      }
    }
    filter += static_cast<char>(count);
    return filter;
    //]
  }

 private:
  std::size_t probes() const {
    // LAB 5.3  bits_per_key_ times the natural logarithm of 2, rounded to the nearest; at least 1,
    // at most max_probes.
    //[ throw todo("5.3", bits_per_key_, std::numbers::ln2, max_probes);
    const double best = static_cast<double>(bits_per_key_) * std::numbers::ln2;
    return std::clamp<std::size_t>(static_cast<std::size_t>(std::lround(best)), 1, max_probes);
    //]
  }

  const std::size_t bits_per_key_;
  std::vector<std::uint64_t> hashes_;
};

}  // namespace

std::unique_ptr<BloomFilterBuilder> make_bloom_filter_builder(std::size_t bits_per_key) {
  return std::make_unique<HashedBloomFilterBuilder>(bits_per_key);
}

bool may_contain(std::string_view filter, std::uint64_t hash) {
  // LAB 5.3  Whether all of the key's bits are set. The filter's bytes may come from a disk: one
  // that can't be a filter must not lose a key.
  // Hint: most keys that are asked for are not there, and of them most miss at the first bit.
  //[ throw todo("5.3", filter, hash, least_bytes, max_probes, step_of, bit_of);
  if (filter.size() <= least_bytes) return true;
  const std::size_t probes = static_cast<unsigned char>(filter.back());
  if (probes == 0 || probes > max_probes) return true;
  const std::uint64_t bits = std::uint64_t{filter.size() - 1} * 8;
  std::uint64_t number = hash;
  for (std::size_t i = 0; i < probes; ++i, number += step_of(hash)) {
    const std::uint64_t bit = bit_of(number, bits);
    if ((filter[bit / 8] >> bit % 8 & 1) == 0) return false;
  }
  return true;
  //]
}

}  // namespace kv
