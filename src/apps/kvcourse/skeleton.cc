#include "apps/kvcourse/skeleton.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "apps/kvcourse/files.h"
#include "apps/kvcourse/holes.h"
#include "apps/kvcourse/lab.h"
#include "base/checksum.h"

namespace kv::course {

namespace fs = std::filesystem;

namespace {

std::string hash_of(std::string_view text) { return fmt::format("{:016x}", checksum(text)); }

using Hashes = std::map<std::string, std::string>;  // by path inside labs/

Result<Hashes> read_generated(const fs::path& list) {
  Hashes hashes;
  if (!fs::exists(list)) return hashes;
  auto text = read_file(list);
  if (!text) return failure(std::move(text));
  std::size_t number = 0;
  for (const std::string& line : split_lines(*text)) {
    ++number;
    const std::size_t blank = line.find(' ');
    if (blank != 16 || line.size() == blank + 1) {
      return failure(Code::invalid_argument,
                     fmt::format("{}:{}: not a line \"hash path\"; restore the file from the "
                                 "repository, or remove it and every file in labs/ counts as yours",
                                 list.string(), number));
    }
    hashes.emplace(line.substr(blank + 1), line.substr(0, blank));
  }
  return hashes;
}

std::string text_of(const Hashes& hashes) {
  std::string text;
  for (const auto& [path, hash] : hashes) text += fmt::format("{} {}\n", hash, path);
  return text;
}

bool belongs_to(std::string_view path, const std::vector<std::string>& labs) {
  return labs.empty() || std::any_of(labs.begin(), labs.end(), [&](const std::string& lab) {
           return path.starts_with(lab + "/");
         });
}

// One run of the generator: compares each file with what it wrote last and acts on it.
class Generator {
 public:
  Generator(fs::path labs, Hashes hashes, bool force)
      : labs_(std::move(labs)), hashes_(std::move(hashes)), force_(force) {}

  Status bring(const std::string& path, const std::string& text) {
    const std::optional<std::string> old = text_now(path);
    if (old != text) {
      if (edited(path, old) && !force_) {
        report_.kept.push_back(path);
        return {};
      }
      if (Status written = write_file(labs_ / path, text); !written) return written;
      report_.written.push_back(path);
    }
    hashes_[path] = hash_of(text);
    return {};
  }

  Status clear_away(const std::string& path) {
    const std::optional<std::string> old = text_now(path);
    if (edited(path, old) && !force_) {
      report_.kept.push_back(path);
      return {};
    }
    if (old) {
      std::error_code error;
      fs::remove(labs_ / path, error);
      if (error) {
        return failure(Code::io_error, fmt::format("{}: cannot be removed: {}",
                                                   (labs_ / path).string(), error.message()));
      }
      fs::remove((labs_ / path).parent_path(), error);  // only if that leaves it empty
      report_.removed.push_back(path);
    }
    hashes_.erase(path);
    return {};
  }

  const Hashes& hashes() const { return hashes_; }
  SkeletonReport& report() { return report_; }

 private:
  std::optional<std::string> text_now(const std::string& path) const {
    if (auto text = read_file(labs_ / path)) return *std::move(text);
    return std::nullopt;
  }

  // Whether there is something that we did not write; what cannot be read counts as such.
  bool edited(const std::string& path, const std::optional<std::string>& text) const {
    std::error_code error;
    if (!text) return fs::exists(fs::symlink_status(labs_ / path, error));
    const auto wrote = hashes_.find(path);
    return wrote == hashes_.end() || wrote->second != hash_of(*text);
  }

  const fs::path labs_;
  Hashes hashes_;
  const bool force_;
  SkeletonReport report_;
};

}  // namespace

Result<std::vector<std::string>> solved_labs(const fs::path& root) {
  const fs::path solutions = root / "solutions";
  std::error_code error;
  std::vector<std::string> labs;
  for (fs::directory_iterator it(solutions, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (it->is_directory() && !name.starts_with('.')) labs.push_back(name);
  }
  if (error) {
    return failure(Code::invalid_argument,
                   fmt::format("{}: {}; the skeleton is made from the solutions, so this works "
                               "only where they are",
                               solutions.string(), error.message()));
  }
  std::sort(labs.begin(), labs.end());
  return labs;
}

Result<std::map<std::string, std::string>> skeleton_files(const fs::path& root,
                                                          std::string_view lab) {
  std::map<std::string, std::string> skeleton;
  const fs::path folder = root / "solutions" / lab;
  auto files = list_files(folder);
  if (!files) return failure(std::move(files));
  for (const std::string& file : *files) {
    auto text = read_file(folder / file);
    if (!text) return failure(std::move(text));
    auto solution = parse_solution(fmt::format("solutions/{}/{}", lab, file), *text);
    if (!solution) return failure(std::move(solution));
    skeleton.emplace(fmt::format("{}/{}", lab, file),
                     solution->holes.empty() ? *std::move(text) : skeleton_of(*solution));
  }
  return skeleton;
}

std::string generated_list(const std::map<std::string, std::string>& files) {
  Hashes hashes;
  for (const auto& [path, text] : files) hashes.emplace(path, hash_of(text));
  return text_of(hashes);
}

Result<SkeletonReport> write_skeleton(const fs::path& root, const std::vector<std::string>& labs,
                                      bool force) {
  auto solved = solved_labs(root);
  if (!solved) return failure(std::move(solved));
  // All files are made before any is written: a wrong marker changes nothing.
  std::map<std::string, std::string> skeleton;
  for (const std::string& lab : labs.empty() ? *solved : labs) {
    auto files = skeleton_files(root, lab);
    if (!files) return failure(std::move(files));
    skeleton.merge(*files);
  }
  const fs::path list = root / "labs" / ".generated";
  auto hashes = read_generated(list);
  if (!hashes) return failure(std::move(hashes));

  Generator generator(root / "labs", *hashes, force);
  Status done;
  for (const auto& [path, text] : skeleton) {
    if (done) done = generator.bring(path, text);
  }
  for (const auto& [path, hash] : *hashes) {
    if (done && belongs_to(path, labs) && !skeleton.contains(path)) {
      done = generator.clear_away(path);
    }
  }
  // Also after an error: what was written is ours.
  auto listed = write_if_changed(list, text_of(generator.hashes()));
  if (!done) return failure(std::move(done));
  if (!listed) return failure(std::move(listed));
  std::sort(generator.report().kept.begin(), generator.report().kept.end());
  return std::move(generator.report());
}

Result<int> skeleton_command(const fs::path& root, std::string_view lab, bool force) {
  std::vector<std::string> labs;
  if (!lab.empty()) {
    auto one = load_lab(root, lab);
    if (!one) return failure(std::move(one));
    labs.push_back(one->name);
  }
  auto report = write_skeleton(root, labs, force);
  if (!report) return failure(std::move(report));
  for (const auto& path : report->written) fmt::print("wrote labs/{}\n", path);
  for (const auto& path : report->removed) fmt::print("removed labs/{}\n", path);
  for (const auto& path : report->kept) {
    fmt::print("kept, because you edited it: labs/{}; --force overwrites\n", path);
  }
  fmt::print("skeleton: {} written, {} removed, {} kept\n", report->written.size(),
             report->removed.size(), report->kept.size());
  return 0;
}

}  // namespace kv::course
