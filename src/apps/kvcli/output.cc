#include "apps/kvcli/output.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "apps/kvcli/formats.h"
#include "apps/kvcli/words.h"

namespace kv::cli {
namespace {

std::string cell_text(Format format, const Cell& cell) {
  if (const auto* number = std::get_if<std::uint64_t>(&cell)) return std::to_string(*number);
  if (const auto* yes = std::get_if<bool>(&cell)) return *yes ? "true" : "false";
  if (const auto* figure = std::get_if<double>(&cell)) return figure_text(*figure);
  const auto bytes = std::get<std::string_view>(cell);
  switch (format) {
    case Format::json: return json_value(bytes);
    case Format::csv: return csv_field(bytes);
    case Format::plain: break;
  }
  return escape(bytes);
}

}  // namespace

Result<Format> output_format(std::string_view name) {
  if (name == "plain") return Format::plain;
  if (name == "json") return Format::json;
  if (name == "csv") return Format::csv;
  return failure(
      Code::invalid_argument,
      fmt::format("no output is called {}; there are plain, json and csv", abbreviated(name)));
}

std::string figure_text(double figure) {
  return figure == std::floor(figure) ? fmt::format("{:.0f}", figure)
                                      : fmt::format("{:.2f}", figure);
}

std::string row_text(Format format, const Columns& columns, std::span<const Cell> cells) {
  assert(cells.size() == columns.names.size());
  const bool json = format == Format::json;
  const std::size_t first = format == Format::plain ? columns.first_plain : 0;
  const char separator = format == Format::plain ? '\t' : ',';
  std::string line;
  for (std::size_t i = first; i < cells.size(); ++i) {
    if (i > first) line.push_back(separator);
    if (json) line += json_value(columns.names[i]) + ':';
    line += cell_text(format, cells[i]);
  }
  if (json) return '{' + line + "}\n";
  return line + (format == Format::csv ? "\r\n" : "\n");
}

std::string heading_text(Format format, const Columns& columns) {
  if (format != Format::csv) return {};
  std::string line;
  for (const std::string_view name : columns.names) {
    if (!line.empty()) line.push_back(',');
    line += name;
  }
  return line + "\r\n";
}

// Who watches shall see it early; a file shall be written fast.
Output::Output(int fd, std::string name)
    : fd_(fd), name_(std::move(name)), enough_bytes_(::isatty(fd) == 1 ? 1 << 10 : 64 << 10) {}

Status Output::write(std::string_view text) {
  if (error_) return failure(*error_);
  buffer_.append(text);
  return buffer_.size() < enough_bytes_ ? Status() : flush();
}

Status Output::flush() {
  if (error_) return failure(*error_);
  for (std::string_view rest = buffer_; !rest.empty();) {
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(errno);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
  return {};
}

std::size_t Output::line_width() const {
  constexpr std::size_t usual = 80;
  winsize size{};
  return ::ioctl(fd_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

Status Output::fail(int error_number) {
  reader_gone_ = error_number == EPIPE;
  error_ = Error(Code::io_error,
                 fmt::format("cannot write {}: {}", printable(name_), std::strerror(error_number)));
  buffer_.clear();
  return failure(*error_);
}

Outcome output_error(const Output& output, const Error& error) {
  // `kvcli scan | head` is no mistake of anyone: end, and say nothing.
  if (output.reader_gone()) return {Exit::io, {}, true};
  return io_error(error.message());
}

void say(std::FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

}  // namespace kv::cli
