#include "apps/bench_peers/durable.h"

#include <fmt/format.h>

#include "bench/spread.h"
#include "bench/workloads/child.h"

namespace kv::bench {
namespace {

// A round's stores; the bare file is the one beside ours.
struct Subjects {
  std::unique_ptr<DurableWrites> ours;
  std::unique_ptr<DurableWrites> leveldb;  // null: there is none
};

Result<Subjects> make_subjects(const DurablePlan& plan) {
  Subjects subjects;
  for (const auto& [open, made] :
       {std::pair{&plan.ours, &subjects.ours}, std::pair{&plan.leveldb, &subjects.leveldb}}) {
    if (*open == nullptr) continue;
    auto subject = DurableWrites::make(plan.directory, *open, plan.settings.store);
    if (!subject) return failure(std::move(subject));
    *made = *std::move(subject);
  }
  return subjects;
}

// One writer, operation by operation.
Result<DurableRound> single(const Subjects& subjects) {
  std::vector<double> ours, bare, leveldb;
  for (std::uint64_t i = 0; i < single_writes; ++i) {
    if (interrupt_caught()) return failure(Code::cancelled, "interrupted");
    const Result<double> put = subjects.ours->timed_put(i);
    if (!put) return failure(put.error());
    ours.push_back(*put * 1e6);
    const Result<double> append = subjects.ours->timed_append();
    if (!append) return failure(append.error());
    bare.push_back(*append * 1e6);
    if (subjects.leveldb == nullptr) continue;
    const Result<double> their_put = subjects.leveldb->timed_put(i);
    if (!their_put) return failure(their_put.error());
    leveldb.push_back(*their_put * 1e6);
  }
  DurableRound round{.ours_us = median(ours), .bare_us = median(bare)};
  if (!leveldb.empty()) round.leveldb_us = median(leveldb);
  return round;
}

// Many writers, turn by turn.
Result<DurableRound> together(const Subjects& subjects, std::size_t writers) {
  const Result<double> bare = subjects.ours->append_rate();
  if (!bare) return failure(bare.error());
  const Result<double> ours = subjects.ours->put_rate(writers);
  if (!ours) return failure(ours.error());
  DurableRound round{.ours_us = 1e6 / *ours, .bare_us = 1e6 / *bare};
  if (subjects.leveldb == nullptr) return round;
  const Result<double> leveldb = subjects.leveldb->put_rate(writers);
  if (!leveldb) return failure(leveldb.error());
  round.leveldb_us = 1e6 / *leveldb;
  return round;
}

Result<DurableRound> one_round(const DurablePlan& plan, const Goal& goal) {
  const Result<Subjects> subjects = make_subjects(plan);
  if (!subjects) return failure(subjects.error());
  return goal.writers == 1 ? single(*subjects) : together(*subjects, goal.writers);
}

}  // namespace

Result<DurableResults> measure_durable(const DurablePlan& plan,
                                       const std::function<void(std::string_view)>& progress) {
  DurableResults results;
  results.rounds.resize(plan.goals.size());
  for (std::size_t round = 0; round < plan.rounds; ++round) {
    for (std::size_t i = 0; i < plan.goals.size(); ++i) {
      progress(fmt::format("round {} of {}: {}", round + 1, plan.rounds, plan.goals[i].row));
      const Result<DurableRound> measured = one_round(plan, plan.goals[i]);
      if (interrupt_caught()) return failure(Code::cancelled, "interrupted");
      if (!measured) {
        results.trouble = fmt::format("round {}: {}", round + 1, measured.error().text());
        return results;
      }
      results.rounds[i].push_back(*measured);
    }
  }
  return results;
}

}  // namespace kv::bench
