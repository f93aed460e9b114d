#pragma once

// Reads a file, or standard input, line by line: scripts, and files to import.
//
// *Thread safety*: one thread at a time. *Ownership*: owns the open file.
// *Errors*: `io_error`, naming the file and what to do; `invalid_argument` for a line longer than
// max_line_bytes; `cancelled` once a stop is requested, also while it waits for a silent pipe.

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kv::cli {

// The largest key and value that stores take by default, with each byte as \xNN.
inline constexpr std::size_t max_line_bytes = std::size_t{260} << 20;

class LineSource {
 public:
  // "-" is standard input.
  static Result<LineSource> open(const std::string& path, std::stop_token stop = {});
  LineSource(LineSource&& other) noexcept;
  LineSource& operator=(LineSource&&) = delete;
  ~LineSource();

  // Sets `line` to the next line, without its line feed; false at the end of the input.
  Result<bool> next(std::string& line);

  // The file's name for messages ("stdin"), and the number of the line last read, from 1 on.
  const std::string& name() const { return name_; }
  std::uint64_t number() const { return number_; }

  std::uint64_t bytes_read() const { return bytes_read_; }
  std::uint64_t size_bytes() const { return size_bytes_; }  // 0: not known

 private:
  LineSource(int fd, std::string name, std::uint64_t size_bytes, std::stop_token stop)
      : fd_(fd), name_(std::move(name)), size_bytes_(size_bytes), stop_(std::move(stop)) {}
  Status wait() const;
  Result<bool> fill();

  int fd_;
  std::string name_;
  std::uint64_t size_bytes_;
  std::stop_token stop_;
  std::uint64_t number_ = 0;
  std::uint64_t bytes_read_ = 0;
  std::string buffer_;
  std::size_t position_ = 0;  // how much of the buffer was handed out
};

}  // namespace kv::cli
