#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/file_system.h"
#include "base/posix_file.h"
#include "base/quote.h"

namespace kv {
namespace {

using posix::Descriptor;
using posix::open_descriptor;
using posix::system_failure;

// The lock goes when the descriptor is closed, at the latest by the death of the process.
class PosixFileLock final : public FileLock {
 public:
  explicit PosixFileLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

 private:
  const Descriptor descriptor_;
};

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

// Reads the file through once. A recycled file is written in pieces of pages, whose rest the kernel
// reads from the disk when the map is first touched; where that fails there would be a signal. So
// what cannot be read is found here, as an error, and what can be lies in the kernel's memory.
// (Unless memory is short: then the kernel may let go of it, and read it from the disk once more.)
Status read_through(const RandomAccessFile& file) {
  std::vector<char> buffer(std::size_t{1} << 16);
  for (std::uint64_t offset = 0;;) {
    const Result<std::size_t> count = file.read(offset, buffer);
    if (!count) return failure(count.error());
    if (*count == 0) return {};
    offset += *count;
  }
}

bool is_directory(std::string_view path) {
  struct stat status{};
  return ::stat(std::string(path).c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

class PosixFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<AppendFile>> create(std::string_view path) override {
    Result<Descriptor> opened = open_descriptor(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL);
    if (!opened) return failure(std::move(opened));
    return posix::make_append_file(*std::move(opened));
  }

  Result<std::unique_ptr<AppendFile>> open_append(std::string_view path) override {
    Result<Descriptor> opened = open_descriptor(path, O_WRONLY | O_APPEND);
    if (!opened) return failure(std::move(opened));
    return posix::make_append_file(*std::move(opened));
  }

  Result<std::unique_ptr<PreallocatedFile>> preallocate(std::string_view path,
                                                        std::uint64_t bytes) override {
    Result<Descriptor> opened = open_descriptor(path, O_RDWR | O_CREAT | O_EXCL);
    if (!opened) return failure(std::move(opened));
    auto file = posix::make_preallocated_file(*std::move(opened), bytes);
    if (!file) (void)unlink(path);  // the failure to tell is the first
    return file;
  }

  Result<std::unique_ptr<PreallocatedFile>> open_preallocated(std::string_view path) override {
    const auto old = open(path);
    if (!old) return failure(old.error());
    if (Status read = read_through(**old); !read) return failure(std::move(read));
    Result<Descriptor> opened = open_descriptor(path, O_RDWR);
    if (!opened) return failure(std::move(opened));
    const Result<std::uint64_t> bytes = posix::size_of(*opened);
    if (!bytes) return failure(bytes.error());
    return posix::make_preallocated_file(*std::move(opened), *bytes);
  }

  Result<std::unique_ptr<RandomAccessFile>> open(std::string_view path) const override {
    Result<Descriptor> opened = open_descriptor(path, O_RDONLY);
    if (!opened) return failure(std::move(opened));
    const Result<std::uint64_t> size = posix::size_of(*opened);
    if (!size) return failure(size.error());
    return posix::make_random_access_file(*std::move(opened));
  }

  Result<std::unique_ptr<RandomAccessFile>> open_for_lookups(std::string_view path) const override {
    Result<Descriptor> opened = open_descriptor(path, O_RDONLY);
    if (!opened) return failure(std::move(opened));
    return posix::make_mapped_file(*std::move(opened));
  }

  Status rename(std::string_view from, std::string_view to) override {
    if (directory_of(from) != directory_of(to)) {
      return failure(Code::invalid_argument,
                     fmt::format("cannot rename {} to {}: another directory; copy it there",
                                 quote(from), quote(to)));
    }
    if (is_directory(from)) return system_failure("rename", from, EISDIR);
    if (::rename(std::string(from).c_str(), std::string(to).c_str()) == 0) return {};
    return system_failure(fmt::format("rename to {} the file", quote(to)), from, errno);
  }

  Status unlink(std::string_view path) override {
    if (::unlink(std::string(path).c_str()) == 0) return {};
    return system_failure("unlink", path, errno);
  }

  Status create_directory(std::string_view path) override {
    if (::mkdir(std::string(path).c_str(), 0755) == 0) return {};
    const int error = errno;
    if (error == EEXIST && is_directory(path)) return {};
    return system_failure("make the directory", path, error);
  }

  Status remove_directory(std::string_view path) override {
    if (::rmdir(std::string(path).c_str()) == 0) return {};
    return system_failure("remove the directory", path, errno);
  }

  Status sync_directory(std::string_view path) override {
    const Result<Descriptor> opened = open_descriptor(path, O_RDONLY | O_DIRECTORY);
    if (!opened) return failure(opened.error());
    return posix::sync_all(*opened);
  }

  Result<std::vector<std::string>> list(std::string_view directory) const override {
    const std::unique_ptr<DIR, CloseDirectory> opened(::opendir(std::string(directory).c_str()));
    if (opened == nullptr) return system_failure("list", directory, errno);
    std::vector<std::string> names;
    for (;;) {
      errno = 0;
      const dirent* const entry = ::readdir(opened.get());
      if (entry == nullptr && errno != 0) return system_failure("list", directory, errno);
      if (entry == nullptr) break;
      const std::string_view name(entry->d_name);
      if (name != "." && name != "..") names.emplace_back(name);
    }
    std::ranges::sort(names);
    return names;
  }

  Result<bool> exists(std::string_view path) const override {
    struct stat status{};
    if (::stat(std::string(path).c_str(), &status) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return system_failure("look for", path, errno);
  }

  Result<std::uint64_t> file_size(std::string_view path) const override {
    const auto file = open(path);
    if (!file) return failure(file.error());
    return (*file)->size();
  }

  // flock(2) belongs to the open file, not to the process, so that a second lock of this process
  // fails like one of another.
  Result<std::unique_ptr<FileLock>> lock(std::string_view path) override {
    Result<Descriptor> opened = open_descriptor(path, O_RDWR | O_CREAT);
    if (!opened) return failure(std::move(opened));
    while (::flock(opened->number(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) {
        return failure(Code::unavailable,
                       fmt::format("{} is locked; another store uses this directory, in this "
                                   "process or another: close it first",
                                   quote(path)));
      }
      if (errno != EINTR) return system_failure("lock", path, errno);
    }
    return std::make_unique<PosixFileLock>(*std::move(opened));
  }
};

}  // namespace

FileSystem& FileSystem::posix() {
  static PosixFileSystem files;
  return files;
}

}  // namespace kv
