#include "persistence/logged_commit.h"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>
#include <new>
#include <optional>
#include <utility>

#include "base/quote.h"
#include "kv/lifetime.h"
#include "persistence/commit_queue.h"
#include "persistence/database_directory.h"
#include "persistence/rollable_log.h"
#include "persistence/wait_in_time.h"

namespace kv {
namespace {

class DirectoryCommit final : public LoggedCommit {
 public:
  DirectoryCommit(DatabaseDirectory directory, std::shared_ptr<Executor> executor,
                  LoggedCommitOptions options)
      : directory_(std::move(directory)),
        files_(directory_.files()),
        executor_(std::move(executor)),
        options_(std::move(options)) {}

  ~DirectoryCommit() override { static_cast<void>(close()); }

  Result<Recovered> recover(const AddVersion& add) override {
    archive_ = options_.make_archive(
        {files_, directory_.path(), [this] { return sync_names(); }, directory_.made_by()});
    Result<Recovered> recovered = archive_->recover(add);
    if (!recovered) return recovered;
    for (const Damage& damage : recovered->damages) {
      options_.warn(
          fmt::format("{}, offset {}: dropped {}; nothing proves that they were durable "
                      "when the process or the power went",
                      quote(damage.path), damage.offset, damage.what));
    }
    recovered_ = *recovered;
    return recovered;
  }

  Status start(LsmTarget& target) override {
    // If it fails, the target goes: no work in the background may outlive it.
    try {
      Status started = begin(target);
      if (!started) static_cast<void>(close());
      return started;
    } catch (...) {
      static_cast<void>(close());
      throw;
    }
  }

  Status apply(const Batch& batch, const Context& context) override {
    return queue_->apply(batch, context);
  }

  Status flush(const Context& context) override { return queue_->flush(context); }

  Status close() override {
    Status closed = queue_ ? queue_->close() : Status();
    {
      std::unique_lock lock(mutex_);
      closing_ = true;
      executor_->wait(lock, changed_, [this] { return !working_; });
    }
    if (archive_ != nullptr && !std::exchange(archive_closed_, true)) {
      Status archive_closed = archive_->close();
      if (closed) closed = std::move(archive_closed);
    }
    directory_.release();
    return closed;
  }

  Status make_room(const Context& context) override {
    if (!archive_->is_full()) return {};
    return wait_for_work([this] { return !archive_->is_full(); }, context);
  }

  bool has_failed() const override { return log_->has_failed(); }

  Status roll(const Context& context) override {
    if (Status room = make_room(context); !room) return room;
    const std::lock_guard turn(roll_mutex_);
    if (Status in_time = context.check(); !in_time) return in_time;
    // The next log's name could not be made durable: this one's is, and can be written still.
    if (Status known = names_known(); !known) return known;
    log_->roll_at_sync(true);
    if (Status flushed = queue_->flush(context); !flushed) {
      log_->roll_at_sync(false);
      return flushed;
    }
    return log_->rolled();
  }

  Status settle(const Context& context) override {
    SequenceNumber last = 0;
    {
      const std::lock_guard lock(mutex_);
      last = to_put_away_;
    }
    const auto enough = [&] { return put_away_ >= last || !archive_->has_work(); };
    if (Status settled = wait_for_work(enough, context); !settled) return settled;
    const std::lock_guard lock(mutex_);
    if (put_away_ < last && failed_) return failure(*failed_);  // a checkpoint's next try is later
    return {};
  }

 private:
  // Puts away what was recovered where that is needed, and begins a log.
  Status begin(LsmTarget& target) {
    if (Status started = archive_->start(target); !started) return started;
    if (directory_.made_by() != options_.engine) {
      Status ours = directory_.take_over(options_.engine, [this] { return sync_names(); });
      if (!ours) return ours;
    }
    const CheckpointHeader here{recovered_.last, recovered_.next_log};
    const bool is_empty = recovered_.next_log == 1;
    if (!recovered_.closed && !is_empty) {
      if (Status done = archive_->put_away_all(here); !done) return done;
      remove_logs_before(here.next_log);
    }
    const LogWriterOptions writing = {
        .directory = directory_.path(),
        .log_bytes = options_.log_bytes,
        .number = recovered_.closed ? here.next_log - 1 : here.next_log,
        .offset = recovered_.closed ? recovered_.end_offset : 0,
        .first = here.sequence + 1,
        .sync_names = [this] { return sync_names(); },
        .rolled = [this](const LogHeader& next) { rolled(next); }};
    log_ = std::make_unique<RollableLog>(files_, writing);
    if (Status opened = log_->open(); !opened) return opened;
    queue_ = make_commit_queue(target, *log_, options_.durability);
    return {};
  }

  // A log was full, and all before `next` is in the target: perhaps there is work.
  void rolled(const LogHeader& next) {
    if (!archive_->rolled(next)) return;
    const std::lock_guard lock(mutex_);
    to_put_away_ = next.first - 1;
    work_in_background();
  }

  // mutex_ is held.
  void work_in_background() {
    if (working_ || closing_) return;
    executor_->schedule([this] { work(); });
    working_ = true;  // seen by the task: it wants the mutex first
  }

  // Returns when `enough` holds, or when the work that should bring it about has failed.
  Status wait_for_work(const std::function<bool()>& enough, const Context& context) {
    std::unique_lock lock(mutex_);
    if (!enough()) work_in_background();
    wait_in_time(*executor_, lock, changed_, [&] { return !working_ || enough(); }, context);
    if (enough()) return {};
    if (Status in_time = context.check(); !in_time) return in_time;
    if (failed_) return failure(*failed_);
    return Lifetime::refusal();
  }

  // A task: puts away what there is to put away, until that fails.
  void work() {
    while (goes_on()) {
      const Result<CheckpointHeader> done = put_away();
      if (done) {
        log_->settled(done->sequence);
        remove_logs_before(done->next_log);
      }
      note(done);
    }
  }

  Result<CheckpointHeader> put_away() {
    try {
      return archive_->put_away();
    } catch (const std::bad_alloc&) {
      return failure(Code::unavailable, "out of memory");
    }
  }

  // Whether there is more to do. If not, that was the last look at a member: close() may be waiting
  // for it.
  bool goes_on() {
    const std::lock_guard lock(mutex_);
    const bool pauses = std::exchange(pausing_, false);
    if (archive_->has_work() && !closing_ && !pauses) return true;
    working_ = false;
    changed_.notify_all();
    return false;
  }

  void note(const Result<CheckpointHeader>& done) {
    {
      const std::lock_guard lock(mutex_);
      changed_.notify_all();
      pausing_ = !done;
      if (done) {
        put_away_ = done->sequence;
        failed_.reset();
        return;
      }
      // A full disk fails again and again: it is told once.
      if (failed_ && failed_->code() == done.error().code()) return;
      failed_ = done.error();
    }
    options_.warn(
        fmt::format("{}: what full logs hold could not be put away, so the logs stay; it "
                    "is tried again when the next one is full: {}",
                    quote(directory_.path()), done.error().text()));
  }

  // Logs and what takes their place are names in one directory: if its sync fails, whoever called
  // it, both are in doubt, and the next sync would succeed and prove nothing.
  Status sync_names() {
    const std::lock_guard lock(names_mutex_);
    if (names_failed_) return failure(*names_failed_);
    Status synced = files_.sync_directory(directory_.path());
    if (!synced) names_failed_ = synced.error();
    return synced;
  }

  Status names_known() {
    const std::lock_guard lock(names_mutex_);
    if (names_failed_) return failure(*names_failed_);
    return {};
  }

  // What is left over takes room, and is passed over when the store is opened: a failure matters
  // little.
  void remove_logs_before(LogNumber next) {
    const Result<std::vector<LogNumber>> logs = logs_in(files_, directory_.path());
    if (!logs) return;
    for (const LogNumber number : *logs) {
      if (number >= next) break;
      static_cast<void>(files_.unlink(log_path(directory_.path(), number)));
    }
  }

  DatabaseDirectory directory_;
  FileSystem& files_;
  const std::shared_ptr<Executor> executor_;
  const LoggedCommitOptions options_;

  // Set before other threads come:
  Recovered recovered_;
  std::unique_ptr<LogArchive> archive_;
  std::unique_ptr<RollableLog> log_;
  std::unique_ptr<CommitQueue> queue_;
  bool archive_closed_ = false;  // by the first close

  std::mutex mutex_;
  // Guarded by mutex_:
  bool working_ = false;  // a task is scheduled or runs
  bool pausing_ = false;  // its last attempt has failed
  bool closing_ = false;
  SequenceNumber to_put_away_ = 0;   // writes up to this one were, when a log was full last
  SequenceNumber put_away_ = 0;      // and these are
  std::optional<Error> failed_;      // the last attempt, if it did
  std::condition_variable changed_;  // working_, or what is left to put away

  std::mutex roll_mutex_;  // one `roll` at a time

  std::mutex names_mutex_;
  std::optional<Error> names_failed_;  // guarded by names_mutex_: a sync of the directory
};

}  // namespace

Result<std::unique_ptr<LoggedCommit>> open_logged_commit(FileSystem& files,
                                                         std::shared_ptr<Executor> executor,
                                                         LoggedCommitOptions options) {
  auto directory =
      DatabaseDirectory::open(files, options.directory, options.engine, options.takes_over);
  if (!directory) return failure(std::move(directory));
  return std::make_unique<DirectoryCommit>(*std::move(directory), std::move(executor),
                                           std::move(options));
}

}  // namespace kv
