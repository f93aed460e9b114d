// The salvage of engine sstable (persistence/salvage.h).

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "base/quote.h"
#include "persistence/log_reader.h"
#include "persistence/recovery.h"
#include "persistence/salvage_parts.h"
#include "persistence/table_archive.h"
#include "persistence/table_rescue.h"

namespace kv {
namespace {

// What was collected for one new table: of each write one version.
class Collected {
 public:
  // Takes the versions of the writes from `first` to `last`, and no others.
  Collected(SequenceNumber first, SequenceNumber last) : first_(first), last_(last) {}

  void add(const InternalKey& key, std::string_view value) {
    if (key.sequence < first_ || key.sequence > last_) return;
    if (!writes_.insert(key.sequence).second) return;
    versions_->add(key.sequence, key.kind, key.user_key, value);
  }

  // The newest write; that before the first where there is none.
  SequenceNumber newest() const { return writes_.empty() ? first_ - 1 : *writes_.rbegin(); }
  const Memtable& versions() const { return *versions_; }

  // Adds the writes up to `last` that are not there.
  void add_missing(SequenceNumber last, std::vector<MissingWrites>& missing) const {
    SequenceNumber expected = first_;
    for (const SequenceNumber write : writes_) {
      if (write > expected) missing.push_back({expected, write - 1});
      expected = write + 1;
    }
    if (last >= expected) missing.push_back({expected, last});
  }

 private:
  const SequenceNumber first_;
  const SequenceNumber last_;
  std::unique_ptr<Memtable> versions_ = make_memtable();
  std::set<SequenceNumber> writes_;
};

class TableSalvage {
 public:
  TableSalvage(const DatabaseDirectory& directory, SalvageReport& report)
      : files_(directory.files()),
        directory_(directory),
        place_{files_, directory.path(), {}},
        report_(report) {}

  Status run() {
    Result<std::vector<FoundTable>> found = look_at_tables(files_, directory_.path());
    if (!found) return failure(std::move(found));
    tables_ = *std::move(found);
    if (Status fit = check_places(); !fit) return fit;
    for (std::size_t at = 0; at < tables_.size(); ++at) {
      const FoundTable& table = tables_[at];
      if (Status fits = check_place(table, last_, number_); !fits) return fits;
      if (Status filled = fill_gap_before(table); !filled) return filled;
      if (table.damage && at + 1 == tables_.size()) break;
      if (table.damage || !table.properties) {
        if (Status renewed = renew(at); !renewed) return renewed;
      } else {
        pass(table.number, *table.properties);
      }
    }
    if (Status done = salvage_newest(); !done) return done;
    return check_that_it_opens();
  }

 private:
  // That the tables follow each other, as far as that is known before one is changed.
  Status check_places() const {
    SequenceNumber last = 0;
    std::optional<TableNumber> number = 0;  // none where a table's writes aren't known
    for (std::size_t at = 0; at < tables_.size(); ++at) {
      const FoundTable& table = tables_[at];
      if (Status fits = check_place(table, last, number); !fits) return fits;
      if (is_replaced(at)) continue;
      if (table.properties) last = table.properties->last_sequence;
      number = table.properties ? std::optional(table.number) : std::nullopt;
    }
    return {};
  }

  // Whether a salvage that was killed has written the next table in the place of this one, which
  // was damaged, and the logs.
  bool is_replaced(std::size_t at) const {
    const FoundTable& table = tables_[at];
    if (!table.damage || !table.properties || at + 1 == tables_.size()) return false;
    const auto& next = tables_[at + 1].properties;
    return next && next->first_sequence == table.properties->first_sequence;
  }

  // That the table goes on behind those before it, which end with this write, and the last of which
  // has this number, if that is known. There is no telling which of them is wrong.
  Status check_place(const FoundTable& table, SequenceNumber last,
                     std::optional<TableNumber> number) const {
    if (!table.properties) return {};
    const SequenceNumber first = table.properties->first_sequence;
    if (first <= last) {
      return failure(Code::corruption,
                     fmt::format("{} begins with write {}, and the tables before it end with write "
                                 "{}: one of them does not belong here; move it away, and salvage "
                                 "what is left",
                                 quote(path_of(table.number)), first, last));
    }
    if (first > last + 1 && number && table.number <= *number + 1) {
      return failure(Code::corruption,
                     fmt::format("{} begins with write {}, and write {} should come next, but no "
                                 "table is missing: it does not belong here; move it away, and "
                                 "salvage what is left",
                                 quote(path_of(table.number)), first, last + 1));
    }
    return {};
  }

  // A table without entries takes the place of one that is missing, so that the writes follow each
  // other again.
  Status fill_gap_before(const FoundTable& table) {
    if (!table.properties || table.properties->first_sequence == last_ + 1) return {};
    const SequenceNumber end = table.properties->first_sequence - 1;
    const TableNumber missing = table.number - 1;
    if (Status filled = write(missing, Collected(last_ + 1, end), end); !filled) return filled;
    report_.damages.push_back({path_of(missing), 0, 0, "a table is missing here"});
    return {};
  }

  // Leaves an intact table as it is.
  void pass(TableNumber number, const TableProperties& properties) {
    last_ = properties.last_sequence;
    number_ = number;
    report_.versions += properties.entries;
  }

  // Writes the damaged table anew, of what can be read. If the next one has its writes, which a
  // salvage that was killed may have left, it is not needed.
  Status renew(std::size_t at) {
    const FoundTable& table = tables_[at];
    std::optional<SequenceNumber> end = end_before_next(at);
    if (table.properties) {
      end = std::min(table.properties->last_sequence, end.value_or(max_sequence));
    }
    Collected collected(last_ + 1, end.value_or(max_sequence - 1));
    if (Status kept = collect(table, collected); !kept) return kept;
    const SequenceNumber last = end.value_or(collected.newest());
    if (last > last_) return write(table.number, collected, last);
    if (Status removed = files_.unlink(path_of(table.number)); !removed) return removed;
    return files_.sync_directory(directory_.path());
  }

  // The write before the first of the next table; none where its writes are not known either.
  std::optional<SequenceNumber> end_before_next(std::size_t at) const {
    const auto& next = tables_[at + 1].properties;
    if (!next || next->first_sequence == 0) return std::nullopt;
    return next->first_sequence - 1;
  }

  // Keeps a copy of the damaged table, and collects what can be read of it.
  Status collect(const FoundTable& table, Collected& collected) {
    const std::string path = path_of(table.number);
    const Result<std::string> bytes = read_file(files_, path);
    if (!bytes) return failure(bytes.error());
    if (Status kept = keep(files_, path, *bytes, report_); !kept) return kept;
    auto rescued = rescue_table_of(
        files_, directory_.path(), table.number,
        [&](const InternalKey& key, std::string_view value) { collected.add(key, value); });
    if (!rescued) return failure(std::move(rescued));
    auto& damages = rescued->damages;
    if (damages.empty() && table.damage) {
      damages.push_back({path, 0, bytes->size(), table.damage->message()});
    }
    std::ranges::move(damages, std::back_inserter(report_.damages));
    report_.changed = true;
    return {};
  }

  // Writes a table of what was collected, for the writes up to `last`.
  Status write(TableNumber number, const Collected& collected, SequenceNumber last) {
    const auto versions = collected.versions().iterate(Direction::forward);
    const auto written = write_out(place_, number, *versions, last_ + 1, last, TableOptions());
    if (!written) return failure(written.error());
    collected.add_missing(last, report_.missing);
    report_.versions += collected.versions().entries();
    report_.changed = true;
    last_ = last;
    number_ = number;
    return {};
  }

  // What no table before holds: the newest table, where it is damaged, and the logs.
  Status salvage_newest() {
    const FoundTable* const damaged =
        !tables_.empty() && tables_.back().damage ? &tables_.back() : nullptr;
    const CheckpointHeader put_away{last_, number_ + 1};
    if (!damaged) {
      std::size_t versions = 0;
      const auto count = [&](const InternalKey&, std::string_view) { ++versions; };
      const auto whole = recover(files_, directory_.path(), count, RecoveryMode::strict, put_away);
      if (!whole && whole.error().code() != Code::corruption) return failure(whole.error());
      if (whole) {
        report_.versions += versions;
        report_.last = whole->last;
        std::ranges::copy(whole->damages, std::back_inserter(report_.damages));
        return {};
      }
    }
    return renew_newest(damaged, put_away);
  }

  // Writes one table in the place of them all.
  Status renew_newest(const FoundTable* damaged, const CheckpointHeader& put_away) {
    Collected collected(last_ + 1, max_sequence - 1);
    const auto saved = recover(
        files_, directory_.path(),
        [&](const InternalKey& key, std::string_view value) { collected.add(key, value); },
        RecoveryMode::salvage, put_away);
    if (!saved) return failure(saved.error());
    report_.changed = true;
    std::ranges::copy(saved->damages, std::back_inserter(report_.damages));
    TableNumber number = saved->next_log - 1;
    SequenceNumber last = std::max(saved->last, saved->synced);
    if (damaged) {
      if (Status kept = collect(*damaged, collected); !kept) return kept;
      number = std::max(number, damaged->number);
      last = std::max(last, collected.newest());
      if (damaged->properties) last = std::max(last, damaged->properties->last_sequence);
    }
    Result<std::vector<LogNumber>> logs = logs_in(files_, directory_.path());
    if (!logs) return failure(std::move(logs));
    std::erase_if(*logs, [&](LogNumber log) { return log < put_away.next_log; });
    if (Status kept = keep_damaged_logs(directory_, *logs, report_); !kept) return kept;
    const bool has_writes = last > last_;
    if (has_writes) {
      if (Status written = write(number, collected, last); !written) return written;
    }
    report_.last = last_;
    if (damaged && (!has_writes || number != damaged->number)) {
      if (Status gone = files_.unlink(path_of(damaged->number)); !gone) return gone;
    }
    for (const LogNumber log : *logs) {
      if (Status gone = files_.unlink(log_path(directory_.path(), log)); !gone) return gone;
    }
    return files_.sync_directory(directory_.path());
  }

  Status check_that_it_opens() const {
    const auto archive = make_table_archive(
        place_, {TableOptions(), make_block_cache(0), std::make_shared<TableStatistics>()});
    const auto opens = archive->recover([](const InternalKey&, std::string_view) {});
    return opens ? Status{} : Status(failure(opens.error()));
  }

  std::string path_of(TableNumber number) const {
    return join(directory_.path(), table_name(number));
  }

  FileSystem& files_;
  const DatabaseDirectory& directory_;
  const ArchivePlace place_;
  SalvageReport& report_;
  std::vector<FoundTable> tables_;  // the oldest first

  // Up to here the tables are whole, or written anew.
  SequenceNumber last_ = 0;
  TableNumber number_ = 0;
};

// The first number of the last batch that is intact in the log.
SequenceNumber last_batch(std::string_view log, LogNumber number) {
  SequenceNumber last = 0;
  const auto reader = make_log_reader(log, number);
  while (reader->next() || reader->resync()) {
    if (reader->record().kind == RecordKind::batch) last = std::max(last, reader->record().first);
  }
  return last;
}

// Whether tables and logs are as this engine leaves them: the tables follow each other, and no log
// whose number is not larger than theirs tells of writes behind them.
Result<bool> follow_each_other(const FileSystem& files, std::string_view path) {
  const Result<std::vector<FoundTable>> tables = look_at_tables(files, path);
  if (!tables) return failure(tables.error());
  SequenceNumber last = 0;
  for (const FoundTable& table : *tables) {
    if (!table.properties) return true;  // nobody can tell
    if (!table.damage && table.properties->first_sequence <= last) return false;
    last = std::max(last, table.properties->last_sequence);
  }
  const Result<std::vector<LogNumber>> logs = logs_in(files, path);
  if (!logs) return failure(logs.error());
  for (const LogNumber log : *logs) {
    if (tables->empty() || log > tables->back().number) break;
    const Result<std::string> bytes = read_file(files, log_path(path, log));
    if (!bytes) return failure(bytes.error());
    if (last_batch(*bytes, log) > last) return false;
  }
  return true;
}

}  // namespace

Status check_not_levels(const FileSystem& files, std::string_view path) {
  if (!failed_with(Code::corruption, engine_of(files, path))) return {};
  const Result<bool> follow = follow_each_other(files, path);
  if (!follow) return failure(follow.error());
  if (*follow) return {};
  return failure(
      Code::corruption,
      fmt::format("nothing in {} says which engine made it, and its tables and logs are "
                  "not as engine sstable leaves them: write the line \"kvdb 1 lsm\" into "
                  "FORMAT, or \"kvdb 1 sstable\" if it was that one, and salvage it then",
                  quote(path)));
}

Status salvage_tables(FileSystem& files, std::string_view path, SalvageReport& report) {
  const Result<bool> there = files.exists(path);
  if (!there) return failure(there.error());
  if (*there) {
    if (Status fits = check_not_levels(files, path); !fits) return fits;
  }
  const Result<DatabaseDirectory> directory = open_damaged(files, path, "sstable", report);
  if (!directory) return failure(directory.error());
  return TableSalvage(*directory, report).run();
}

}  // namespace kv
