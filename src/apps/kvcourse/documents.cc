#include "apps/kvcourse/documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include "apps/kvcourse/files.h"

namespace kv::course {

namespace fs = std::filesystem;

namespace {

bool is_fence(std::string_view line) {
  return trimmed(line).starts_with("```") || trimmed(line).starts_with("~~~");
}

// The words of a text, as a shell would part them if it knew no quotes.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

bool has_placeholder(std::string_view path) {
  if (path.find_first_of("*<>{}$|,…") != std::string_view::npos) return true;
  if (path.find("...") != std::string_view::npos) return true;
  // NN-name, labs/N: a capital N that stands for a number.
  for (std::size_t at = path.find('N'); at != std::string_view::npos; at = path.find('N', at + 1)) {
    const auto letter = [&](std::size_t i) {
      return i < path.size() && std::isalpha(static_cast<unsigned char>(path[i])) != 0;
    };
    const std::size_t behind = at + 1 < path.size() && path[at + 1] == 'N' ? at + 2 : at + 1;
    if ((at == 0 || !letter(at - 1)) && !letter(behind)) return true;
  }
  return false;
}

bool looks_like_path(std::string_view text) {
  constexpr std::array endings = {".h",  ".cc",  ".md",  ".toml", ".txt", ".cmake",
                                  ".sh", ".svg", ".png", ".json", ".yml", ".csv"};
  constexpr std::array folders = {"lessons/", "labs/", "solutions/", "tests/", "src/",
                                  "bench/",   "docs/", ".ci/",       ".cmake/"};
  if (text.find('/') == std::string_view::npos || text.starts_with('/') ||
      text.find("://") != std::string_view::npos || text.starts_with("build/")) {
    return false;
  }
  return std::any_of(endings.begin(), endings.end(),
                     [&](const char* ending) { return text.ends_with(ending); }) ||
         std::any_of(folders.begin(), folders.end(),
                     [&](const char* folder) { return text.starts_with(folder); });
}

class DocumentCheck {
 public:
  DocumentCheck(const fs::path& root, const std::string& document, std::string_view markdown,
                const std::set<std::string>& targets)
      : root_(root), document_(document), markdown_(markdown), targets_(targets) {}

  Findings check() {
    bool fenced = false;
    for (const std::string& line : split_lines(markdown_)) {
      ++line_;
      if (is_fence(line)) {
        fenced = !fenced;
      } else if (fenced) {
        std::string_view command = trimmed(line);
        if (command.starts_with("$ ")) command.remove_prefix(2);
        check_command(command.substr(0, command.find(" #")));
      } else {
        check_prose(line);
      }
    }
    return std::move(findings_);
  }

 private:
  void report(std::string what) { findings_.push_back({document_, line_, std::move(what)}); }

  // Code spans and links, from left to right.
  void check_prose(std::string_view line) {
    for (std::size_t at = 0; at < line.size();) {
      if (line[at] == '`') {
        const std::size_t end = line.find('`', at + 1);
        if (end == std::string_view::npos) return;
        if (!is_text_of_outside_link(line, end)) check_code(line.substr(at + 1, end - at - 1));
        at = end + 1;
      } else if (line.substr(at).starts_with("](")) {
        const std::size_t end = line.find(')', at);
        if (end == std::string_view::npos) return;
        check_link(line.substr(at + 2, end - at - 2));
        at = end + 1;
      } else {
        ++at;
      }
    }
  }

  // [`db/skiplist.h`](https://...): another project's file.
  static bool is_text_of_outside_link(std::string_view line, std::size_t end_of_code) {
    const std::string_view rest = line.substr(end_of_code + 1);
    const std::size_t close = rest.find("](");
    return close != std::string_view::npos && rest.find('[') > close &&
           rest.substr(close + 2).starts_with("http");
  }

  void check_code(std::string_view code) {
    const auto words = words_of(code);
    if (words.size() == 1) check_path(words[0]);
    check_command(code);
  }

  void check_path(std::string_view path) {
    path = path.substr(0, path.find_first_of(":#"));  // file.cc:12
    if (!looks_like_path(path) || has_placeholder(path)) return;
    const fs::path folder = fs::path(document_).parent_path();
    for (const fs::path& from : {root_, root_ / "src", root_ / folder}) {
      if (fs::exists(from / path)) return;
    }
    report(fmt::format("names `{}`, which is not in the tree: correct the path or add the file",
                       path));
  }

  void check_link(std::string_view target) {
    target = target.substr(0, target.find(' '));  // [text](target "title")
    if (target.find("://") != std::string_view::npos || target.starts_with("mailto:")) return;
    const std::size_t hash = std::min(target.find('#'), target.size());
    const std::string_view path = target.substr(0, hash);
    const fs::path file = root_ / fs::path(document_).parent_path() / path;
    if (!fs::exists(file)) {
      return report(fmt::format(
          "links to {}, which is not there: links are relative to the document's folder", path));
    }
    if (hash == target.size() || !(path.empty() || fs::is_regular_file(file))) return;
    const auto text = path.empty() ? Result<std::string>(std::string(markdown_)) : read_file(file);
    if (text && !anchors_of(*text).contains(std::string(target.substr(hash + 1)))) {
      report(fmt::format("links to {}, but there is no such heading", target));
    }
  }

  // `make lab LAB=1`: what is neither an option nor NAME=value is a target. Behind two spaces
  // stands what the command does.
  void check_command(std::string_view code) {
    const auto words = words_of(code.substr(0, code.find("  ")));
    if (words.size() < 2 || words[0] != "make") return;
    for (std::size_t i = 1; i < words.size(); ++i) {
      const std::string_view word = words[i];
      if (word == "&&" || word == ";" || word == "|" || word.starts_with('#')) return;
      if (word.starts_with('-') || word.find('=') != std::string_view::npos) continue;
      if (has_placeholder(word) || targets_.contains(std::string(word))) continue;
      report(fmt::format("names `make {}`, which the Makefile does not have", word));
    }
  }

  const fs::path& root_;
  const std::string& document_;
  const std::string_view markdown_;
  const std::set<std::string>& targets_;
  std::size_t line_ = 0;
  Findings findings_;
};

// Without the marks of code, emphasis and links: what a reader sees of a heading.
std::string heading_text(std::string_view heading) {
  std::string text;
  for (std::size_t i = 0; i < heading.size(); ++i) {
    if (heading.substr(i).starts_with("](")) {
      i = std::min(heading.find(')', i), heading.size());
    } else {
      text.push_back(heading[i]);
    }
  }
  return text;
}

}  // namespace

std::set<std::string> anchors_of(std::string_view markdown) {
  std::set<std::string> anchors;
  std::map<std::string, int> seen;
  bool fenced = false;
  for (const std::string& line : split_lines(markdown)) {
    if (is_fence(line)) fenced = !fenced;
    const std::size_t marks = std::min(line.find_first_not_of('#'), line.size());
    if (fenced || marks == 0 || marks > 6 || marks == line.size() || line[marks] != ' ') continue;
    std::string anchor;
    for (const char c : heading_text(trimmed(std::string_view(line).substr(marks)))) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == ' ') {
        anchor.push_back('-');
      } else if (std::isalnum(byte) != 0 || c == '-' || c == '_' || byte >= 0x80) {
        anchor.push_back(static_cast<char>(std::tolower(byte)));
      }
    }
    const int before = seen[anchor]++;
    anchors.insert(before == 0 ? anchor : fmt::format("{}-{}", anchor, before));
  }
  return anchors;
}

std::set<std::string> make_targets(std::string_view makefile) {
  std::set<std::string> targets;
  for (const std::string& line : split_lines(makefile)) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos || line.starts_with('\t') || line.starts_with('.') ||
        line.starts_with('#') || line.substr(colon).starts_with(":=")) {
      continue;
    }
    for (const std::string_view word : words_of(std::string_view(line).substr(0, colon))) {
      if (word.find_first_of("=$%") == std::string_view::npos) targets.emplace(word);
    }
  }
  return targets;
}

Findings check_document(const fs::path& root, const std::string& document,
                        std::string_view markdown, const std::set<std::string>& targets) {
  return DocumentCheck(root, document, markdown, targets).check();
}

}  // namespace kv::course
