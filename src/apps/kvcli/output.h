#pragma once

// Where answers go: rows of named columns, as plain text, JSON or CSV, written to a file descriptor
// through a buffer.
//
// *Thread safety*: one thread at a time. *Ownership*: borrows the descriptor.
// *Errors*: `io_error`, sticky: once a write has failed, nothing more is written and every call
// gives the first error.

#include <cstdint>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "apps/kvcli/outcome.h"
#include "base/result.h"

namespace kv::cli {

enum class Format : unsigned char { plain, json, csv };

// "plain", "json" or "csv". Errors: `invalid_argument`, listing them.
Result<Format> output_format(std::string_view name);

// What a column holds: bytes, a number, yes and no, or a figure that need not be whole: then it has
// two decimals.
using Cell = std::variant<std::string_view, std::uint64_t, bool, double>;

struct Columns {
  std::span<const std::string_view> names;
  std::size_t first_plain = 0;  // plain output leaves out the columns before it
};

// "12", or "1.25" where it is not whole.  Requires: 0 or more.
std::string figure_text(double figure);

// One row, its line end included. As many cells as columns.
std::string row_text(Format format, const Columns& columns, std::span<const Cell> cells);

// The line above the rows; empty but for CSV.
std::string heading_text(Format format, const Columns& columns);

class Output {
 public:
  // `name` is what errors call it: "standard output", or a file.
  Output(int fd, std::string name);
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  Status write(std::string_view text);
  Status flush();

  // How many characters fit on a line: as many as the terminal says; 80 where it says nothing.
  std::size_t line_width() const;

  // Whether the error is that nobody reads the other end of the pipe any more.
  bool reader_gone() const { return reader_gone_; }

 private:
  Status fail(int error_number);

  const int fd_;
  const std::string name_;
  const std::size_t enough_bytes_;  // what is collected before it is written
  std::string buffer_;
  std::optional<Error> error_;
  bool reader_gone_ = false;
};

// The outcome that a failed write stands for.
Outcome output_error(const Output& output, const Error& error);

// Puts a complaint, or the conversation's own lines, on standard error or output. If that fails,
// there is nobody left to tell.
void say(std::FILE* stream, std::string_view text);

}  // namespace kv::cli
