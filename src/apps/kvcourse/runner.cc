#include "apps/kvcourse/runner.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>
#include <vector>

namespace kv::course {
namespace {

namespace fs = std::filesystem;

// What a student's code cannot know before its case runs.
Result<std::string> new_nonce() {
  std::array<unsigned char, 16> bytes;
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    return failure(Code::unavailable, "the system gives no random bytes");
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

// An empty folder that is removed with everything in it.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::error_code error;
    std::string pattern = (fs::temp_directory_path(error) / "kvcourse-XXXXXX").string();
    if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code error;
    if (!path_.empty()) fs::remove_all(path_, error);
  }

  const std::string& path() const { return path_; }  // empty if there is none

 private:
  std::string path_;
};

Attempt not_run(std::string why) {
  Attempt attempt;
  attempt.cause = Cause::reference_failed;
  attempt.detail = "the case could not be run: " + std::move(why);
  return attempt;
}

}  // namespace

Runner::Runner(const Project& project, const Lab& lab, std::uint64_t seed)
    : root_(project.root.string()),
      sanitized_(project.sanitized()),
      time_limit_s_(sanitized_ ? 5 * lab.time_limit_s : lab.time_limit_s),
      memory_limit_mb_(lab.memory_limit_mb),
      seed_(seed) {}

Attempt Runner::run_case(const fs::path& program, const std::string& test) const {
  constexpr std::uint64_t megabyte = 1 << 20;
  constexpr std::uint64_t file_limit_bytes = 256 * megabyte;
  constexpr std::size_t output_limit_bytes = 4 * megabyte;
  const Result<std::string> nonce = new_nonce();
  if (!nonce) return not_run(nonce.error().message());
  const ScratchFolder scratch;
  if (scratch.path().empty()) return not_run("no folder can be made for temporary files");

  Command command{
      .arguments = {program.string(), "--gtest_filter=" + test, fmt::format("--seed={}", seed_)},
      .directory = scratch.path(),
      .environment = {{"TMPDIR", scratch.path()}},
      .input = *nonce + "\n",
      .record = true,
      .time_limit = std::chrono::seconds(time_limit_s_),
      .memory_limit_bytes = static_cast<std::uint64_t>(memory_limit_mb_) * megabyte,
      .file_limit_bytes = file_limit_bytes,
      .output_limit_bytes = output_limit_bytes,
  };
  if (sanitized_) {
    // Shadow memory is all address space; what counts then is the memory in use.
    command.memory_limit_bytes = 0;
    for (const char* options : {"ASAN_OPTIONS", "TSAN_OPTIONS"})
      command.environment[options] = fmt::format("hard_rss_limit_mb={}", memory_limit_mb_);
  }
  const Result<Outcome> outcome = run(command);
  if (!outcome) return not_run(outcome.error().message());
  const Question question{test, *nonce, time_limit_s_, memory_limit_mb_, root_};
  return judge_run(question, *outcome);
}

void in_parallel(std::size_t count, const std::function<void(std::size_t)>& work) {
  constexpr std::size_t most = 8;
  const std::size_t processors = std::max<std::size_t>(1, std::thread::hardware_concurrency());
  std::atomic<std::size_t> next = 0;  // hands out numbers; orders nothing else
  const auto take = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::jthread> helpers;
  for (std::size_t i = 1; i < std::min({processors, count, most}); ++i) helpers.emplace_back(take);
  take();
}

}  // namespace kv::course
