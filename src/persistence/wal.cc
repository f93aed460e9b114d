#include "persistence/wal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/checksum.h"
#include "base/coding.h"
#include "base/file_system.h"
#include "base/quote.h"
#include "storage/internal_key.h"

namespace kv {
namespace {

constexpr std::string_view suffix = ".log";
constexpr std::size_t summed_bytes = log_layout::header_bytes - sizeof(std::uint64_t);

}  // namespace

std::size_t used_bytes(std::string_view file) {
  constexpr std::size_t step = 64;
  static constexpr std::array<char, step> zeros{};
  std::size_t end = file.size();
  while (end >= step && std::memcmp(file.data() + end - step, zeros.data(), step) == 0) end -= step;
  return file.substr(0, end).find_last_not_of('\0') + 1;  // none: npos + 1 is 0
}

std::string encode_log_header(const LogHeader& header) {
  std::string out(log_layout::magic);
  append_fixed32(out, log_layout::version);
  append_fixed32(out, header.unsynced);
  append_fixed64(out, header.number);
  append_fixed64(out, header.first);
  append_fixed64(out, checksum(out));
  return out;
}

Result<LogHeader> decode_log_header(std::string_view file, std::string_view path) {
  std::string_view rest = file.substr(0, log_layout::header_bytes);
  if (rest.size() < log_layout::header_bytes || !rest.starts_with(log_layout::magic)) {
    return failure(Code::corruption,
                   fmt::format("{} does not begin with a log's header; its first {} bytes are lost",
                               quote(path), log_layout::header_bytes));
  }
  const std::uint64_t expected = checksum(rest.substr(0, summed_bytes));
  rest.remove_prefix(log_layout::magic.size());
  std::uint32_t version = 0;
  LogHeader header{};
  std::uint64_t sum = 0;
  const bool whole = take_fixed32(rest, version) && take_fixed32(rest, header.unsynced) &&
                     take_fixed64(rest, header.number) && take_fixed64(rest, header.first) &&
                     take_fixed64(rest, sum);
  if (!whole || sum != expected || header.first == 0 || header.first > max_sequence) {
    return failure(Code::corruption, fmt::format("the header of {}, offset 0, is damaged: its "
                                                 "checksum is not that of its bytes",
                                                 quote(path)));
  }
  if (version != log_layout::version) {
    return failure(Code::invalid_argument,
                   fmt::format("{} has format version {}, and this program reads {}; open it with "
                               "the version of kvdb that wrote it",
                               quote(path), version, log_layout::version));
  }
  return header;
}

Result<LogHeader> read_log_header(const FileSystem& files, std::string_view directory,
                                  LogNumber number) {
  const std::string path = log_path(directory, number);
  const auto file = files.open(path);
  if (!file) return failure(file.error());
  std::array<char, log_layout::header_bytes> bytes;
  const Result<std::size_t> read = (*file)->read(0, bytes);
  if (!read) return failure(read.error());
  return decode_log_header({bytes.data(), *read}, path);
}

std::string log_path(std::string_view directory, LogNumber number) {
  return join(directory, numbered_name(number, suffix));
}

std::optional<LogNumber> log_number(std::string_view name) { return number_in(name, suffix); }

Result<std::vector<LogNumber>> logs_in(const FileSystem& files, std::string_view directory) {
  Result<std::vector<std::string>> names = files.list(directory);
  if (!names) return failure(std::move(names));
  std::vector<LogNumber> numbers;
  for (const std::string& name : *names) {
    if (const auto number = log_number(name)) numbers.push_back(*number);
  }
  std::ranges::sort(numbers);
  return numbers;
}

}  // namespace kv
