#pragma once

// File descriptors that close themselves, and pipes made of them.
//
// *Ownership*: an Fd owns its descriptor. *Thread safety*: values like any other.

#include <utility>

#include "base/result.h"

namespace kv::course {

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() { reset(); }

  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  void reset();

 private:
  int fd_;
};

// Both ends are closed on exec, and numbered from 10 up, so that they never stand where a child
// wants its standard streams.
struct Pipe {
  Fd read;
  Fd write;
};

// Errors: `io_error`, when there are too many open files.
Result<Pipe> make_pipe();

}  // namespace kv::course
