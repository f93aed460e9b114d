#include "tests/torture/threads.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "tests/torture/accident.h"
#include "tests/torture/crashes.h"

namespace kv::torture {
namespace {

constexpr std::size_t writers = 4;
constexpr std::size_t writes_each = 40;
constexpr std::size_t log_bytes = 8192;

// A write of one thread: a batch of keys that no other write has, so that the store itself can be
// asked for the number that it got.
struct Write {
  std::shared_ptr<const Batch> batch;
  std::string key;            // of its first change
  SequenceNumber first = 0;   // 0: nobody has seen it
  bool acknowledged = false;  // before the process died
};

using Writes = std::vector<Write>;

Write make_write(std::uint64_t seed, std::size_t writer, std::size_t number) {
  Random random(seed * 1000 + writer * 100 + number);
  Batch batch;
  const std::string key = fmt::format("{}/{:03}", writer, number);
  batch.put(key, random.bytes(random.below(300)));
  for (std::uint64_t i = random.below(3); i > 0; --i) batch.put(fmt::format("{}+{}", key, i), key);
  return {std::make_shared<const Batch>(std::move(batch)), key};
}

class Crowd {
 public:
  Crowd(const EngineUnderTorture& engine, std::uint64_t seed)
      : engine_(engine),
        seed_(seed),
        random_(seed),
        durability_(static_cast<Durability>(seed % 3)) {}

  Complaint run(Report& report) {
    files_.crash_at(random_.below(400));
    if (!open_and_write()) return complaint_;
    for (const CrashPolicy policy : all_policies) {
      if (Complaint wrong = judge(policy, report)) {
        return fmt::format("after a crash, {}: {}", name(policy), *wrong);
      }
    }
    return std::nullopt;
  }

 private:
  // False: there is nothing to judge, or something wrong.
  bool open_and_write() {
    auto executor = make_thread_executor(1);
    if (!executor) return false;
    auto store = engine_.open(options(), {&files_, std::move(*executor), [](std::string_view) {}});
    if (!store) {
      if (!files_.dead()) complaint_ = "cannot be opened: " + store.error().text();
      return false;
    }
    std::vector<Writes> of_threads(writers);
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < writers; ++i) {
        threads.emplace_back([&, i] { of_threads[i] = write(**store, i); });
      }
    }
    for (Writes& some : of_threads) std::ranges::move(some, std::back_inserter(writes_));
    if (!files_.dead() && !complaint_) flushed_ = (*store)->flush().has_value() && !files_.dead();
    number(**store);
    // The dead can't read their tables: after the restart one can.
    if (!files_.dead() && lost()) complaint_ = "an acknowledged write is not to be seen";
    left_.emplace(files_);
    return !complaint_;
  }

  Writes write(Store& store, std::size_t writer) const {
    Writes writes;
    for (std::size_t i = 0; i < writes_each; ++i) {
      writes.push_back(make_write(seed_, writer, i));
      const Status written = store.apply(*writes.back().batch);
      // An answer that comes after the death was never heard.
      writes.back().acknowledged = written.has_value() && !files_.dead();
      if (!written) break;
    }
    return writes;
  }

  // Asks the store for the numbers of those writes that have none as yet.
  void number(Store& store) {
    Versioned& versioned = *store.as<Versioned>();
    for (Write& write : writes_) {
      if (write.first == 0) write.first = versioned.latest_version(write.key).value_or(0);
    }
  }

  // Whether a write that was acknowledged is nowhere.
  bool lost() const {
    return std::ranges::any_of(
        writes_, [](const Write& write) { return write.acknowledged && write.first == 0; });
  }

  // What the writes look like to an oracle, in the order of their numbers. One that was
  // acknowledged has seen all before it published.
  Oracle oracle() {
    std::ranges::sort(writes_, {}, &Write::first);
    const auto heard = [](const Write& write) { return write.acknowledged; };
    const auto last_heard = std::ranges::find_if(writes_.rbegin(), writes_.rend(), heard);
    const auto in_doubt = static_cast<std::size_t>(writes_.rend() - last_heard);
    Oracle oracle;
    for (std::size_t i = 0; i < writes_.size(); ++i) {
      if (writes_[i].first == 0) continue;  // it is nowhere
      oracle.attempt(writes_[i].batch);
      if (i < in_doubt) oracle.acknowledge(durability_);
    }
    if (flushed_) oracle.flushed();
    return oracle;
  }

  Complaint judge(CrashPolicy policy, Report& report) {
    SimulatedFileSystem left = *left_;
    left.crash(policy, random_);
    const auto executor = std::make_shared<SimulatedExecutor>();
    const auto store = engine_.open(options(), {&left, executor, [](std::string_view) {}});
    if (!store) return "cannot be opened: " + store.error().text();
    number(**store);
    if (policy == CrashPolicy::process_death && durability_ >= Durability::wal && lost()) {
      return "an acknowledged write is not to be seen";
    }
    Oracle expected = oracle();
    expected.crashed(policy);
    ++report.recoveries;
    report.acknowledged += expected.promised_writes();
    return expected.check(**store);
  }

  Options options() const {
    Options options = options_under_torture(store_directory, log_bytes);
    options.durability = durability_;
    return options;
  }

  const EngineUnderTorture& engine_;
  const std::uint64_t seed_;
  Random random_;
  const Durability durability_;
  SimulatedFileSystem files_;
  std::optional<SimulatedFileSystem> left_;
  Writes writes_;
  bool flushed_ = false;
  Complaint complaint_;
};

}  // namespace

void crash_threads(const EngineUnderTorture& engine, std::uint64_t seed, std::uint64_t rounds,
                   Report& report) {
  for (std::uint64_t round = 0; round < rounds; ++round) {
    Crowd crowd(engine, seed + round);
    const Complaint wrong = crowd.run(report);
    if (!wrong) continue;
    Violation violation;
    violation.where = fmt::format("engine {}, many threads, seed {}", engine.name, seed + round);
    violation.what = *wrong;
    violation.options =
        fmt::format("--engine {} --workload threads --seed {}   (may not come again)", engine.name,
                    seed + round);
    report.violations.push_back(std::move(violation));
    return;
  }
}

}  // namespace kv::torture
