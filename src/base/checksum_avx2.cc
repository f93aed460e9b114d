// XXH3 over registers of 32 bytes: the same values as the library's, which is built for processors
// that have only 16, in less than half the time. This file alone is compiled for processors with
// AVX2 (src/CMakeLists.txt), so it includes nothing that could be linked into others.

#include "base/checksum_avx2.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace kv {

unsigned long long checksum_avx2(const char* bytes, decltype(sizeof 0) size,
                                 unsigned long long seed) {
  return XXH3_64bits_withSeed(bytes, size, seed);
}

}  // namespace kv
