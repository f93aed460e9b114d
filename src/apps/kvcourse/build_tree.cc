#include "apps/kvcourse/build_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "apps/kvcourse/files.h"
#include "apps/kvcourse/tool.h"

namespace kv::course {

namespace fs = std::filesystem;

std::vector<std::string> shell_words(std::string_view line) {
  std::vector<std::string> words;
  bool inside = false;  // a word has begun
  char quote = '\0';
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote == '\0' && (c == ' ' || c == '\t' || c == '\n')) {
      inside = false;
      continue;
    }
    if (!inside) words.emplace_back();
    inside = true;
    if (c == quote) {
      quote = '\0';
    } else if (quote == '\0' && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == '\\' && quote != '\'' && i + 1 < line.size()) {
      words.back().push_back(line[++i]);
    } else {
      words.back().push_back(c);
    }
  }
  return words;
}

Result<BuildTree> BuildTree::open(const fs::path& root, const std::string& preset,
                                  const std::vector<std::string>& targets) {
  BuildTree tree(root, root / "build" / preset);
  if (!fs::exists(tree.folder_ / "build.ninja")) {
    auto configured = output_of("cmake", {"cmake", "--preset", preset}, root);
    if (!configured) return failure(std::move(configured));
  }
  std::vector<std::string> build = {"cmake", "--build", tree.folder_.string(),
                                    "-j",    "2",       "--target"};
  build.insert(build.end(), targets.begin(), targets.end());
  auto built = output_of("the build", std::move(build));
  if (!built) return failure(std::move(built));
  tree.find_ccache();
  if (Status read = tree.read_compile_commands(); !read) return failure(std::move(read));
  for (const std::string& target : targets) {
    if (Status read = tree.read_link_command(target); !read) return failure(std::move(read));
  }
  return tree;
}

fs::path BuildTree::program(std::string_view target) const { return folder_ / "bin" / target; }

// The compile commands that CMake writes down lack the compiler's launcher; the cache knows it.
void BuildTree::find_ccache() {
  constexpr std::string_view key = "KV_CCACHE:FILEPATH=";
  const auto cache = read_file(folder_ / "CMakeCache.txt");
  if (!cache) return;
  for (const std::string& line : split_lines(*cache)) {
    if (line.starts_with(key) && !line.ends_with("NOTFOUND")) ccache_ = line.substr(key.size());
  }
}

Status BuildTree::read_compile_commands() {
  const fs::path file = folder_ / "compile_commands.json";
  auto text = read_file(file);
  if (!text) return failure(std::move(text));
  const auto entries = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!entries.is_array()) {
    return failure(Code::io_error, fmt::format("{}: not a list of commands; remove {} and build "
                                               "again",
                                               file.string(), folder_.string()));
  }
  for (const auto& entry : entries) {
    const fs::path source = entry.value("file", "");
    auto words = shell_words(entry.value("command", ""));
    const auto output = std::find(words.begin(), words.end(), "-o");
    if (words.end() - output < 2) continue;
    const std::string name = source.lexically_relative(root_).string();
    objects_.emplace(name, folder_ / *(output + 1));
    compile_commands_.emplace(name, std::move(words));
  }
  return {};
}

Status BuildTree::read_link_command(const std::string& target) {
  auto commands = output_of(
      "ninja", {"ninja", "-C", folder_.string(), "-t", "commands", "-s", "bin/" + target});
  if (!commands) return failure(std::move(commands));
  // ": && g++ ... -o bin/x ... && :"
  const std::vector<std::string> lines = split_lines(trimmed(*commands));
  std::vector<std::string> words = shell_words(lines.empty() ? "" : lines.back());
  if (words.size() > 4 && words[0] == ":" && words[words.size() - 1] == ":") {
    words.erase(words.end() - 2, words.end());
    words.erase(words.begin(), words.begin() + 2);
  }
  if (std::find(words.begin(), words.end(), "-o") == words.end()) {
    return failure(Code::invalid_argument,
                   fmt::format("{} is not a program of the build in {}", target, folder_.string()));
  }
  link_commands_.emplace(target, std::move(words));
  return {};
}

Status BuildTree::compile(const std::string& source, const fs::path& copy, const fs::path& object,
                          const std::vector<std::string>& more) const {
  const auto known = compile_commands_.find(source);
  if (known == compile_commands_.end()) {
    return failure(Code::invalid_argument, fmt::format("{} is not built in {}; is it listed in "
                                                       "the stage's CMakeLists.txt?",
                                                       source, folder_.string()));
  }
  const std::string original = (root_ / source).string();
  std::vector<std::string> compiler;
  if (!ccache_.empty()) compiler.push_back(ccache_);
  for (std::size_t i = 0; i < known->second.size(); ++i) {
    const std::string& word = known->second[i];
    if (i > 0 && known->second[i - 1] == "-o") {
      compiler.push_back(object.string());
    } else {
      compiler.push_back(word == original ? copy.string() : word);
    }
  }
  compiler.push_back("-iquote");
  compiler.push_back((root_ / source).parent_path().string());
  compiler.insert(compiler.end(), more.begin(), more.end());
  std::error_code error;
  fs::create_directories(object.parent_path(), error);
  auto compiled = output_of("the compiler", std::move(compiler), folder_);
  if (compiled) return {};
  // Paths from the root on, like everywhere else.
  std::string message = compiled.error().message();
  const std::string prefix = (root_ / "").string();
  for (auto at = message.find(prefix); at != message.npos; at = message.find(prefix)) {
    message.erase(at, prefix.size());
  }
  return failure(compiled.error().code(), std::move(message));
}

Status BuildTree::link(const std::string& target,
                       const std::map<std::string, fs::path>& object_of_source,
                       const fs::path& program) const {
  const auto known = link_commands_.find(target);
  if (known == link_commands_.end()) {
    return failure(Code::invalid_argument,
                   fmt::format("{} is not a program of the build in {}", target, folder_.string()));
  }
  std::vector<std::string> linker = known->second;
  *(std::find(linker.begin(), linker.end(), "-o") + 1) = program.string();
  for (const auto& [source, object] : object_of_source) {
    const auto built = objects_.find(source);
    const auto place = built == objects_.end()
                           ? linker.end()
                           : std::find(linker.begin(), linker.end(),
                                       built->second.lexically_relative(folder_).string());
    if (place == linker.end()) {
      return failure(Code::invalid_argument,
                     fmt::format("{} is not linked into {}", source, target));
    }
    *place = object.string();
  }
  std::error_code error;
  fs::create_directories(program.parent_path(), error);
  auto linked = output_of("the linker", std::move(linker), folder_);
  if (!linked) return failure(std::move(linked));
  return {};
}

}  // namespace kv::course
