#pragma once

// Runs the real kvcli as a shell does, in an empty folder.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <ostream>
#include <string>
#include <string_view>

#include "tests/support/temporary_directory.h"

namespace kv::test {

struct Ended {
  int code = -1;
  std::string output;
  std::string errors;

  bool operator==(const Ended&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Ended& ended) {
  return out << "code " << ended.code << ", output: " << ended.output
             << ", errors: " << ended.errors;
}

class Kvcli : public testing::Test {
 protected:
  // Runs the words in a shell in an empty folder, where `kvcli` is the program.
  Ended run(std::string_view shell) {
    write(".command", fmt::format("cd '{}'\nkvcli() {{ '{}' \"$@\"; }}\n{}\n", folder_.path(),
                                  KVCLI_PATH, shell));
    const int status = std::system(
        fmt::format("sh '{0}/.command' </dev/null >'{0}/.out' 2>'{0}/.err'", folder_.path())
            .c_str());
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return {code, read(".out"), read(".err")};
  }

  // Runs a script.
  Ended script(std::string_view lines, std::string_view options = "") {
    write("script.kv", lines);
    return run(fmt::format("kvcli {} --file script.kv", options));
  }

  void write(const std::string& name, std::string_view bytes) const {
    std::ofstream(folder_.path() + "/" + name, std::ios::binary) << bytes;
  }

  std::string read(const std::string& name) const {
    std::ifstream file(folder_.path() + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  TemporaryDirectory folder_;
};

}  // namespace kv::test
