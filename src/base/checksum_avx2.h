#pragma once

// For base/checksum.cc alone.

namespace kv {

// XXH3.  Requires: the processor has AVX2.
unsigned long long checksum_avx2(const char* bytes, decltype(sizeof 0) size,
                                 unsigned long long seed);

}  // namespace kv
