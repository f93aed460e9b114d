#include "persistence/wal.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/file_system.h"
#include "persistence/file_header.h"
#include "storage/internal_key.h"

namespace kv {
namespace {

constexpr FileKind file_kind = {log_layout::magic, log_layout::version, "a log",
                                "`kvcli salvage` saves what can still be read"};
static_assert(log_layout::header_bytes == file_header_bytes);

}  // namespace

std::size_t used_bytes(std::string_view file) {
  constexpr std::size_t step = 64;
  static constexpr std::array<char, step> zeros{};
  std::size_t end = file.size();
  while (end >= step && std::memcmp(file.data() + end - step, zeros.data(), step) == 0) end -= step;
  return file.substr(0, end).find_last_not_of('\0') + 1;  // none: npos + 1 is 0
}

std::string encode_log_header(const LogHeader& header) {
  return encode_file_header(file_kind, {header.unsynced, header.number, header.first});
}

Result<LogHeader> decode_log_header(std::string_view file, std::string_view path) {
  const Result<FileHeader> header = decode_file_header(file, file_kind, path);
  if (!header) return failure(header.error());
  if (header->second == 0 || header->second > max_sequence) return damaged_header(file_kind, path);
  return LogHeader{.number = header->first, .first = header->second, .unsynced = header->small};
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
  return join(directory, numbered_name(number, log_suffix));
}

std::optional<LogNumber> log_number(std::string_view name) { return number_in(name, log_suffix); }

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
