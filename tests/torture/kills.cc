#include "tests/torture/kills.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <vector>

#include "engines/environment.h"
#include "tests/support/temporary_directory.h"
#include "tests/torture/author.h"

namespace kv::torture {
namespace {

constexpr std::size_t log_bytes = 16384;  // rolls every few dozen writes

Options options_of(const Child& child) {
  Options options = options_under_torture(child.directory, log_bytes);
  options.durability = child.durability;
  return options;
}

// More than a child lives to write. Parent and child draw the same.
std::vector<std::shared_ptr<const Batch>> writes_of(const Child& child) {
  Author author("kills", child.seed, log_bytes);
  for (int i = 0; i < 2000; ++i) {
    if (author.once_in(3)) {
      author.batch({0, 300});
    } else {
      author.put({0, 500});
    }
  }
  std::vector<std::shared_ptr<const Batch>> writes;
  for (const Step& step : author.script().steps) writes.push_back(step.batch);
  return writes;
}

void tell(SequenceNumber number) {
  const std::string line = fmt::format("{}\n", number);
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::_Exit(1);
}

// A child under way, and the end of the pipe that it writes into.
class Running {
 public:
  Running(const std::string& program, const Child& child) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return;
    std::vector<std::string> words = {program,
                                      "--engine",
                                      child.engine,
                                      "--child",
                                      child.directory,
                                      "--durability",
                                      std::string(name(child.durability)),
                                      "--seed",
                                      std::to_string(child.seed)};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    if (::posix_spawn(&id_, program.c_str(), &actions, nullptr, arguments.data(), environ) != 0) {
      id_ = 0;
    }
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    told_ = ::fdopen(ends[0], "r");
  }

  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  ~Running() {
    kill();
    if (told_ != nullptr) std::fclose(told_);
  }

  // The next number that it tells, or none: it is dead, and has told all.
  std::optional<SequenceNumber> next() {
    unsigned long long number = 0;
    if (told_ == nullptr || std::fscanf(told_, "%llu\n", &number) != 1) return std::nullopt;
    return number;
  }

  void kill() {
    if (id_ == 0) return;
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
    id_ = 0;
  }

 private:
  pid_t id_ = 0;
  std::FILE* told_ = nullptr;
};

// One directory, and what is known of it.
class Victim {
 public:
  Victim(const EngineUnderTorture& engine, const std::string& program, Durability durability)
      : engine_(engine), program_(program), durability_(durability) {}

  Complaint round(std::uint64_t seed, Report& report) {
    const Child child{std::string(engine_.name), directory_.path(), durability_, seed};
    Running running(program_, child);
    if (!running.next()) return "the child does not open the store";  // it holds what we know
    Random random(seed);
    const std::uint64_t lines = random.below(300);
    SequenceNumber acknowledged = oracle_.acknowledged();
    for (std::uint64_t i = 0; i < lines; ++i) acknowledged = running.next().value_or(acknowledged);
    running.kill();
    while (const auto number = running.next()) acknowledged = *number;
    learn(child, acknowledged);
    oracle_.crashed(CrashPolicy::process_death);

    Result<Environment> environment = real_environment();
    if (!environment) return "no thread: " + environment.error().text();
    // The write under way may be torn, and then the store says so.
    std::atomic<std::uint64_t> warnings = 0;
    environment->warn = [&](std::string_view) { ++warnings; };
    const auto store = engine_.open(options_of(child), *environment);
    report.torn_tails += warnings;
    if (!store) return "cannot be opened: " + store.error().text();
    ++report.recoveries;
    report.acknowledged += oracle_.promised_writes();
    const Complaint wrong = oracle_.check(**store);
    oracle_.reopened((*store)->as<Versioned>()->last_sequence());
    return wrong;
  }

 private:
  // Tells the oracle what the child has done, up to this number and in doubt the write behind it.
  void learn(const Child& child, SequenceNumber acknowledged) {
    for (const auto& batch : writes_of(child)) {
      if (!oracle_.holds(*batch)) continue;  // `conflict`
      const bool heard = oracle_.acknowledged() < acknowledged;
      oracle_.attempt(batch);
      if (!heard) return;  // the child may have been killed inside of this one
      oracle_.acknowledge(durability_);
    }
  }

  const EngineUnderTorture& engine_;
  const std::string& program_;
  const Durability durability_;
  test::TemporaryDirectory directory_;
  Oracle oracle_;
};

}  // namespace

int write_until_killed(const EngineUnderTorture& engine, const Child& child) {
  const auto store = engine.open_for_real(options_of(child));
  if (!store) {
    fmt::print(stderr, "torture: the child cannot open its store: {}\n", store.error().text());
    return 1;
  }
  Versioned& versioned = *(*store)->as<Versioned>();
  tell(versioned.last_sequence());
  for (const auto& batch : writes_of(child)) {
    const Status written = (*store)->apply(*batch);
    if (!written && !failed_with(Code::conflict, written)) return 1;
    if (written) tell(versioned.last_sequence());
  }
  return 0;
}

void kill_children(const EngineUnderTorture& engine, const std::string& program, std::uint64_t seed,
                   std::uint64_t rounds, Report& report) {
  for (const Durability durability : {Durability::none, Durability::wal, Durability::sync}) {
    Victim victim(engine, program, durability);
    for (std::uint64_t round = 0; round < rounds; ++round) {
      const Complaint wrong = victim.round(seed + round, report);
      if (!wrong) continue;
      Violation violation;
      violation.where = fmt::format("engine {}, a real process killed in round {}, durability {}",
                                    engine.name, round, name(durability));
      violation.what = *wrong;
      violation.options =
          fmt::format("--engine {} --kill-rounds {} --seed {}   (may not come again)", engine.name,
                      rounds, seed);
      report.violations.push_back(std::move(violation));
      break;
    }
  }
}

}  // namespace kv::torture
