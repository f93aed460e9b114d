// The second half of `make demo` (.ci/demo): types a session into the real prompt, lets the user
// watch, and checks what appears.
//
//   demo_terminal KVCLI PROJECT FOLDER
//
// The entries are the project's own source lines: "src/kv/store.h:0042" -> the line. They are
// written to FOLDER, and the two numbers of checks, passed and failed, to FOLDER/checks.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "apps/kvcli/formats.h"
#include "apps/kvcli/words.h"
#include "base/quote.h"
#include "tests/integration/kvcli_terminal.h"

namespace kv::test {
namespace {

using Lines = std::map<std::string, std::string>;

// Every line of the project's own C++ files.
Lines source_lines(const std::filesystem::path& project) {
  Lines lines;
  for (const std::string_view folder : {"src", "tests"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(project / folder)) {
      const auto extension = entry.path().extension();
      if (extension != ".h" && extension != ".cc") continue;
      const std::string name = std::filesystem::relative(entry.path(), project).string();
      std::ifstream file(entry.path());
      std::string line;
      for (int number = 1; std::getline(file, line); ++number) {
        lines.emplace(fmt::format("{}:{:04}", name, number), line);
      }
    }
  }
  return lines;
}

std::size_t count_with_prefix(const Lines& lines, std::string_view prefix) {
  return static_cast<std::size_t>(std::ranges::count_if(
      lines, [&](const auto& line) { return line.first.starts_with(prefix); }));
}

class Demo {
 public:
  Demo(const std::string& kvcli, const std::string& folder) : terminal_(settings(kvcli, folder)) {
    check(terminal_.wait_for("map> "), "the prompt appears");
  }

  // Types a line, and checks that this is on the screen before the next prompt.
  void enter(std::string_view line, std::string_view expected, std::string_view prompt = "map> ") {
    terminal_.type(line);
    terminal_.type("\r");
    const bool answered = terminal_.wait_for("\n") && terminal_.wait_for(prompt);
    const bool right = answered && terminal_.said().find(expected) != std::string::npos;
    check(right, fmt::format("{} -> {}", printable(line), printable(expected)));
  }

  // What a person says about it: a comment is a line like any other.
  void say(std::string_view text, std::string_view prompt = "map> ") {
    terminal_.type(fmt::format("# {}\r", text));
    check(terminal_.wait_for("\n") && terminal_.wait_for(prompt), text);
  }

  void interrupt_scan() {
    terminal_.type("scan\r");
    check(terminal_.wait_for(":0010\t"), "the scan has begun");
    terminal_.type("\x03");
    // At the start of a line: this file is among what the scan prints.
    check(terminal_.wait_for("\nscan, after "), "Ctrl-C stops the scan");
    check(terminal_.wait_for("map> "), "and not the program");
  }

  void leave() {
    terminal_.type("\x04");
    check(terminal_.wait_for_end() == 0, "Ctrl-D ends the session with code 0");
    if (!watched()) fmt::print("{}", terminal_.screen());
    for (const std::string& what : failures_) fmt::print("FAILED: {}\n", what);
  }

  int passed() const { return passed_; }
  int failed() const { return static_cast<int>(failures_.size()); }

 private:
  static bool watched() { return ::isatty(STDOUT_FILENO) == 1; }

  static Terminal::Settings settings(const std::string& kvcli, const std::string& folder) {
    Terminal::Settings settings{.command = {kvcli},
                                .environment = {{"XDG_STATE_HOME", folder},
                                                {"HOME", folder},
                                                {"TERM", "xterm"},
                                                {"LC_ALL", "C.UTF-8"}},
                                .time_limit = std::chrono::seconds(120),
                                .echo = {}};
    // A log gets the text alone, at the end.
    if (watched()) {
      settings.echo = [](std::string_view bytes) {
        fmt::print("{}", bytes);
        std::fflush(stdout);
      };
    }
    return settings;
  }

  void check(bool right, std::string_view what) {
    if (right) {
      ++passed_;
    } else {
      failures_.emplace_back(what);
    }
  }

  Terminal terminal_;
  int passed_ = 0;
  std::vector<std::string> failures_;
};

void play(Demo& demo, const Lines& lines, const std::string& file) {
  const auto& [key, text] = *lines.find("src/kv/store.h:0003");
  const std::size_t in_kv = count_with_prefix(lines, "src/kv/");

  demo.say("Every line of this project's C++ files: file and line number -> text.");
  demo.enter(fmt::format("import {}", file), fmt::format("imported {} entries\n", lines.size()));
  demo.enter(fmt::format("get {}", key), fmt::format("{}\n", escape(text)));
  demo.enter("count --prefix src/kv/", fmt::format("{}\n", in_kv));
  demo.enter("scan --prefix src/kv/store.h: --limit 3", "src/kv/store.h:0003\t");
  demo.enter(fmt::format("scan {} --limit 1 --output json", key),
             fmt::format("{{\"key\":\"{}\",", key));

  demo.say("Any bytes: a zero, a byte that is not UTF-8.");
  demo.enter("put \"\\x00 \\xff\" größe", "ok\n");
  demo.enter("scan --limit 1", "\\x00 \\xff\tgröße\n");
  demo.enter("scan --limit 1 --output json", "{\"base64\":\"ACD/\"}");

  demo.say("A snapshot keeps what was.");
  demo.enter("put stock 7", "ok\n");
  demo.enter("snapshot take morning", "ok\n");
  demo.enter("put stock 6", "ok\n");
  demo.enter("snapshot use morning", "ok\n", "map@morning> ");
  demo.enter("get stock", "7\n", "map@morning> ");
  demo.enter("snapshot leave", "ok\n");
  demo.enter("get stock", "6\n");

  demo.say("A batch is done whole or not at all. Somebody was faster here:");
  demo.enter("batch", "", "map batch(0)> ");
  demo.enter("require stock 7", "", "map batch(1)> ");
  demo.enter("put stock 5", "", "map batch(2)> ");
  demo.enter("commit", "commit: ");
  demo.enter("get stock", "6\n");

  demo.say("Tab completes, arrow up brings back, mistakes are explained.");
  demo.enter("cou\t--pre\tsrc/kv/", fmt::format("{}\n", in_kv));
  demo.enter("\x1b[A", fmt::format("{}\n", in_kv));
  demo.enter("gte stock", "did you mean get?");
  demo.enter("help get", "get KEY: print the key's value");

  demo.say("Ctrl-C stops a long scan.");
  demo.interrupt_scan();
  demo.leave();
}

int run(const std::string& kvcli, const std::string& project, const std::string& folder) {
  const Lines lines = source_lines(project);
  const std::string file = folder + "/lines.json";
  std::ofstream out(file, std::ios::binary);
  for (const auto& [key, line] : lines) out << cli::json_line(key, line);
  out.close();
  if (!out || !lines.contains("src/kv/store.h:0003")) {
    fmt::print(stderr, "demo_terminal: {} does not hold the project, or {} cannot be written\n",
               project, file);
    return 1;
  }
  Demo demo(kvcli, folder);
  play(demo, lines, file);
  std::ofstream(folder + "/checks") << demo.passed() << ' ' << demo.failed() << '\n';
  return demo.failed() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace kv::test

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "usage: demo_terminal KVCLI PROJECT FOLDER\n");
    return 2;
  }
  return kv::test::run(argv[1], argv[2], argv[3]);
}
