#include "persistence/logged_commit.h"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>
#include <new>
#include <optional>
#include <utility>

#include "base/quote.h"
#include "persistence/commit_queue.h"
#include "persistence/database_directory.h"
#include "persistence/log_writer.h"

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
    Result<Recovered> recovered = kv::recover(files_, directory_.path(), add);
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

  Status start(CommitTarget& target) override {
    target_ = &target;
    const CheckpointHeader here{recovered_.last, recovered_.next_log};
    const bool is_empty = recovered_.next_log == 1;
    if (recovered_.closed) {
      checkpoint_bytes_ = files_.file_size(checkpoint_path(directory_.path())).value_or(0);
    } else if (!is_empty) {
      if (Status written = write(here); !written) return written;
      remove_logs_before(here.next_log);
    }
    Result<std::unique_ptr<LogWriter>> log =
        make_log_writer(files_, {.directory = directory_.path(),
                                 .log_bytes = options_.log_bytes,
                                 .number = recovered_.closed ? here.next_log - 1 : here.next_log,
                                 .offset = recovered_.closed ? recovered_.end_offset : 0,
                                 .first = here.sequence + 1,
                                 .sync_names = [this] { return sync_names(); },
                                 .rolled = [this](const LogHeader& next) { rolled(next); }});
    if (!log) return failure(std::move(log));
    log_ = *std::move(log);
    queue_ = make_commit_queue(target, *log_, options_.durability);
    return {};
  }

  Status apply(const Batch& batch, const Context& context) override {
    return queue_->apply(batch, context);
  }

  Status flush(const Context& context) override { return queue_->flush(context); }

  Status close() override {
    Status closed = queue_ ? queue_->close() : Status();
    {
      std::unique_lock lock(mutex_);
      wanted_.reset();
      executor_->wait(lock, idle_, [this] { return !working_; });
    }
    directory_.release();
    return closed;
  }

 private:
  // A log was full, and all before `next` is in the target: perhaps it is time for a checkpoint.
  void rolled(const LogHeader& next) {
    const std::lock_guard lock(mutex_);
    log_bytes_ += options_.log_bytes;
    if (log_bytes_ < checkpoint_bytes_) return;
    log_bytes_ = 0;
    wanted_ = CheckpointHeader{next.first - 1, next.number};
    if (working_) return;
    executor_->schedule([this] { work(); });
    working_ = true;  // seen by the task: it wants the mutex first
  }

  // A task: writes the checkpoints that are wanted.
  void work() {
    while (const std::optional<CheckpointHeader> wanted = next_wanted()) {
      try {
        replace_logs(*wanted);
      } catch (const std::bad_alloc&) {
        try_again();  // nobody is told: that takes memory
      }
    }
  }

  // The next checkpoint; none if no more is wanted. That was the last look at a member then, since
  // close() may be waiting for it.
  std::optional<CheckpointHeader> next_wanted() {
    const std::lock_guard lock(mutex_);
    if (wanted_) return std::exchange(wanted_, std::nullopt);
    working_ = false;
    idle_.notify_all();
    return std::nullopt;
  }

  void replace_logs(const CheckpointHeader& header) {
    if (Status written = write(header); !written) {
      try_again();
      options_.warn(
          fmt::format("the checkpoint of {} failed and is tried again when the next log "
                      "is full: {}",
                      quote(directory_.path()), written.error().text()));
      return;
    }
    log_->settled(header.sequence);
    remove_logs_before(header.next_log);
  }

  // Lets the next log that is full ask for a checkpoint.
  void try_again() {
    const std::lock_guard lock(mutex_);
    log_bytes_ = checkpoint_bytes_;
  }

  Status write(const CheckpointHeader& header) {
    const auto versions = target_->versions();
    Result<std::uint64_t> bytes = write_checkpoint(files_, directory_.path(), header, *versions,
                                                   [this] { return sync_names(); });
    if (!bytes) return failure(std::move(bytes));
    const std::lock_guard lock(mutex_);
    checkpoint_bytes_ = *bytes;
    return {};
  }

  // The log and the checkpoint are names in one directory: if its sync fails, whoever called it,
  // both are in doubt, and the next sync would succeed and prove nothing.
  Status sync_names() {
    const std::lock_guard lock(names_mutex_);
    if (names_failed_) return failure(*names_failed_);
    Status synced = files_.sync_directory(directory_.path());
    if (!synced) names_failed_ = synced.error();
    return synced;
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
  CommitTarget* target_ = nullptr;
  Recovered recovered_;
  std::unique_ptr<LogWriter> log_;
  std::unique_ptr<CommitQueue> queue_;

  std::mutex mutex_;
  // Guarded by mutex_:
  std::optional<CheckpointHeader> wanted_;  // the next checkpoint
  bool working_ = false;                    // a task is scheduled or runs
  std::uint64_t checkpoint_bytes_ = 0;      // the size of the last one
  std::uint64_t log_bytes_ = 0;   // of the logs that were filled since the last one was wanted
  std::condition_variable idle_;  // not working_

  std::mutex names_mutex_;
  std::optional<Error> names_failed_;  // guarded by names_mutex_: a sync of the directory
};

}  // namespace

Result<std::unique_ptr<LoggedCommit>> open_logged_commit(FileSystem& files,
                                                         std::shared_ptr<Executor> executor,
                                                         LoggedCommitOptions options) {
  auto directory = DatabaseDirectory::open(files, options.directory, options.engine);
  if (!directory) return failure(std::move(directory));
  return std::make_unique<DirectoryCommit>(*std::move(directory), std::move(executor),
                                           std::move(options));
}

}  // namespace kv
