#include "tests/support/live_story.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

namespace kv::test {

void LiveStory::tell_grader(int fd) {
  constexpr std::size_t head_bytes = sizeof(std::uint64_t);
  struct stat file{};
  if (::fstat(fd, &file) == 0 && file.st_size > static_cast<off_t>(head_bytes)) {
    const auto size = static_cast<std::size_t>(file.st_size);
    void* mapped = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (mapped != MAP_FAILED) {
      ring_ = static_cast<std::byte*>(mapped);
      ring_bytes_ = size - head_bytes;
    }
  }
  ::close(fd);
}

void LiveStory::begin(std::string_view what) {
  if (!to_people_ && ring_ == nullptr) return;
  if (under_way_) put("\n");
  under_way_ = true;
  ++steps_;
  std::string line = to_people_ ? fmt::format("  {:4}. {}", steps_, what) : std::string(what);
  std::ranges::replace(line, '\n', ' ');
  put(line);
}

void LiveStory::end(std::string_view rest) {
  if (!to_people_ && ring_ == nullptr) return;
  std::string text(rest);
  std::ranges::replace(text, '\n', ' ');
  put(text + "\n");
  under_way_ = false;
}

void LiveStory::end_case() {
  if (under_way_) put("\n");
  under_way_ = false;
  steps_ = 0;
}

void LiveStory::put(std::string_view text) {
  if (ring_ == nullptr) {
    if (::write(STDERR_FILENO, text.data(), text.size()) < 0) to_people_ = false;
    return;
  }
  std::uint64_t told = 0;
  std::memcpy(&told, ring_, sizeof told);
  for (const char c : text) {
    ring_[sizeof told + told % ring_bytes_] = static_cast<std::byte>(c);
    ++told;
  }
  std::memcpy(ring_, &told, sizeof told);
}

}  // namespace kv::test
