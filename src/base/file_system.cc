#include "base/file_system.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>

namespace kv {
namespace {

// Makes the file, with its content durable; its name is not.
Result<std::uint64_t> write_whole(FileSystem& files, const std::string& path,
                                  const FillFile& fill) {
  auto file = files.create(path);
  if (!file) return failure(std::move(file));
  Status done = fill(**file);
  if (done) done = (*file)->sync();
  if (!done) return failure(std::move(done));
  return (*file)->size();
}

}  // namespace

Result<std::size_t> SequentialFile::read(std::span<char> into) {
  Result<std::size_t> count = file_->read(offset_, into);
  if (count) offset_ += *count;
  return count;
}

Result<std::string> read_file(const FileSystem& files, std::string_view path) {
  Result<std::unique_ptr<RandomAccessFile>> file = files.open(path);
  if (!file) return failure(std::move(file));
  const Result<std::uint64_t> size = (*file)->size();
  if (!size) return failure(size.error());
  std::string content(*size, '\0');
  const Result<std::size_t> count = (*file)->read(0, content);
  if (!count) return failure(count.error());
  content.resize(*count);
  return content;
}

Result<std::uint64_t> replace_file(FileSystem& files, std::string_view path, const FillFile& fill,
                                   const SyncNames& sync_names) {
  const std::string unfinished = fmt::format("{}{}", path, unfinished_suffix);
  const Result<bool> left = files.exists(unfinished);
  if (!left) return failure(left.error());
  if (*left) {
    if (Status removed = files.unlink(unfinished); !removed) return failure(std::move(removed));
  }
  Result<std::uint64_t> bytes = write_whole(files, unfinished, fill);
  Status done = bytes ? files.rename(unfinished, path) : failure(bytes.error());
  if (!done) {
    static_cast<void>(files.unlink(unfinished));  // its room may be what is missing
    return failure(std::move(done));
  }
  done = sync_names ? sync_names() : files.sync_directory(directory_of(path));
  if (!done) return failure(std::move(done));
  return bytes;
}

std::string_view directory_of(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  path = path.substr(0, slash);
  while (path.ends_with('/')) path.remove_suffix(1);
  return path.empty() ? "/" : path;
}

std::string join(std::string_view directory, std::string_view name) {
  return fmt::format("{}{}{}", directory, directory.ends_with('/') ? "" : "/", name);
}

std::string numbered_name(std::uint64_t number, std::string_view suffix) {
  return fmt::format("{:06}{}", number, suffix);
}

std::optional<std::uint64_t> number_in(std::string_view name, std::string_view suffix) {
  constexpr std::uint64_t last = std::numeric_limits<std::uint64_t>::max() - 1;
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || number == 0 || number > last) return std::nullopt;
  // Only the name that numbered_name gives: else two names would mean one file.
  if (numbered_name(number, suffix) != name) return std::nullopt;
  return number;
}

}  // namespace kv
