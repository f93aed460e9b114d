#pragma once

// Bloom filters as bytes, made by the drawing in storage/bloom_filter.h and by nothing of the
// lab's, and a builder of them whose every call becomes a step of the test's story.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/checksum.h"
#include "storage/bloom_filter.h"
#include "tests/support/story.h"

namespace kv::test {

// Of `bits`, the one that this number chooses: the high half of the product, put together of the
// halves' products as on paper. A filter has less than 2^32 bits here.
inline std::size_t chosen_bit(std::uint64_t number, std::uint64_t bits) {
  const std::uint64_t low = (number & 0xffff'ffff) * bits;
  const std::uint64_t high = (number >> 32) * bits;
  return (high + (low >> 32)) >> 32;
}

// The bits of the key in a filter of so many bits, in the order in which they are asked for.
inline std::vector<std::size_t> bits_of(std::string_view key, std::size_t bits,
                                        std::size_t probes) {
  const std::uint64_t hash = checksum(key);
  const std::uint64_t step = hash >> 33 | hash << 31;
  std::vector<std::size_t> numbers;
  for (std::uint64_t i = 0; i < probes; ++i) {
    numbers.push_back(chosen_bit(hash + i * step, bits));
  }
  return numbers;
}

inline void flip_bit(std::string& filter, std::size_t bit) {
  filter[bit / 8] = static_cast<char>(filter[bit / 8] ^ (1 << bit % 8));
}
inline bool has_bit(std::string_view filter, std::size_t bit) {
  return (static_cast<unsigned char>(filter[bit / 8]) >> bit % 8 & 1) != 0;
}

// A filter with just the bits of these keys, `bytes` of them and the number of probes.
inline std::string filter_of(const std::vector<std::string>& keys, std::size_t bytes,
                             std::size_t probes) {
  std::string filter(bytes, '\0');
  for (const std::string& key : keys) {
    for (const std::size_t bit : bits_of(key, bytes * 8, probes)) {
      if (!has_bit(filter, bit)) flip_bit(filter, bit);
    }
  }
  filter += static_cast<char>(probes);
  return filter;
}

// Keys as a user may have them: "user0", "user1" ...
inline std::vector<std::string> user_keys(std::size_t count, std::string_view front = "user") {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < count; ++i) keys.push_back(std::string(front) + std::to_string(i));
  return keys;
}

// `bits 3 9 12, 7 probes, 9 bytes`
inline std::string drawn_filter(std::string_view filter) {
  if (filter.empty()) return "nothing";
  std::string text = "bits";
  for (std::size_t bit = 0; bit < (filter.size() - 1) * 8; ++bit) {
    if (has_bit(filter, bit)) text += " " + std::to_string(bit);
  }
  text += ", " + std::to_string(static_cast<unsigned char>(filter.back())) + " probes, ";
  return text + std::to_string(filter.size()) + " bytes";
}

class ToldFilterBuilder {
 public:
  explicit ToldFilterBuilder(std::size_t bits_per_key)
      : builder_(make_bloom_filter_builder(bits_per_key)) {
    step("a builder with " + std::to_string(bits_per_key) + " bits a key");
  }

  void add(std::string_view key) {
    const std::string call = announce("add " + test::quoted(key));
    builder_->add(key);
    step(call);
  }

  // All of them as one step.
  void add_all(const std::vector<std::string>& keys) {
    const std::string call = announce("add " + std::to_string(keys.size()) + " keys");
    for (const std::string& key : keys) builder_->add(key);
    step(call);
  }

  // The filter; of a large one the story has the size and a checksum.
  std::string finish() {
    const std::string call = announce("finish");
    std::string filter = builder_->finish();
    observe(call, filter.size() <= 64 ? drawn_filter(filter) : test::quoted(filter));
    return filter;
  }

 private:
  std::unique_ptr<BloomFilterBuilder> builder_;
};

}  // namespace kv::test
