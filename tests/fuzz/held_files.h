#pragma once

// A directory that holds just the files that a fuzz target puts there, as views of bytes: for code
// that reads a directory. It can't be changed, costs nothing to make, and has nothing to fail.
//
// *Ownership*: borrows the bytes.

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"

namespace kv::fuzz {

class HeldFile final : public RandomAccessFile {
 public:
  explicit HeldFile(std::string_view bytes) : bytes_(bytes) {}

  Result<std::size_t> read(std::uint64_t offset, std::span<char> into) const override {
    const std::string_view rest = bytes_.substr(std::min<std::size_t>(offset, bytes_.size()));
    const std::size_t count = std::min(rest.size(), into.size());
    if (count > 0) std::memcpy(into.data(), rest.data(), count);
    return count;
  }
  Result<std::uint64_t> size() const override { return bytes_.size(); }

 private:
  const std::string_view bytes_;
};

// The directory is "db".
class HeldFiles final : public FileSystem {
 public:
  // By their paths, "db/000001.log".
  explicit HeldFiles(std::map<std::string, std::string_view, std::less<>> files)
      : files_(std::move(files)) {}

  Result<std::unique_ptr<RandomAccessFile>> open(std::string_view path) const override {
    const auto found = files_.find(path);
    if (found == files_.end()) return failure(Code::io_error, "no such file");
    return std::make_unique<HeldFile>(found->second);
  }
  Result<std::vector<std::string>> list(std::string_view directory) const override {
    std::vector<std::string> names;
    for (const auto& [path, bytes] : files_) names.push_back(path.substr(directory.size() + 1));
    return names;
  }
  Result<bool> exists(std::string_view path) const override { return files_.contains(path); }
  Result<std::uint64_t> file_size(std::string_view path) const override {
    const auto found = files_.find(path);
    if (found == files_.end()) return failure(Code::io_error, "no such file");
    return found->second.size();
  }

  Result<std::unique_ptr<AppendFile>> create(std::string_view) override { return refusal(); }
  Result<std::unique_ptr<AppendFile>> open_append(std::string_view) override { return refusal(); }
  Result<std::unique_ptr<PreallocatedFile>> preallocate(std::string_view, std::uint64_t) override {
    return refusal();
  }
  Result<std::unique_ptr<PreallocatedFile>> open_preallocated(std::string_view) override {
    return refusal();
  }
  Status rename(std::string_view, std::string_view) override { return refusal(); }
  Status unlink(std::string_view) override { return refusal(); }
  Status create_directory(std::string_view) override { return refusal(); }
  Status remove_directory(std::string_view) override { return refusal(); }
  Status sync_directory(std::string_view) override { return refusal(); }
  Result<std::unique_ptr<FileLock>> lock(std::string_view) override { return refusal(); }

 private:
  static std::unexpected<Error> refusal() {
    return failure(Code::invalid_argument, "these files can't be changed");
  }

  const std::map<std::string, std::string_view, std::less<>> files_;
};

}  // namespace kv::fuzz
