#include "tests/torture/world.h"

#include <fmt/format.h>

#include <exception>

#include "kv/capabilities.h"

namespace kv::torture {

World::World(const EngineUnderTorture& engine, const Script& script)
    : engine_(engine), script_(script), random_(script.seed) {
  move_to(std::make_unique<SimulatedFileSystem>());
}

World::World(const EngineUnderTorture& engine, const Script& script,
             const SimulatedFileSystem& left, Oracle oracle)
    : engine_(engine),
      script_(script),
      random_(script.seed),
      oracle_(std::move(oracle)),
      closed_(false) {
  move_to(std::make_unique<SimulatedFileSystem>(left));
}

void World::move_to(std::unique_ptr<SimulatedFileSystem> files) {
  store_ = nullptr;
  executor_ = nullptr;
  files_ = std::move(files);
  phases_.forget_from(files_->points());  // of a store that was destroyed after its process's death
  if (crash_at_) files_->crash_at(*crash_at_);
  executor_ = std::make_shared<PhasedExecutor>(*files_, phases_, Random(random_.next()));
  executor_->enter(Phase::recovery);
}

void World::crash_at(std::uint64_t point) {
  crash_at_ = point;
  files_->crash_at(point);
}

void World::fail(Fault fault, std::uint64_t passing) {
  fault_ = fault;
  files_->fail(fault, passing, random_.next());
}

bool World::play() {
  while (played_ < script_.steps.size() && play_next()) continue;
  return !complaint_;
}

bool World::play_next() {
  if (!play(script_.steps[played_])) return false;
  ++played_;
  return true;
}

bool World::play(const Step& step) {
  before_last_ = files_->points();
  doing_ = telling_ ? told(step) : "";
  const std::size_t warned = warnings_.size();
  const bool opening_closed = closed_;
  try {
    switch (step.kind) {
      case Step::Kind::open: open(step.durability); break;
      case Step::Kind::write: write(step); break;
      case Step::Kind::flush: flush(); break;
      case Step::Kind::compact: compact(); break;
      case Step::Kind::background: note(executor_->run_one() ? "done" : "nothing to do"); break;
      case Step::Kind::close: close(); break;
      case Step::Kind::crash: crash(step.policy); break;
    }
  } catch (const std::exception& error) {  // Deadlock, for example
    complain(fmt::format("threw \"{}\"", error.what()));
  }
  for (std::size_t i = warned; i < warnings_.size(); ++i) note("it warns: " + warnings_[i]);
  const bool may_warn = step.kind == Step::Kind::open && !opening_closed;
  if (warnings_.size() > warned && !dead() && !may_warn) {
    see_failure({Code::io_error, "it warns: " + warnings_.back()});
  }
  if (dead()) note("the process dies in it");
  return !complaint_ && !dead();
}

Result<std::unique_ptr<Store>> World::open_store(Durability durability) {
  Options options = options_under_torture(store_directory, script_.log_bytes);
  options.durability = durability;
  const auto warn = [this](std::string_view message) { warnings_.emplace_back(message); };
  return engine_.open(options, {.files = files_.get(),
                                .executor = executor_,
                                .warn = warn,
                                .compaction_executor = std::make_shared<ExecutorOfPhase>(
                                    executor_, Phase::compaction)});
}

bool World::open(Durability durability) {
  refusing_ = false;
  durability_ = durability;
  executor_->enter(Phase::recovery);
  auto store = open_store(durability);
  if (!store && !dead() && fault_) {
    see_failure(store.error());
    note(store.error().text() + "; the fault is over, once more");
    files_->clear_faults();
    store = open_store(durability);
  }
  executor_->enter(Phase::foreground);
  if (dead()) return false;
  if (!store) {
    complain("cannot be opened: " + store.error().text());
    return false;
  }
  store_ = *std::move(store);
  closed_ = false;
  note(fmt::format("holds the writes up to {}", store_->as<Versioned>()->last_sequence()));
  if (Complaint wrong = oracle_.check(*store_)) {
    complain(*std::move(wrong));
    return false;
  }
  oracle_.reopened(store_->as<Versioned>()->last_sequence());
  return true;
}

Status World::apply(const Batch& batch) {
  if (batch.change_count() > 1 || batch.requirement_count() > 0) return store_->apply(batch);
  const Batch::Operation change = *batch.changes().begin();
  return change.kind == Batch::Kind::put ? store_->put(change.key, change.value)
                                         : store_->erase(change.key);
}

void World::write(const Step& step) {
  const bool holds = oracle_.holds(*step.batch);
  if (holds && !refusing_) oracle_.attempt(step.batch);
  const Status written = apply(*step.batch);
  if (dead()) return;  // nobody heard of an outcome
  note(written ? "ok" : written.error().text());
  if (refusing_) {
    if (!failed_with(Code::unavailable, written)) {
      complain("a write after one that failed is not refused as unavailable: " +
               (written ? "ok" : written.error().text()));
    }
    return;
  }
  if (!holds) {
    if (written) return complain("a requirement does not hold, and yet: ok");
    // Where there is no room, nobody looks at the requirement.
    if (!failed_with(Code::conflict, written)) see_failure(written.error());
    return;
  }
  if (written) return oracle_.acknowledge(durability_);
  see_failure(written.error());
  refusing_ =
      failed_with(Code::outcome_unknown, written) || failed_with(Code::unavailable, written);
  if (!failed_with(Code::outcome_unknown, written)) oracle_.refuse();
  if (Complaint wrong = oracle_.check_live(*store_)) complain("while it lives: " + *wrong);
}

void World::flush() {
  const Status flushed = store_->flush();
  if (dead()) return;
  note(flushed ? "ok" : flushed.error().text());
  if (flushed && refusing_) complain("a flush after a failed write or flush succeeds");
  if (flushed) return oracle_.flushed();
  see_failure(flushed.error());
  refusing_ = true;
  if (Complaint wrong = oracle_.check_live(*store_)) complain("while it lives: " + *wrong);
}

void World::compact() {
  const Status compacted = store_->as<Maintenance>()->compact();
  if (dead()) return;
  note(compacted ? "ok" : compacted.error().text());
  if (!compacted) see_failure(compacted.error());
  if (Complaint wrong = oracle_.check_live(*store_)) complain("while it lives: " + *wrong);
}

void World::close() {
  const Status closed = store_->close();
  if (dead()) return;
  note(closed ? "ok" : closed.error().text());
  if (closed && !refusing_) oracle_.flushed();
  closed_ = closed.has_value();
  if (!closed) see_failure(closed.error());
  store_ = nullptr;
}

void World::crash(CrashPolicy policy) {
  auto left = std::make_unique<SimulatedFileSystem>(*files_);
  left->crash(policy, random_);
  oracle_.crashed(policy);
  closed_ = false;
  move_to(std::move(left));
  note("restarted");
}

void World::complain(std::string what) {
  if (!complaint_ && !dead()) complaint_ = std::move(what);
}

void World::see_failure(const Error& error) {
  if (!fault_) complain("without a fault: " + error.text());
  if (fault_ == Fault::sync_fails_reverts) oracle_.forgotten();
}

void World::note(std::string_view outcome) {
  if (telling_) story_.push_back(fmt::format("{}: {}", doing_, outcome));
}

}  // namespace kv::torture
