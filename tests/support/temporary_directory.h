#pragma once

// A fresh, empty directory of the operating system, removed with all it holds at the end.
//
// *Thread safety*: a value. *Errors*: throws std::filesystem::filesystem_error, and ends the test.

#include <string>

namespace kv::test {

class TemporaryDirectory {
 public:
  TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace kv::test
