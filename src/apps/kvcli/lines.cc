#include "apps/kvcli/lines.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "apps/kvcli/words.h"

namespace kv::cli {
namespace {

std::unexpected<Error> unreadable(std::string_view name, std::string_view why) {
  return failure(Code::io_error, fmt::format("cannot read {}: {}", printable(name), why));
}

}  // namespace

Result<LineSource> LineSource::open(const std::string& path, std::stop_token stop) {
  const bool standard_input = path == "-";
  const std::string name = standard_input ? "stdin" : path;
  if (path.empty() || path.find('\0') != std::string::npos) {
    return unreadable(quote(path), "no file has such a name");
  }
  // Without O_NONBLOCK, opening a named pipe would wait for its writer, deaf to a stop.
  const int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC;
  const int fd = standard_input ? STDIN_FILENO : ::open(path.c_str(), flags);
  if (fd < 0) return unreadable(name, std::strerror(errno));

  struct stat info{};
  const bool known = ::fstat(fd, &info) == 0;
  LineSource source(fd, name,
                    known && S_ISREG(info.st_mode) ? static_cast<std::uint64_t>(info.st_size) : 0,
                    std::move(stop));
  if (known && S_ISDIR(info.st_mode)) return unreadable(name, "it is a directory; name a file");
  return source;
}

LineSource::LineSource(LineSource&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      name_(std::move(other.name_)),
      size_bytes_(other.size_bytes_),
      stop_(std::move(other.stop_)),
      number_(other.number_),
      bytes_read_(other.bytes_read_),
      buffer_(std::move(other.buffer_)),
      position_(other.position_) {}

LineSource::~LineSource() {
  if (fd_ > STDIN_FILENO) ::close(fd_);
}

// Until there is something to read, or the end.
Status LineSource::wait() const {
  constexpr int patience_ms = 100;
  pollfd input{.fd = fd_, .events = POLLIN, .revents = 0};
  for (;;) {
    if (stop_.stop_requested()) return failure(Code::cancelled, "interrupted");
    const int ready = ::poll(&input, 1, stop_.stop_possible() ? patience_ms : -1);
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return unreadable(name_, std::strerror(errno));
  }
}

// Puts more input behind what was not handed out yet; false at the end of the input.
Result<bool> LineSource::fill() {
  constexpr std::size_t chunk_bytes = std::size_t{64} << 10;
  buffer_.erase(0, std::exchange(position_, 0));
  const std::size_t kept = buffer_.size();
  buffer_.resize(kept + chunk_bytes);
  ssize_t got = -1;
  do {
    if (Status ready = wait(); !ready) {
      buffer_.resize(kept);
      return failure(std::move(ready));
    }
    got = ::read(fd_, buffer_.data() + kept, chunk_bytes);
  } while (got < 0 && (errno == EINTR || errno == EAGAIN));
  buffer_.resize(kept + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  if (got < 0) return unreadable(name_, std::strerror(errno));
  return got > 0;
}

Result<bool> LineSource::next(std::string& line) {
  std::size_t searched = 0;  // how far behind position_ there is no line feed
  for (;;) {
    const std::size_t found = buffer_.find('\n', position_ + searched);
    if (found != std::string::npos) {
      line.assign(buffer_, position_, found - position_);
      bytes_read_ += line.size() + 1;
      position_ = found + 1;
      break;
    }
    searched = buffer_.size() - position_;
    if (searched > max_line_bytes) {
      ++number_;
      return failure(Code::invalid_argument,
                     fmt::format("the line is longer than {} MiB; is this a text file?",
                                 max_line_bytes >> 20));
    }
    Result<bool> more = fill();
    if (!more) return more;
    if (!*more) {
      if (buffer_.empty()) return false;
      line = std::exchange(buffer_, {});
      bytes_read_ += line.size();
      break;
    }
  }
  // Some programs begin a text with U+FEFF to say that it is UTF-8.
  if (++number_ == 1 && line.starts_with("\xef\xbb\xbf")) line.erase(0, 3);
  return true;
}

}  // namespace kv::cli
