#include "base/random.h"

#include "base/coding.h"

namespace kv {

// SplitMix64: its outputs for one seed are all different, so at most one word of the state is zero.
Random::Random(std::uint64_t seed) {
  for (std::uint64_t& word : state_) {
    seed += 0x9e3779b97f4a7c15;
    word = seed;
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
    word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
    word ^= word >> 31;
  }
}

std::string Random::bytes(std::size_t count) {
  std::string bytes;
  bytes.reserve(count + sizeof(std::uint64_t));
  while (bytes.size() < count) append_fixed64(bytes, next());
  bytes.resize(count);
  return bytes;
}

}  // namespace kv
