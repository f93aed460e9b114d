#include "bench/workloads/campaign.h"

#include <fmt/format.h>
#include <string.h>

#include <cerrno>
#include <cstdlib>
#include <span>

#include "bench/workloads/child.h"
#include "bench/workloads/wire.h"

namespace kv::bench {
namespace {

namespace fs = std::filesystem;

// A new folder for one store; gone with the object.
class StoreFolder {
 public:
  static Result<StoreFolder> make(const fs::path& parent) {
    std::string path = (parent / "kvbench.XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr)
      return failure(Code::invalid_argument, fmt::format("no folder can be made in {}: {}",
                                                         parent.string(), ::strerror(errno)));
    return StoreFolder(std::move(path));
  }
  StoreFolder(StoreFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  StoreFolder& operator=(StoreFolder&&) = delete;
  ~StoreFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }

 private:
  explicit StoreFolder(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

// The last line that is not blank.
std::string last_line(std::string_view text) {
  const std::size_t end = text.find_last_not_of(" \n\r\t");
  if (end == text.npos) return {};
  text = text.substr(0, end + 1);
  const std::size_t begin = text.rfind('\n');
  return std::string(begin == text.npos ? text : text.substr(begin + 1));
}

// Why the worker ended without saying so.
std::string death_of(const Ended& ended, std::chrono::seconds limit) {
  constexpr std::string_view hole = "not written yet: ";
  if (ended.timed_out)
    return fmt::format("not done after {} s; take fewer --entries or --ops, or a longer --limit",
                       limit.count());
  // A hole that a thread of the store came to.
  const std::string words = last_line(ended.errors);
  if (const std::size_t at = words.find(hole); at != words.npos) return words.substr(at);
  const std::string death = ended.signal != 0
                                ? fmt::format("crashed: {}", ::strsignal(ended.signal))
                                : fmt::format("ended early, with code {}", ended.code);
  return words.empty() ? death : fmt::format("{} ({})", death, words);
}

std::string cause_of(const Measurement& measurement) {
  if (measurement.errors == 0) return measurement.failure;
  return fmt::format("{} wrong answers in {} operations; the first: {}", measurement.errors,
                     measurement.operations, measurement.failure);
}

class Campaign {
 public:
  Campaign(const Plan& plan, const std::function<void(std::string_view)>& progress)
      : plan_(plan), progress_(progress) {
    SystemResults empty;
    empty.measurements.assign(plan.workloads.size(),
                              std::vector<std::optional<Measurement>>(plan.rounds));
    results_.assign(plan.systems.size(), empty);
  }

  Result<Results> run() {
    const auto runs = runs_of(plan_.workloads);
    for (std::size_t round = 0; round < plan_.rounds; ++round) {
      std::size_t first = 0;  // the number of the run's first workload
      for (const auto& run : runs) {
        for (std::size_t turn = 0; turn < plan_.systems.size(); ++turn) {
          const std::size_t system = round % 2 == 0 ? turn : plan_.systems.size() - 1 - turn;
          if (results_[system].trouble) continue;
          if (Status done = run_one(round, system, first, run); !done)
            return failure(std::move(done));
        }
        first += run.size();
      }
    }
    return std::move(results_);
  }

 private:
  Status run_one(std::size_t round, std::size_t number, std::size_t first,
                 std::span<const Workload* const> workloads) {
    const System& system = plan_.systems[number];
    Job job{
        .engine = system.engine.name, .directory = {}, .workloads = {}, .settings = plan_.settings};
    for (const Workload* workload : workloads) job.workloads.emplace_back(workload->name);
    progress_(fmt::format("round {} of {}: {}: {}", round + 1, plan_.rounds, system.label,
                          fmt::join(job.workloads, ", ")));
    const Result<StoreFolder> folder = StoreFolder::make(plan_.directory);
    if (!folder) return failure(folder.error());
    job.directory = folder->path();
    const Result<Ended> ended =
        run_child({system.program, "--worker", encode(job)}, plan_.run_limit);
    if (!ended) return failure(ended.error());
    take_answers(*ended, round, number, first);
    return {};
  }

  // Until the Ending, every answer belongs to the next workload.
  void take_answers(const Ended& ended, std::size_t round, std::size_t system, std::size_t next) {
    SystemResults& results = results_[system];
    const auto trouble = [&](std::string cause) {
      if (!results.trouble) results.trouble = {next, round, std::move(cause)};
    };
    std::string_view rest = ended.output;
    for (std::size_t end = rest.find('\n'); end != rest.npos; end = rest.find('\n')) {
      auto answer = decode_answer(rest.substr(0, end));
      rest.remove_prefix(end + 1);
      if (!answer) return trouble(answer.error().message());
      if (const Ending* ending = std::get_if<Ending>(&*answer)) {
        if (!ending->failure.empty()) trouble(ending->failure);
        return;
      }
      Measurement& measurement = std::get<Measurement>(*answer);
      if (next >= plan_.workloads.size()) return trouble("more answers than questions");
      if (measurement.failed()) trouble(cause_of(measurement));
      results.measurements[next++][round] = std::move(measurement);
    }
    trouble(death_of(ended, plan_.run_limit));
  }

  const Plan& plan_;
  const std::function<void(std::string_view)>& progress_;
  Results results_;
};

}  // namespace

Status check_directory(const fs::path& directory) {
  auto probe = StoreFolder::make(directory);
  return probe ? Status() : failure(std::move(probe));
}

Result<Results> run_campaign(const Plan& plan,
                             const std::function<void(std::string_view)>& progress) {
  return Campaign(plan, progress).run();
}

}  // namespace kv::bench
