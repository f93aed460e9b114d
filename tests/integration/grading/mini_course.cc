#include "tests/integration/grading/mini_course.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

#include "tests/integration/grading/submissions.h"

namespace kv::test {

namespace fs = std::filesystem;

MiniCourse::MiniCourse() {
  fs::create_directories(root_ / "lessons");
  fs::create_directories(root_ / "bin");
  fs::create_directories(root_ / "tests/01-mini");
  fs::copy_file(fs::path(KV_MINI_SOURCE) / "CMakeLists.txt", root_ / "CMakeLists.txt");
  fs::copy_file(fs::path(KV_MINI_BINARY) / "CMakePresets.json", root_ / "CMakePresets.json");
  std::string lab = read_text(fs::path(KV_MINI_SOURCE) / "lab.toml");
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  lab.replace(lab.find("time_limit_s = 3"), 16, "time_limit_s = 1");  // kvcourse gives 5 times that
#endif
  write_text(root_ / "tests/01-mini/lab.toml", lab);
  fs::create_symlink(KV_COMPILER, compiler());
  write_text(root_ / "solutions/01-mini/answer.cc", right_answer());
  submit(untouched_skeleton());
}

void MiniCourse::submit(const std::string& source) const { write_text(lab_file(), source); }

course::Outcome MiniCourse::kvcourse(std::vector<std::string> arguments,
                                     const std::string& path) const {
  arguments.insert(arguments.begin(), KV_PROGRAM);
  arguments.push_back("--root=" + root_.string());
  course::Command command{.arguments = std::move(arguments)};
  if (!path.empty()) command.environment["PATH"] = path;
  Result<course::Outcome> outcome = course::run(command);
  if (!outcome) throw std::runtime_error(outcome.error().message());
  outcome->output.insert(0, outcome->errors);  // the score stays the last line
  return std::move(*outcome);
}

std::vector<std::string> MiniCourse::still_running() const {
  std::vector<std::string> running;
  std::error_code error;
  for (const fs::directory_entry& process : fs::directory_iterator("/proc", error)) {
    const fs::path program = fs::read_symlink(process.path() / "exe", error);
    if (!error && program.string().starts_with(root_.string()))
      running.push_back(process.path().filename().string() + " " + program.string());
  }
  return running;
}

void write_text(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) throw std::runtime_error(file.string() + " cannot be written");
}

std::string read_text(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace kv::test
