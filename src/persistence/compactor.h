#pragma once

// Compacts the levels of a store (persistence/table_levels.h) in the background: asks a picker
// (storage/compaction.h) for the next job, does it, and asks again, until there is none.
//
//   a job   its tables ── make_merging_iterator ── make_surviving_versions ── write_tables
//             ──> new files, synced, their names durable ──> an edit ──> the old files go
//           or, where nothing overlaps, an edit alone: the tables change levels as they are
//
// *Thread safety*: start: one thread, before any other call. The rest: any thread.
// *Ownership*: borrows levels and target; shares the executor.
// *Errors*: a job that fails is told by `warn`, in a task of the executor; its files are removed,
// unless the manifest may name them or memory ran out (then the next opening does that), and
// nothing has changed. It is tried again when another table comes behind it, or when somebody
// waits for it; where nobody knows what the manifest holds, after the next opening.

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "kv/context.h"
#include "kv/range.h"
#include "persistence/back_pressure.h"
#include "persistence/table_levels.h"
#include "storage/compaction.h"

namespace kv {

struct CompactorOptions {
  Picker picker;
  std::uint64_t table_bytes;
  CompactionFilter drop{};
  BackPressure back_pressure{};
  std::shared_ptr<Executor> executor;
  std::function<void(std::string_view message)> warn;
  std::function<void(std::chrono::microseconds)> pause{};  // null: nobody pauses
};

struct CompactionStatistics {
  std::uint64_t compactions = 0;                           // jobs that wrote tables
  std::uint64_t moves = 0;                                 // jobs that only moved them
  std::array<std::uint64_t, level_count> jobs_of_level{};  // of both kinds, by the upper level
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_written = 0;
  std::uint64_t entries_dropped = 0;
  std::uint64_t writes_slowed = 0;   // since level 0 had many tables
  std::uint64_t writes_stopped = 0;  // since it had too many
  std::uint64_t stall_us = 0;        // how long writes were stopped, altogether
};

class Compactor {
 public:
  Compactor(TableLevels& levels, CompactorOptions options)
      : levels_(levels), options_(std::move(options)) {}

  void start(LsmTarget& target) { target_ = &target; }

  // There may be something to do: a table has come.
  void wake();

  // Slows the caller, who is about to write, or makes it wait, as back-pressure demands. Errors:
  // why there is no room; the last job's; `closed`; those of the context, which is asked behind a
  // pause as well.
  Status make_room(const Context& context);

  // Brings what tables hold of the range into one level, written anew (pick_range). Meanwhile the
  // picker is not asked, and level 0 is merged only where writers would have to wait. Errors: those
  // of the jobs; `closed`; those of the context, which is asked before each job.
  Status compact(const Range& range, const Context& context);

  // Stops the job that is under way, and returns when there is none.
  void close();

  CompactionStatistics statistics() const;

 private:
  // A range that somebody waits for.
  struct Wanted {
    RangeToCompact range;    // the task's
    bool gives_way = false;  // the task's: level 0 has a turn, if it needs one
    const Context context{};
    bool done = false;
    std::optional<Error> failed{};
  };

  void schedule();
  void work();
  bool do_next_job(const LevelState& state, Wanted* wanted, Status& done);
  std::optional<Compaction> job_between(const Version& version, Wanted& wanted) const;
  Status move(const Compaction& job);
  Status rewrite(const Compaction& job, const LevelState& state);
  Result<std::vector<TableInfo>> write(const Compaction& job, const LevelState& state,
                                       std::vector<TableNumber>& made);
  Status wait_until(const std::function<bool()>& enough, const Context& context);
  bool is_closing() const { return closing_.load(std::memory_order_relaxed); }

  TableLevels& levels_;
  const CompactorOptions options_;
  LsmTarget* target_ = nullptr;  // set by start

  mutable std::mutex mutex_;
  // Guarded by mutex_:
  bool working_ = false;            // a task is scheduled or runs
  bool woken_ = false;              // something came since the task has looked
  std::shared_ptr<Wanted> wanted_;  // null: nobody waits for a range
  std::optional<Error> failed_;     // the last job, if it did
  CompactionStatistics counted_;
  std::condition_variable changed_;  // any of these, or level 0

  // Set under mutex_, for who waits. Relaxed: a job that asks at every entry orders nothing by it.
  std::atomic<bool> closing_{false};
};

}  // namespace kv
