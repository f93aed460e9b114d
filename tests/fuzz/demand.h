#pragma once

// What a fuzz target says must hold. libFuzzer keeps the input that broke it.

#include <cstdio>
#include <cstdlib>

namespace kv::fuzz {

inline void demand(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

}  // namespace kv::fuzz
