#include "tests/support/temporary_directory.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace kv::test {

TemporaryDirectory::TemporaryDirectory()
    : path_(std::filesystem::temp_directory_path() / "kvdb_test_XXXXXX") {
  if (::mkdtemp(path_.data()) == nullptr) {
    throw std::filesystem::filesystem_error("mkdtemp", path_,
                                            std::error_code(errno, std::generic_category()));
  }
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;  // what stays behind harms no later test
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace kv::test
