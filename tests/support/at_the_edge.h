#pragma once

// Bytes that end where memory ends: whoever reads one byte more than there is crashes, under any
// build and not just with a sanitizer.
//
// *Thread safety*: one thread at a time.

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <new>
#include <string_view>

namespace kv::test {

// The bytes, copied to the end of memory. Valid until the next call, which puts others there.
// Requires: 64 KiB at the most.
inline std::string_view at_the_edge(std::string_view bytes) {
  constexpr std::size_t room = std::size_t{64} << 10;
  static char* const end = []() -> char* {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    void* const mapped =
        mmap(nullptr, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    char* const edge = static_cast<char*>(mapped) + room;
    if (mprotect(edge, page, PROT_NONE) != 0) throw std::bad_alloc();
    return edge;
  }();
  assert(bytes.size() <= room);
  std::ranges::copy(bytes, end - bytes.size());
  return {end - bytes.size(), bytes.size()};
}

}  // namespace kv::test
