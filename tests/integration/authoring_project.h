#pragma once

// A project in a temporary folder, for tests of what kvcourse writes and checks.

#include <filesystem>
#include <stdexcept>
#include <string>

#include "apps/kvcourse/files.h"
#include "tests/support/temporary_directory.h"

namespace kv::course {

// Gone with everything in it when the test ends.
class TemporaryProject {
 public:
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
  const test::TemporaryDirectory directory_;
  const std::filesystem::path root_ = directory_.path();
};

}  // namespace kv::course
