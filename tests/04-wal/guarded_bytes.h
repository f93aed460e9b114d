#pragma once

// Bytes that end where memory ends: whoever reads one byte more than there is crashes, under any
// build and not just with a sanitizer.
//
// *Thread safety*: a value. *Ownership*: owns the bytes.

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <new>
#include <string_view>

namespace kv::test {

class GuardedBytes {
 public:
  explicit GuardedBytes(std::string_view bytes) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t room = (bytes.size() + page - 1) / page * page;
    mapped_bytes_ = room + page;
    mapped_ =
        mmap(nullptr, mapped_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped_ == MAP_FAILED) throw std::bad_alloc();
    char* const end = static_cast<char*>(mapped_) + room;
    std::ranges::copy(bytes, end - bytes.size());
    if (mprotect(end, page, PROT_NONE) != 0) throw std::bad_alloc();
    bytes_ = {end - bytes.size(), bytes.size()};
  }
  GuardedBytes(const GuardedBytes&) = delete;
  GuardedBytes& operator=(const GuardedBytes&) = delete;
  ~GuardedBytes() { munmap(mapped_, mapped_bytes_); }

  std::string_view view() const { return bytes_; }

 private:
  void* mapped_;
  std::size_t mapped_bytes_;
  std::string_view bytes_;
};

}  // namespace kv::test
