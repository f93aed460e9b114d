#include "persistence/table_archive.h"

#include <mutex>
#include <utility>
#include <vector>

#include "persistence/archived_tables.h"
#include "persistence/frozen_queue.h"

namespace kv {
namespace {

class DirectoryTables final : public TableArchive {
 public:
  DirectoryTables(ArchivePlace place, TableArchiveParts parts)
      : place_(std::move(place)), parts_(std::move(parts)) {}

  Result<Recovered> recover(const AddVersion& add) override {
    Result<ArchivedTables> opened = open_archived_tables(place_, parts_);
    if (!opened) return failure(std::move(opened));
    found_ = *std::move(opened);
    put_away_ = found_.put_away;
    Result<Recovered> recovered =
        kv::recover(place_.files, place_.directory, add, RecoveryMode::strict, put_away_);
    if (recovered) recovered->checkpoint = 0;  // tables keep every version
    return recovered;
  }

  Status start(LsmTarget& target) override {
    if (Status known = make_newest_durable(place_, parts_, found_); !known) return known;
    tables_ = std::move(found_.newest_first);
    target_ = &target;
    show(nullptr);
    for (const std::string& path : found_.unfinished) static_cast<void>(place_.files.unlink(path));
    return {};
  }

  Status put_away_all(const CheckpointHeader& here) override {
    queue_.push({target_->freeze(), here});
    Result<CheckpointHeader> done = put_away();
    if (!done) return failure(std::move(done));
    return {};
  }

  bool rolled(const LogHeader& next) override {
    queue_.push({target_->freeze(), {next.first - 1, next.number}});
    return true;
  }

  Result<CheckpointHeader> put_away() override {
    const FrozenQueue::Frozen frozen = queue_.front();
    if (frozen.memtable->entries() > 0) {
      const TableNumber number = frozen.here.next_log - 1;
      Result<std::uint64_t> bytes =
          write_out(place_, number, *frozen.memtable->iterate(Direction::forward),
                    put_away_.sequence + 1, frozen.here.sequence, parts_.tables);
      if (!bytes) return failure(std::move(bytes));
      auto table = open_table_of(place_, parts_, number);
      if (!table) return failure(std::move(table));
      const std::lock_guard lock(mutex_);
      tables_.insert(tables_.begin(), *std::move(table));
      ++write_outs_;
      bytes_written_ += *bytes;
    }
    put_away_ = frozen.here;
    show(frozen.memtable.get());
    queue_.pop();
    return put_away_;
  }

  bool has_work() const override { return queue_.has_work(); }
  bool is_full() const override { return queue_.is_full(); }

  Statistics statistics() const override {
    const std::lock_guard lock(mutex_);
    Statistics figures{.tables = tables_.size(),
                       .table_bytes = 0,
                       .write_outs = write_outs_,
                       .bytes_written = bytes_written_};
    for (const auto& table : tables_) figures.table_bytes += table->file_bytes();
    return figures;
  }

 private:
  void show(const Memtable* written) { target_->show({tables_.begin(), tables_.end()}, written); }

  const ArchivePlace place_;
  const TableArchiveParts parts_;
  LsmTarget* target_ = nullptr;  // set by start
  ArchivedTables found_;         // by recover; start uses it up

  // Used by one thread at a time, that which puts away:
  CheckpointHeader put_away_;

  FrozenQueue queue_;

  mutable std::mutex mutex_;
  // Guarded by mutex_; tables_ changes only in the thread that puts away, which reads it without:
  Tables tables_;  // the newest first
  std::uint64_t write_outs_ = 0;
  std::uint64_t bytes_written_ = 0;
};

}  // namespace

std::unique_ptr<TableArchive> make_table_archive(ArchivePlace place, TableArchiveParts parts) {
  return std::make_unique<DirectoryTables>(std::move(place), std::move(parts));
}

}  // namespace kv
