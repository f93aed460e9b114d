#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "apps/kvcli/transfer.h"
#include "apps/kvcli/words.h"

namespace kv::cli {
namespace {

std::unexpected<Error> unwritable(std::string_view path, std::string_view why) {
  return failure(Code::io_error, fmt::format("cannot write {}: {}", printable(path), why));
}

std::unexpected<Error> exists_already(std::string_view path) {
  return failure(
      Code::invalid_argument,
      fmt::format("{} exists; name another file, or replace it with --force", printable(path)));
}

// The permissions that a file made in the plain way would get.
mode_t usual_mode() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

Result<NewFile> NewFile::create(const std::string& path, bool replace) {
  if (path.empty() || path.find('\0') != std::string::npos) {
    return unwritable(quote(path), "no file has such a name");
  }
  // What a symbolic link points to is replaced, not the link.
  std::error_code unresolved;
  std::string target = std::filesystem::canonical(path, unresolved).string();
  if (unresolved) target = path;

  struct stat info{};
  const bool replaces = ::lstat(target.c_str(), &info) == 0;
  if (replaces) {
    if (S_ISDIR(info.st_mode)) return unwritable(path, "it is a directory; name a file");
    if (!replace) return exists_already(path);
    if (!S_ISREG(info.st_mode)) {
      return unwritable(path, "it is no regular file; export to - and redirect");
    }
  }
  std::string temporary = target + ".XXXXXX";
  const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return unwritable(path, std::strerror(errno));
  NewFile file(fd, target, temporary, replace);
  // What was private stays private.
  if (::fchmod(fd, replaces ? info.st_mode & 0777 : usual_mode()) != 0)
    return unwritable(path, std::strerror(errno));
  return file;
}

NewFile::NewFile(NewFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      replace_(other.replace_) {}

NewFile::~NewFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Status NewFile::commit() {
  if (::fsync(fd_) != 0) return unwritable(path_, std::strerror(errno));
  if (::close(std::exchange(fd_, -1)) != 0) return unwritable(path_, std::strerror(errno));
  if (replace_) {
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
      return unwritable(path_, std::strerror(errno));
    }
    temporary_.clear();
    return {};
  }
  // A link is made only where nothing has the name, in one step; the destructor takes the other
  // name away. Some file systems have no links: there a rename that refuses to replace does it.
  if (::link(temporary_.c_str(), path_.c_str()) == 0) return {};
  if (errno != EEXIST &&
      ::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) == 0) {
    temporary_.clear();
    return {};
  }
  if (errno == EEXIST) return exists_already(path_);
  return unwritable(path_, std::strerror(errno));
}

}  // namespace kv::cli
