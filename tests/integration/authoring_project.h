#pragma once

// A project in a temporary folder, for tests of what kvcourse writes and checks.

#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

#include "apps/kvcourse/files.h"

namespace kv::course {

// Gone with everything in it when the test ends.
class TemporaryProject {
 public:
  TemporaryProject() {
    std::string pattern = (std::filesystem::temp_directory_path() / "authoring-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
      throw std::system_error(errno, std::generic_category(), pattern);
    }
    root_ = pattern;
  }
  TemporaryProject(const TemporaryProject&) = delete;
  TemporaryProject& operator=(const TemporaryProject&) = delete;
  ~TemporaryProject() {
    std::error_code error;
    std::filesystem::remove_all(root_, error);
  }

  const std::filesystem::path& root() const { return root_; }

  void write(const std::string& file, const std::string& text) const {
    if (const Status written = write_file(root_ / file, text); !written) {
      throw std::runtime_error(written.error().text());
    }
  }

  // "(none)" for a file that is not there.
  std::string read(const std::string& file) const {
    return read_file(root_ / file).value_or("(none)");
  }

 private:
  std::filesystem::path root_;
};

}  // namespace kv::course
