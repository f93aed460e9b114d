#include "apps/kvcourse/pipes.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace kv::course {

void Fd::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<Pipe> make_pipe() {
  constexpr int first_fd = 10;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return failure(Code::io_error, std::string("no pipe: ") + std::strerror(errno));
  const Fd low_read(ends[0]);
  const Fd low_write(ends[1]);
  Pipe pipe{Fd(::fcntl(ends[0], F_DUPFD_CLOEXEC, first_fd)),
            Fd(::fcntl(ends[1], F_DUPFD_CLOEXEC, first_fd))};
  if (!pipe.read.open() || !pipe.write.open())
    return failure(Code::io_error, std::string("no pipe: ") + std::strerror(errno));
  return pipe;
}

}  // namespace kv::course
