#include "apps/kvcourse/files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

namespace kv::course {

namespace fs = std::filesystem;

Result<std::string> read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  // An empty file would set the stream's failure flag, so that case goes first.
  if (!in || (in.peek() != std::ifstream::traits_type::eof() && !(text << in.rdbuf()))) {
    return failure(Code::io_error, fmt::format("{}: cannot be read: {}", file.string(),
                                               std::generic_category().message(errno)));
  }
  return std::move(text).str();
}

Status write_file(const fs::path& file, std::string_view text) {
  const auto refused = [&](const std::string& why) {
    return failure(Code::io_error, fmt::format("{}: cannot be written: {}", file.string(), why));
  };
  std::error_code error;
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), error);
  if (error) return refused(error.message());
  const fs::path beside =
      file.parent_path() / fmt::format(".{}.{}", file.filename().string(), ::getpid());
  std::ofstream out(beside, std::ios::binary | std::ios::trunc);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  if (!out) {
    const std::string why = std::generic_category().message(errno);
    fs::remove(beside, error);
    return refused(why);
  }
  fs::rename(beside, file, error);
  if (error) return refused(error.message());
  return {};
}

Result<bool> write_if_changed(const fs::path& file, std::string_view text) {
  if (const auto old = read_file(file); old && *old == text) return false;
  if (Status written = write_file(file, text); !written) return failure(std::move(written));
  return true;
}

Result<std::vector<std::string>> list_files(const fs::path& folder) {
  std::vector<std::string> files;
  std::error_code error;
  if (!fs::exists(folder, error)) return files;
  fs::recursive_directory_iterator it(folder, error);
  for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.starts_with('.') || name.ends_with('~')) {
      if (it->is_directory(error)) it.disable_recursion_pending();
      continue;
    }
    if (it->is_regular_file(error)) files.push_back(it->path().lexically_relative(folder).string());
  }
  if (error) {
    return failure(Code::io_error,
                   fmt::format("{}: cannot be listed: {}", folder.string(), error.message()));
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

}  // namespace kv::course
