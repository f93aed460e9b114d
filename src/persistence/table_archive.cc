#include "persistence/table_archive.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/quote.h"

namespace kv {
namespace {

// So many memtables may wait to be written out before writers must.
constexpr std::size_t most_waiting = 2;

using Tables = std::vector<std::shared_ptr<const Table>>;

class DirectoryTables final : public TableArchive {
 public:
  DirectoryTables(ArchivePlace place, TableArchiveParts parts)
      : place_(std::move(place)), parts_(std::move(parts)) {}

  Result<Recovered> recover(const AddVersion& add) override {
    if (Status opened = open_tables(); !opened) return failure(std::move(opened));
    if (Status follows = check_first_log(); !follows) return failure(std::move(follows));
    Result<Recovered> recovered =
        kv::recover(place_.files, place_.directory, add, RecoveryMode::strict, put_away_);
    if (recovered) recovered->checkpoint = 0;  // tables keep every version
    return recovered;
  }

  Status start(LsmTarget& target) override {
    if (Status known = make_name_durable(); !known) return known;
    target_ = &target;
    target_->show(tables_, nullptr);
    for (const std::string& path : unfinished_) static_cast<void>(place_.files.unlink(path));
    return {};
  }

  Status put_away_all(const CheckpointHeader& here) override {
    queue_.push_back({target_->freeze(), here});
    waiting_ = queue_.size();
    Result<CheckpointHeader> done = put_away();
    if (!done) return failure(std::move(done));
    return {};
  }

  bool rolled(const LogHeader& next) override {
    auto memtable = target_->freeze();
    const std::lock_guard lock(mutex_);
    queue_.push_back({std::move(memtable), {next.first - 1, next.number}});
    waiting_ = queue_.size();
    return true;
  }

  Result<CheckpointHeader> put_away() override {
    const Frozen frozen = front();
    if (frozen.memtable->entries() > 0) {
      const TableNumber number = frozen.here.next_log - 1;
      Result<std::uint64_t> bytes =
          write_out(place_, number, *frozen.memtable->iterate(Direction::forward),
                    put_away_.sequence + 1, frozen.here.sequence, parts_.tables);
      if (!bytes) return failure(std::move(bytes));
      auto table = open(number);
      if (!table) return failure(std::move(table));
      const std::lock_guard lock(mutex_);
      tables_.insert(tables_.begin(), *std::move(table));
      ++write_outs_;
      bytes_written_ += *bytes;
    }
    put_away_ = frozen.here;
    target_->show(tables_, frozen.memtable.get());
    const std::lock_guard lock(mutex_);
    queue_.pop_front();
    waiting_ = queue_.size();
    return put_away_;
  }

  bool has_work() const override { return waiting_ > 0; }
  bool is_full() const override { return waiting_ >= most_waiting; }

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
  // A memtable that waits, and what will be put away once it is written out.
  struct Frozen {
    std::shared_ptr<const Memtable> memtable;
    CheckpointHeader here;
  };

  Frozen front() const {
    const std::lock_guard lock(mutex_);
    return queue_.front();
  }

  // Opens all tables there are, and removes what was never finished.
  Status open_tables() {
    Result<std::vector<std::string>> names = place_.files.list(place_.directory);
    if (!names) return failure(std::move(names));
    std::vector<TableNumber> numbers;
    for (const std::string& name : *names) {
      if (const auto number = table_number(name)) numbers.push_back(*number);
      if (is_unfinished_table(name)) unfinished_.push_back(join(place_.directory, name));
    }
    std::ranges::sort(numbers);
    for (const TableNumber number : numbers) {
      if (Status added = add_table(number); !added) return added;
    }
    return {};
  }

  // Adds the table behind those that are open.
  Status add_table(TableNumber number) {
    auto table = open(number);
    if (!table) return failure(std::move(table));
    const TableProperties& properties = (*table)->properties();
    const SequenceNumber expected = put_away_.sequence + 1;
    if (properties.first_sequence != expected) {
      return failure(
          Code::corruption,
          fmt::format("{} begins with write {}, and the tables before it end with write {}: {}",
                      quote(path(number)), properties.first_sequence, put_away_.sequence,
                      properties.first_sequence > expected
                          ? "a table is missing; put it back, or let `kvcli salvage` save what is "
                            "left"
                          : "one of them does not belong here; move it away, and `kvcli salvage` "
                            "saves what is left"));
    }
    put_away_ = {properties.last_sequence, number + 1};
    tables_.insert(tables_.begin(), *std::move(table));
    return {};
  }

  // Writes the newest table again if its name may not be durable.
  Status make_name_durable() {
    if (tables_.empty()) return {};
    const Table& newest = *tables_.front();
    const TableNumber number = newest.number();
    Result<bool> log_is_there = place_.files.exists(log_path(place_.directory, number));
    if (!log_is_there) return failure(std::move(log_is_there));
    if (!*log_is_there) return {};
    Result<std::uint64_t> bytes =
        write_out(place_, number, *newest.iterate(Direction::forward),
                  newest.properties().first_sequence, put_away_.sequence, parts_.tables);
    if (!bytes) return failure(std::move(bytes));
    auto table = open(number);
    if (!table) return failure(std::move(table));
    tables_.front() = *std::move(table);
    return {};
  }

  // Looks whether the first log that is needed begins behind the tables. If it begins with writes
  // that they hold, the newest is not the one that was written here: recovery would pass over the
  // log's writes. If it begins later, writes are missing, and it is recovery that judges: where
  // nothing proves them, that is what a failed sync leaves, too.
  Status check_first_log() const {
    const Result<std::vector<LogNumber>> logs = logs_in(place_.files, place_.directory);
    if (!logs) return failure(logs.error());
    const auto first = std::ranges::lower_bound(*logs, put_away_.next_log);
    if (tables_.empty() || first == logs->end()) return {};
    const Result<LogHeader> header = read_log_header(place_.files, place_.directory, *first);
    // What is wrong with the log itself is recovery's to say.
    if (failed_with(Code::corruption, header) || failed_with(Code::invalid_argument, header)) {
      return {};
    }
    if (!header) return failure(header.error());
    if (header->number != *first || header->first > put_away_.sequence) return {};
    return failure(Code::corruption,
                   fmt::format("{} ends with write {}, and {} begins with write {}: the table does "
                               "not belong here; put back the one that was there",
                               quote(path(tables_.front()->number())), put_away_.sequence,
                               quote(log_path(place_.directory, *first)), header->first));
  }

  Result<std::shared_ptr<const Table>> open(TableNumber number) const {
    auto file = place_.files.open_for_lookups(path(number));
    if (!file) return failure(std::move(file));
    return open_table({.file = *std::move(file),
                       .path = path(number),
                       .number = number,
                       .cache = parts_.cache,
                       .statistics = parts_.statistics});
  }

  std::string path(TableNumber number) const { return join(place_.directory, table_name(number)); }

  const ArchivePlace place_;
  const TableArchiveParts parts_;
  LsmTarget* target_ = nullptr;          // set by start
  std::vector<std::string> unfinished_;  // paths that a crash has left; start removes them

  // Used by one thread at a time, that which puts away:
  CheckpointHeader put_away_;

  // queue_.size(), for those who ask at every write. Released with the queue's change, acquired by
  // them; what they do next takes a mutex anyway.
  std::atomic<std::size_t> waiting_{0};

  mutable std::mutex mutex_;
  // Guarded by mutex_; tables_ changes only in the thread that puts away, which reads it without:
  std::deque<Frozen> queue_;  // the oldest first
  Tables tables_;             // the newest first
  std::uint64_t write_outs_ = 0;
  std::uint64_t bytes_written_ = 0;
};

}  // namespace

std::unique_ptr<TableArchive> make_table_archive(ArchivePlace place, TableArchiveParts parts) {
  return std::make_unique<DirectoryTables>(std::move(place), std::move(parts));
}

}  // namespace kv
