#include "base/checksum.h"

#include <xxhash.h>

#include "base/checksum_avx2.h"

namespace kv {

std::uint64_t checksum(std::string_view bytes, std::uint64_t seed) {
#ifdef KV_CHECKSUM_AVX2
  constexpr std::size_t short_bytes = 240;  // up to here XXH3 uses no wide registers
  static const bool wide = __builtin_cpu_supports("avx2") != 0;
  if (bytes.size() > short_bytes && wide) return checksum_avx2(bytes.data(), bytes.size(), seed);
#endif
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace kv
