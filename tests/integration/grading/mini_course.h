#pragma once

// The mini course in a temporary folder, and kvcourse run on it.
//
// *Ownership*: the folder goes with the object. *Thread safety*: one thread.

#include <filesystem>
#include <string>
#include <vector>

#include "apps/kvcourse/process.h"
#include "tests/support/temporary_directory.h"

namespace kv::test {

class MiniCourse {
 public:
  MiniCourse();

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path lab_file() const { return root_ / "labs/01-mini/answer.cc"; }
  std::filesystem::path compiler() const { return root_ / "bin/compiler"; }

  // Puts the source in the place of the student's.
  void submit(const std::string& source) const;

  // kvcourse with these arguments. Everything it printed, to both streams, is in `output`.
  course::Outcome kvcourse(std::vector<std::string> arguments, const std::string& path = "") const;

  // The processes that run a program of this course.
  std::vector<std::string> still_running() const;

 private:
  const TemporaryDirectory directory_;
  const std::filesystem::path root_ = directory_.path();
};

void write_text(const std::filesystem::path& file, const std::string& text);
std::string read_text(const std::filesystem::path& file);

}  // namespace kv::test
