#include "apps/kvcourse/story_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace kv::course {
namespace {

constexpr std::size_t head_bytes = sizeof(std::uint64_t);
constexpr std::size_t ring_bytes = 1 << 16;

}  // namespace

Result<Fd> make_story_file() {
  constexpr int first_fd = 10;
  const Fd low(::memfd_create("story", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  Fd file(low.open() ? ::fcntl(low.get(), F_DUPFD_CLOEXEC, first_fd) : -1);
  if (!file.open() || ::ftruncate(file.get(), head_bytes + ring_bytes) != 0 ||
      ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) != 0)
    return failure(Code::io_error, std::string("no file for a story: ") + std::strerror(errno));
  return file;
}

std::string read_story(const Fd& file) {
  std::string bytes(head_bytes + ring_bytes, '\0');
  if (::pread(file.get(), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    return {};
  std::uint64_t told = 0;
  std::memcpy(&told, bytes.data(), head_bytes);
  if (told <= ring_bytes) return bytes.substr(head_bytes, told);
  // The oldest byte stands where the next one would; the line it belongs to has lost its start.
  const std::size_t oldest = head_bytes + told % ring_bytes;
  const std::string story = bytes.substr(oldest) + bytes.substr(head_bytes, told % ring_bytes);
  const std::size_t end = story.find('\n');
  return end == story.npos ? story : story.substr(end + 1);
}

}  // namespace kv::course
