#include "apps/kvcourse/submit.h"

#include <fmt/format.h>

#include <set>
#include <string>

#include "apps/kvcourse/files.h"
#include "apps/kvcourse/lab.h"
#include "apps/kvcourse/tool.h"
#include "base/checksum.h"

namespace kv::course {

namespace fs = std::filesystem;

namespace {

// Warns of files that are still as they were generated: more likely forgotten than finished.
void warn_of_untouched(const fs::path& root, const Lab& lab) {
  const auto generated = read_file(root / "labs" / ".generated");
  if (!generated) return;
  const std::vector<std::string> lines = split_lines(*generated);
  const std::set<std::string> known(lines.begin(), lines.end());
  for (const std::string& file : lab.hand_in) {
    const std::string path = fmt::format("{}/{}", lab.name, file);
    const auto text = read_file(root / "labs" / path);
    if (text && known.contains(fmt::format("{:016x} {}", checksum(*text), path))) {
      fmt::print("note: labs/{} is still the untouched skeleton\n", path);
    }
  }
}

}  // namespace

Result<int> submit_command(const fs::path& root, std::string_view which) {
  auto lab = load_lab(root, which);
  if (!lab) return failure(std::move(lab));
  const fs::path folder = root / "labs" / lab->name;
  for (const std::string& file : lab->hand_in) {
    if (!fs::is_regular_file(folder / file)) {
      return failure(Code::invalid_argument,
                     fmt::format("labs/{0}/{1} is missing, and the lab hands it in; `git checkout "
                                 "-- labs/{0}/{1}` brings it back",
                                 lab->name, file));
    }
  }
  warn_of_untouched(root, *lab);

  const fs::path archive = root / "build" / "submissions" / (lab->name + ".tar.gz");
  std::error_code error;
  fs::create_directories(archive.parent_path(), error);
  const fs::path beside = fs::path(archive) += ".new";
  // No times, owners or modes of this machine: the same files give the same archive.
  std::vector<std::string> tar = {"tar",
                                  "--sort=name",
                                  "--mtime=@0",
                                  "--owner=0",
                                  "--group=0",
                                  "--numeric-owner",
                                  "--mode=u=rw,go=r",
                                  "--format=ustar",
                                  "-I",
                                  "gzip -n",
                                  "-cf",
                                  beside.string(),
                                  "-C",
                                  folder.string(),
                                  "--"};
  tar.insert(tar.end(), lab->hand_in.begin(), lab->hand_in.end());
  if (auto packed = output_of("tar", std::move(tar)); !packed) return failure(std::move(packed));
  const auto bytes = fs::file_size(beside, error);
  if (!error) fs::rename(beside, archive, error);
  if (error) {
    return failure(Code::io_error, fmt::format("{}: {}", archive.string(), error.message()));
  }
  fmt::print("{}: {} bytes, {} files; hand in this one\n",
             archive.lexically_relative(root).string(), bytes, lab->hand_in.size());
  return 0;
}

}  // namespace kv::course
