#include "persistence/compactor.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>

#include "base/quote.h"
#include "kv/lifetime.h"
#include "persistence/wait_in_time.h"
#include "storage/level_source.h"
#include "storage/merging_iterator.h"
#include "storage/surviving_versions.h"
#include "storage/table_splitter.h"

namespace kv {
namespace {

// All tables that the job reads.
std::vector<TableInfo> inputs_of(const Compaction& job) {
  std::vector<TableInfo> inputs = job.tables;
  inputs.insert(inputs.end(), job.overlapped.begin(), job.overlapped.end());
  return inputs;
}

// The walks over the job's tables: one for each table of level 0, which overlap, and one for each
// other level.
std::vector<std::unique_ptr<InternalIterator>> walks_of(const Compaction& job,
                                                        const LevelState& state) {
  std::vector<std::unique_ptr<InternalIterator>> walks;
  const auto add_level = [&](const std::vector<TableInfo>& infos) {
    std::vector<const Table*> tables;
    for (const TableInfo& info : infos) tables.push_back(state.tables.at(info.number).get());
    if (!tables.empty()) walks.push_back(walk_in_turn(std::move(tables), Direction::forward));
  };
  if (job.level > 0) {
    add_level(job.tables);
  } else {
    for (const TableInfo& info : job.tables) {
      walks.push_back(state.tables.at(info.number)->iterate(Direction::forward));
    }
  }
  add_level(job.overlapped);
  return walks;
}

// Whether tables that are older than the job's may hold the user key: those of the levels below
// the one that it writes, and, where it stays in level 0, the older ones there.
bool older_may_hold(const Version& version, const Compaction& job, SequenceNumber first,
                    std::string_view user_key) {
  if (job.into == 0) {
    for (const TableInfo& table : version.levels[0]) {
      if (table.last_sequence < first && overlaps(table, user_key, user_key)) return true;
    }
  }
  for (std::size_t level = job.into + 1; level < level_count; ++level) {
    const std::vector<TableInfo>& tables = version.levels[level];
    const auto ends_before = [&](const TableInfo& table) {
      return user_key_of(table.largest) < user_key;
    };
    const auto found = std::ranges::partition_point(tables, ends_before);
    if (found != tables.end() && user_key_of(found->smallest) <= user_key) return true;
  }
  return false;
}

// The edit that takes the job's tables away.
VersionEdit removal(const Compaction& job) {
  VersionEdit edit;
  for (const TableInfo& table : job.tables) edit.removed.push_back({job.level, table.number});
  for (const TableInfo& table : job.overlapped) edit.removed.push_back({job.into, table.number});
  return edit;
}

}  // namespace

void Compactor::wake() {
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
  schedule();
}

// mutex_ is held.
void Compactor::schedule() {
  woken_ = true;
  if (working_ || closing_) return;
  options_.executor->schedule([this] { work(); });
  working_ = true;  // seen by the task: it wants the mutex first
}

// A task: one job, and then itself again, so that other tasks get their turn.
void Compactor::work() {
  std::shared_ptr<Wanted> wanted;
  {
    const std::lock_guard lock(mutex_);
    woken_ = false;
    if (!closing_) wanted = wanted_;
  }
  // Not before no other job is under way: what that writes must count as old.
  if (wanted && wanted->range.before == 0) wanted->range.before = levels_.new_number();
  Status done;
  Status may = wanted ? wanted->context.check() : Status();
  if (is_closing()) may = Lifetime::refusal();
  const bool did = may && do_next_job(*levels_.state(), wanted.get(), done);
  levels_.remove_obsolete();
  std::unique_lock lock(mutex_);
  if (wanted && (!did || !done)) {
    wanted->done = true;
    if (!may) wanted->failed = may.error();
    if (!done) wanted->failed = done.error();
    wanted_.reset();
  }
  // A full disk fails again and again: it is told once.
  const bool is_news = !done && !closing_ && !(failed_ && failed_->code() == done.error().code());
  if (may) failed_ = done ? std::nullopt : std::optional(done.error());
  if (is_news) {
    lock.unlock();
    options_.warn(fmt::format(
        "{}: a compaction failed, and is tried again {}: {}", quote(levels_.place().directory),
        levels_.ready() ? "later" : "after the store was opened again", done.error().text()));
    lock.lock();
  }
  working_ = false;
  // Who waited for a range leaves the rest to the picker. After a failure somebody must ask: who
  // waits for a range by now does.
  if (done ? did || wanted || woken_ : wanted_ != nullptr) schedule();
  // If nothing is scheduled, this was the last look at a member: close() may be waiting for it.
  changed_.notify_all();
}

// Does what is to be done next, first for the range that is wanted, if one is. False if there is
// nothing.
bool Compactor::do_next_job(const LevelState& state, Wanted* wanted, Status& done) {
  try {
    if (done = levels_.ready(); !done) return true;
    std::optional<Compaction> job =
        wanted == nullptr ? options_.picker(state.version) : job_between(state.version, *wanted);
    const bool is_for_range = wanted != nullptr && !job;
    if (is_for_range) {
      job = pick_range(state.version, wanted->range);
      if (job) wanted->range.level = job->level;
      wanted->gives_way = job && (job->level > 1 || job->into == job->level);
    }
    if (!job) return false;
    // A range that somebody wants compacted is rewritten, so that it loses what nobody sees.
    const bool moves = !is_for_range && job->into != job->level && is_move(*job);
    done = moves ? move(*job) : rewrite(*job, state);
  } catch (const std::bad_alloc&) {
    done = failure(Code::unavailable, "out of memory");
  }
  return true;
}

// A range can take long, and writers go on meanwhile: if level 0 were not merged before it is done,
// they would have to stop. So level 0 has a turn where it slows them, behind each job for the
// range, once that brings no more of level 1 further down.
std::optional<Compaction> Compactor::job_between(const Version& version, Wanted& wanted) const {
  const bool may = std::exchange(wanted.gives_way, false);
  const std::size_t tables = version.levels[0].size();
  if (!may || options_.back_pressure.verdict(tables) == BackPressure::Verdict::free) {
    return std::nullopt;
  }
  return level_0_into_1(version, fmt::format("level 0 has {} tables, and writers wait", tables));
}

Status Compactor::move(const Compaction& job) {
  VersionEdit edit = removal(job);
  for (const TableInfo& table : job.tables) edit.added.push_back({job.into, table});
  if (Status installed = levels_.install(std::move(edit), {}, nullptr); !installed) {
    return installed;
  }
  const std::lock_guard lock(mutex_);
  ++counted_.moves;
  ++counted_.jobs_of_level[job.level];
  return {};
}

Status Compactor::rewrite(const Compaction& job, const LevelState& state) {
  std::vector<TableNumber> made;
  Result<std::vector<TableInfo>> written = write(job, state, made);
  Status ready = written ? levels_.place().sync_names() : failure(written.error());
  Tables tables;
  for (std::size_t at = 0; ready && at < written->size(); ++at) {
    auto table = open_table_of(levels_.place(), levels_.parts(), (*written)[at].number);
    if (table) {
      tables.push_back(*std::move(table));
    } else {
      ready = failure(std::move(table));
    }
  }
  if (!ready) {
    for (const TableNumber number : made) {
      static_cast<void>(levels_.place().files.unlink(table_path(levels_.place(), number)));
    }
    return ready;
  }
  VersionEdit edit = removal(job);
  for (const TableInfo& info : *written) edit.added.push_back({job.into, info});
  edit.known_from = target_->known_from();
  if (Status installed = levels_.install(std::move(edit), tables, nullptr); !installed) {
    return installed;
  }
  std::uint64_t entries = 0;
  const std::lock_guard lock(mutex_);
  ++counted_.compactions;
  ++counted_.jobs_of_level[job.level];
  for (const TableInfo& info : inputs_of(job)) {
    counted_.bytes_read += info.bytes;
    entries += info.entries;
  }
  for (const TableInfo& info : *written) {
    counted_.bytes_written += info.bytes;
    entries -= info.entries;
  }
  counted_.entries_dropped += entries;
  return {};
}

// Writes what survives of the job's tables, and lists the files that it made, also those of a
// failure.
Result<std::vector<TableInfo>> Compactor::write(const Compaction& job, const LevelState& state,
                                                std::vector<TableNumber>& made) {
  const std::vector<TableInfo> inputs = inputs_of(job);
  const SequenceNumber first =
      std::ranges::min(inputs, {}, &TableInfo::first_sequence).first_sequence;
  const SequenceNumber last = std::ranges::max(inputs, {}, &TableInfo::last_sequence).last_sequence;
  const auto survivors =
      make_surviving_versions(make_merging_iterator(walks_of(job, state), Direction::forward),
                              {.readers = target_->readers(last),
                               .older_may_hold =
                                   [&](std::string_view user_key) {
                                     return older_may_hold(state.version, job, first, user_key);
                                   },
                               .drop = options_.drop});
  const auto make_file = [&]() -> Result<NewTableFile> {
    const TableNumber number = levels_.new_number();
    auto file = levels_.place().files.create(table_path(levels_.place(), number));
    if (!file) return failure(std::move(file));
    made.push_back(number);
    return NewTableFile{number, *std::move(file)};
  };
  // What stays in level 0 is one table, however large: its tables must not follow each other there.
  const bool splits = job.into > 0;
  return write_tables(*survivors, make_file,
                      {.table = levels_.parts().tables,
                       .table_bytes = splits ? options_.table_bytes : UINT64_MAX,
                       .first_sequence = first,
                       .last_sequence = last,
                       .stop = [this] { return is_closing(); }});
}

Status Compactor::make_room(const Context& context) {
  const auto verdict = [this] { return options_.back_pressure.verdict(levels_.level0_tables()); };
  switch (verdict()) {
    case BackPressure::Verdict::free: return {};
    case BackPressure::Verdict::slowed: {
      {
        const std::lock_guard lock(mutex_);
        ++counted_.writes_slowed;
      }
      if (options_.pause) options_.pause(options_.back_pressure.pause);
      return context.check();
    }
    case BackPressure::Verdict::stopped: break;
  }
  const Clock::Time begin = Clock::real().now();
  Status room = wait_until([&] { return verdict() != BackPressure::Verdict::stopped; }, context);
  const auto waited = Clock::real().now() - begin;
  const std::lock_guard lock(mutex_);
  ++counted_.writes_stopped;
  counted_.stall_us += static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(waited).count());
  return room;
}

// Returns when `enough` holds, or when the work that should bring it about has failed.
Status Compactor::wait_until(const std::function<bool()>& enough, const Context& context) {
  std::unique_lock lock(mutex_);
  if (!enough()) schedule();
  wait_in_time(*options_.executor, lock, changed_, [&] { return !working_ || enough(); }, context);
  if (enough()) return {};
  if (Status in_time = context.check(); !in_time) return in_time;
  if (failed_) return failure(*failed_);
  return Lifetime::refusal();
}

Status Compactor::compact(const Range& range, const Context& context) {
  const auto wanted = std::make_shared<Wanted>(
      Wanted{.range = {std::string(range.start), std::string(range.end), 0}, .context = context});
  std::unique_lock lock(mutex_);
  // One range at a time: this one's turn comes when the one before is done.
  wait_in_time(*options_.executor, lock, changed_, [&] { return closing_ || !wanted_; }, context);
  if (closing_) return Lifetime::refusal();
  if (Status in_time = context.check(); !in_time) return in_time;
  wanted_ = wanted;
  schedule();
  // Also where the store is closed meanwhile: the task still asks the context, which is borrowed.
  options_.executor->wait(lock, changed_, [&] { return wanted->done || (closing_ && !working_); });
  if (wanted->failed) return failure(*wanted->failed);
  return wanted->done ? Status() : Lifetime::refusal();
}

void Compactor::close() {
  std::unique_lock lock(mutex_);
  closing_ = true;
  changed_.notify_all();
  options_.executor->wait(lock, changed_, [this] { return !working_; });
}

CompactionStatistics Compactor::statistics() const {
  const std::lock_guard lock(mutex_);
  return counted_;
}

}  // namespace kv
