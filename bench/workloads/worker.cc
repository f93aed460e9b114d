#include "bench/workloads/worker.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <exception>
#include <memory>
#include <string>

#include "bench/workloads/machine.h"
#include "bench/workloads/runner.h"
#include "bench/workloads/wire.h"

namespace kv::bench {
namespace {

// Where the answers go.
class Answers {
 public:
  Answers() : fd_(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)) {
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
  }

  void say(std::string line) const {
    line.push_back('\n');
    for (std::string_view rest = line; !rest.empty();) {
      const ssize_t size = ::write(fd_, rest.data(), rest.size());
      if (size <= 0) ::_exit(1);  // nobody listens any more
      rest.remove_prefix(static_cast<std::size_t>(size));
    }
  }

 private:
  int fd_;
};

Description describe(const Stores& stores) {
  Description description{.engines = {}, .build = build_kind(), .optimised = built_optimised()};
  for (const auto& [table, peer] : {std::pair{stores.engines, false}, {stores.peers, true}}) {
    for (const Engine& engine : table)
      description.engines.push_back({.name = std::string(engine.name),
                                     .summary = std::string(engine.summary),
                                     .persistent = engine.persistent,
                                     .peer = peer});
  }
  return description;
}

// Runs the job; what could not be done comes back as an error.
Status run(const Job& job, const Stores& stores, const Answers& answers) {
  const Engine* engine = stores.find(job.engine);
  if (engine == nullptr)
    return failure(Code::invalid_argument, fmt::format("no engine is called {}", job.engine));
  Runner runner(job.settings);
  Options options = job.settings.store;
  if (engine->persistent) options.directory = job.directory;
  const Result<std::unique_ptr<Store>> store = engine->open(options);
  if (!store) return failure(store.error().code(), fmt::format("open: {}", store.error().text()));
  runner.use(**store, options.directory);
  for (const std::string& name : job.workloads) {
    const Result<const Workload*> workload = find_workload(name);
    if (!workload) return failure(workload.error());
    const Measurement measurement = runner.run(**workload);
    answers.say(encode(measurement));
    if (measurement.failed()) return {};  // what follows would run on we know not what
  }
  return (*store)->close();
}

}  // namespace

const Engine* Stores::find(std::string_view name) const {
  for (const auto table : {engines, peers}) {
    for (const Engine& engine : table) {
      if (engine.name == name) return &engine;
    }
  }
  return nullptr;
}

int work(std::string_view text, const Stores& stores) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // no run goes on when kvbench is gone
  const Answers answers;
  const Result<std::optional<Job>> decoded = decode_job(text);
  Ending ending;
  if (!decoded) {
    ending.failure = decoded.error().message();
  } else if (const std::optional<Job>& job = *decoded; !job) {
    answers.say(encode(describe(stores)));
    return 0;
  } else {
    try {
      if (const Status done = run(*job, stores, answers); !done)
        ending.failure = done.error().message();
    } catch (const std::exception& thrown) {
      ending.failure = thrown.what();
    }
  }
  answers.say(encode(ending));
  return 0;
}

}  // namespace kv::bench
