#include "base/posix_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <system_error>
#include <utility>

#include "base/guarded_copy.h"
#include "base/quote.h"

namespace kv::posix {
namespace {

class PosixAppendFile final : public AppendFile {
 public:
  PosixAppendFile(Descriptor descriptor, std::uint64_t size)
      : descriptor_(std::move(descriptor)), size_(size) {}

  Status append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_.number(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        return system_failure(fmt::format("append at offset {} to", size_), descriptor_.path(),
                              errno);
      }
      bytes.remove_prefix(static_cast<std::size_t>(written));
      size_ += static_cast<std::uint64_t>(written);
    }
    return {};
  }

  Status sync() override { return sync_data(descriptor_); }
  std::uint64_t size() const override { return size_; }

 private:
  const Descriptor descriptor_;
  std::uint64_t size_;
};

// Writes through a memory map, so that a write is a copy and no call of the system. All blocks are
// allocated before they are mapped: were the disk full only now, there would be a signal instead of
// an error. Linux writes the map's changed pages with the file's, so fdatasync covers them.
//
// Simplification: two things still end the process with a signal. Another process cuts the file
// shorter; or the disk is full on a file system that never writes over a block (btrfs, ZFS), where
// a block that is allocated is no promise.
class PosixPreallocatedFile final : public PreallocatedFile {
 public:
  PosixPreallocatedFile(Descriptor descriptor, void* map, std::size_t size)
      : descriptor_(std::move(descriptor)), map_(static_cast<char*>(map)), size_(size) {}
  PosixPreallocatedFile(const PosixPreallocatedFile&) = delete;
  PosixPreallocatedFile& operator=(const PosixPreallocatedFile&) = delete;
  ~PosixPreallocatedFile() override { ::munmap(map_, size_); }

  Status write(std::uint64_t offset, std::string_view bytes) override {
    if (offset > size_ || bytes.size() > size_ - offset) {
      return failure(Code::invalid_argument,
                     fmt::format("{} bytes at offset {} reach over the end of {}, which has {}",
                                 bytes.size(), offset, quote(descriptor_.path()), size_));
    }
    if (!bytes.empty()) std::memcpy(map_ + offset, bytes.data(), bytes.size());
    return {};
  }

  Status sync() override { return sync_data(descriptor_); }
  std::uint64_t size() const override { return size_; }

 private:
  const Descriptor descriptor_;
  char* const map_;
  const std::size_t size_;
};

class PosixRandomAccessFile final : public RandomAccessFile {
 public:
  explicit PosixRandomAccessFile(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

  Result<std::size_t> read(std::uint64_t offset, std::span<char> into) const override {
    std::size_t done = 0;
    while (done < into.size() && offset + done <= largest_offset) {
      const ssize_t count = ::pread(descriptor_.number(), into.data() + done, into.size() - done,
                                    static_cast<off_t>(offset + done));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) {
        return system_failure(fmt::format("read at offset {} of", offset + done),
                              descriptor_.path(), errno);
      }
      if (count == 0) break;
      done += static_cast<std::size_t>(count);
    }
    return done;
  }

  Result<std::uint64_t> size() const override { return size_of(descriptor_); }

 private:
  // What the system takes for an offset; no file is larger.
  static constexpr std::uint64_t largest_offset = std::numeric_limits<off_t>::max();

  const Descriptor descriptor_;
};

// Copies out of a memory map of what the file held when it was opened. Whatever the map does not
// give, the file is asked for by a call: it knows what is behind the map's end, and can say why a
// page cannot be read.
//
// Simplification: of a file that was cut shorter meanwhile, the rest of its last page reads as
// zeros.
class PosixMappedFile final : public RandomAccessFile {
 public:
  PosixMappedFile(Descriptor descriptor, void* map, std::size_t size)
      : file_(std::move(descriptor)), map_(static_cast<char*>(map)), size_(size) {}
  PosixMappedFile(const PosixMappedFile&) = delete;
  PosixMappedFile& operator=(const PosixMappedFile&) = delete;
  ~PosixMappedFile() override { ::munmap(map_, size_); }

  Result<std::size_t> read(std::uint64_t offset, std::span<char> into) const override {
    const bool inside = offset <= size_ && into.size() <= size_ - offset;
    if (inside && copy_guarded(into, map_ + offset)) return into.size();
    return file_.read(offset, into);
  }

  Result<std::uint64_t> size() const override { return file_.size(); }

 private:
  const PosixRandomAccessFile file_;
  char* const map_;
  const std::size_t size_;
};

std::string_view remedy(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT: return "; make room on that disk, or raise the quota";
    case EACCES:
    case EPERM: return "; check its permissions, and its directory's";
    case ENOTDIR: return "; a part of the path is a file; name another";
    case EFBIG: return "; raise the limit on the size of files (ulimit -f)";
    case EROFS: return "; that disk can only be read";
    case EMFILE:
    case ENFILE: return "; close some, or raise the limit (ulimit -n)";
    default: return "";
  }
}

std::unexpected<Error> not_regular(std::string_view path) {
  return failure(Code::io_error, fmt::format("{} is not a regular file, but a pipe, a socket or a "
                                             "device; move it away, or name another",
                                             quote(path)));
}

Result<Descriptor> checked_kind(Descriptor descriptor) {
  struct stat status{};
  if (::fstat(descriptor.number(), &status) != 0) {
    return system_failure("ask the kind of", descriptor.path(), errno);
  }
  if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) return descriptor;
  return not_regular(descriptor.path());
}

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept
    : number_(std::exchange(other.number_, -1)), path_(std::move(other.path_)) {}

Descriptor::~Descriptor() {
  // Not repeated when a signal came between: Linux has closed it by then.
  if (number_ >= 0) ::close(number_);
}

Result<Descriptor> open_descriptor(std::string_view path, int flags) {
  std::string name(path);
  for (;;) {
    // Others may read what we write if they may enter the directory; umask narrows it. O_NONBLOCK
    // means nothing to files and directories; without it, opening a pipe waits for its other end.
    const int number = ::open(name.c_str(), flags | O_CLOEXEC | O_NONBLOCK, 0644);
    if (number >= 0) return checked_kind(Descriptor(number, std::move(name)));
    if (errno == ENXIO) return not_regular(path);
    if (errno != EINTR) return system_failure("open", path, errno);
  }
}

std::unexpected<Error> system_failure(std::string_view what, std::string_view path, int error) {
  std::string message = fmt::format("cannot {} {}: {}{}", what, quote(path),
                                    std::generic_category().message(error), remedy(error));
  switch (error) {
    case ENOSPC:
    case EDQUOT: return failure(Code::no_space, std::move(message));
    case EEXIST: return failure(Code::conflict, std::move(message));
    default: return failure(Code::io_error, std::move(message));
  }
}

Status sync_all(const Descriptor& descriptor) {
  if (::fsync(descriptor.number()) == 0) return {};
  return system_failure("sync", descriptor.path(), errno);
}

Status sync_data(const Descriptor& descriptor) {
  if (::fdatasync(descriptor.number()) == 0) return {};
  return system_failure("sync", descriptor.path(), errno);
}

Result<std::unique_ptr<AppendFile>> make_append_file(Descriptor descriptor) {
  const Result<std::uint64_t> size = size_of(descriptor);
  if (!size) return failure(size.error());
  return std::make_unique<PosixAppendFile>(std::move(descriptor), *size);
}

std::unique_ptr<RandomAccessFile> make_random_access_file(Descriptor descriptor) {
  return std::make_unique<PosixRandomAccessFile>(std::move(descriptor));
}

Result<std::unique_ptr<RandomAccessFile>> make_mapped_file(Descriptor descriptor) {
  const Result<std::uint64_t> size = size_of(descriptor);
  if (!size) return failure(size.error());
  if (*size == 0 || !handle_bus_errors()) return make_random_access_file(std::move(descriptor));
  void* const map = ::mmap(nullptr, *size, PROT_READ, MAP_SHARED, descriptor.number(),
                           /*offset=*/0);
  if (map == MAP_FAILED) return make_random_access_file(std::move(descriptor));
  return std::make_unique<PosixMappedFile>(std::move(descriptor), map, *size);
}

Result<std::unique_ptr<PreallocatedFile>> make_preallocated_file(Descriptor descriptor,
                                                                 std::uint64_t bytes) {
  if (bytes == 0) {
    return failure(Code::invalid_argument,
                   fmt::format("{} cannot be preallocated with 0 bytes; it takes at least 1",
                               quote(descriptor.path())));
  }
  if (bytes > std::uint64_t{std::numeric_limits<off_t>::max()}) {
    return failure(Code::no_space, fmt::format("{} cannot be preallocated with {} bytes; no file "
                                               "is so large",
                                               quote(descriptor.path()), bytes));
  }
  int error = EINTR;
  while (error == EINTR) {
    error = ::posix_fallocate(descriptor.number(), 0, static_cast<off_t>(bytes));
  }
  if (error != 0) {
    return system_failure(fmt::format("allocate {} bytes for", bytes), descriptor.path(), error);
  }
  void* const map = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor.number(),
                           /*offset=*/0);
  if (map == MAP_FAILED) return system_failure("map", descriptor.path(), errno);
  return std::make_unique<PosixPreallocatedFile>(std::move(descriptor), map, bytes);
}

Result<std::uint64_t> size_of(const Descriptor& descriptor) {
  struct stat status{};
  if (::fstat(descriptor.number(), &status) != 0) {
    return system_failure("ask the size of", descriptor.path(), errno);
  }
  if (S_ISDIR(status.st_mode)) return system_failure("read", descriptor.path(), EISDIR);
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace kv::posix
