#include "persistence/level_archive.h"

#include <atomic>
#include <utility>

#include "persistence/frozen_queue.h"

namespace kv {
namespace {

class LeveledTables final : public LevelArchive {
 public:
  LeveledTables(ArchivePlace place, TableArchiveParts parts, CompactorOptions compaction)
      : levels_(std::move(place), std::move(parts)), compactor_(levels_, std::move(compaction)) {}

  Result<Recovered> recover(const AddVersion& add) override {
    if (Status opened = levels_.open(); !opened) return failure(std::move(opened));
    const std::shared_ptr<const LevelState> state = levels_.state();
    put_away_ = {state->version.put_away, state->version.next_log};
    Result<Recovered> recovered = kv::recover(levels_.place().files, levels_.place().directory, add,
                                              RecoveryMode::strict, put_away_);
    if (!recovered) return recovered;
    recovered->checkpoint = state->version.known_from;
    if (levels_.dropped()) {
      recovered->damages.insert(recovered->damages.begin(), *levels_.dropped());
    }
    return recovered;
  }

  Status start(LsmTarget& target) override {
    target_ = &target;
    if (Status started = levels_.start(target); !started) return started;
    compactor_.start(target);
    compactor_.wake();
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
    if (Status ready = levels_.ready(); !ready) return failure(std::move(ready));
    const FrozenQueue::Frozen frozen = queue_.front();
    VersionEdit edit{.next_log = frozen.here.next_log, .put_away = frozen.here.sequence};
    Tables added;
    if (frozen.memtable->entries() > 0) {
      Result<std::shared_ptr<const Table>> table = write(frozen);
      if (!table) return failure(std::move(table));
      edit.added.push_back({0, table_info(**table)});
      added.push_back(*std::move(table));
    }
    Status installed = levels_.install(std::move(edit), added, frozen.memtable.get());
    if (!installed) return failure(std::move(installed));
    if (!added.empty()) {
      write_outs_.fetch_add(1, std::memory_order_relaxed);
      bytes_written_.fetch_add(added.front()->file_bytes(), std::memory_order_relaxed);
    }
    put_away_ = frozen.here;
    queue_.pop();
    levels_.remove_obsolete();
    compactor_.wake();
    return put_away_;
  }

  bool has_work() const override { return queue_.has_work(); }
  bool is_full() const override { return queue_.is_full(); }

  Status close() override {
    compactor_.close();
    return levels_.close();
  }

  Status make_room(const Context& context) override { return compactor_.make_room(context); }

  Status compact(const Range& range, const Context& context) override {
    return compactor_.compact(range, context);
  }

  std::vector<Maintenance::Level> levels() const override {
    const std::shared_ptr<const LevelState> state = levels_.state();
    std::vector<Maintenance::Level> levels;
    for (std::size_t level = 0; level < level_count; ++level) {
      const std::size_t files = state->version.levels[level].size();
      if (files == 0) continue;
      levels.push_back({.number = static_cast<int>(level),
                        .files = files,
                        .bytes = level_bytes(state->version, level)});
    }
    return levels;
  }

  Statistics statistics() const override {
    Statistics figures{.write_outs = write_outs_.load(std::memory_order_relaxed),
                       .bytes_written = bytes_written_.load(std::memory_order_relaxed),
                       .compaction = compactor_.statistics()};
    for (const Maintenance::Level& level : levels()) {
      figures.tables += level.files;
      figures.table_bytes += level.bytes;
    }
    return figures;
  }

 private:
  // Writes the memtable out to a table, whose name is durable then.
  Result<std::shared_ptr<const Table>> write(const FrozenQueue::Frozen& frozen) {
    const TableNumber number = levels_.new_number();
    Result<std::uint64_t> bytes =
        write_out(levels_.place(), number, *frozen.memtable->iterate(Direction::forward),
                  put_away_.sequence + 1, frozen.here.sequence, levels_.parts().tables);
    Result<std::shared_ptr<const Table>> table = failure(Code::unavailable);
    if (bytes) {
      table = open_table_of(levels_.place(), levels_.parts(), number);
    } else {
      table = failure(std::move(bytes));
    }
    // No edit names it, and the next attempt takes another number.
    if (!table)
      static_cast<void>(levels_.place().files.unlink(table_path(levels_.place(), number)));
    return table;
  }

  TableLevels levels_;
  Compactor compactor_;
  LsmTarget* target_ = nullptr;  // set by start

  // Used by one thread at a time, that which puts away:
  CheckpointHeader put_away_;

  FrozenQueue queue_;

  // Figures for people, of one writer; relaxed.
  std::atomic<std::uint64_t> write_outs_{0};
  std::atomic<std::uint64_t> bytes_written_{0};
};

}  // namespace

std::unique_ptr<LevelArchive> make_level_archive(ArchivePlace place, TableArchiveParts parts,
                                                 CompactorOptions compaction) {
  return std::make_unique<LeveledTables>(std::move(place), std::move(parts), std::move(compaction));
}

}  // namespace kv
