// The salvage of engine lsm (persistence/salvage.h).

#include <fmt/format.h>

#include <algorithm>

#include "base/quote.h"
#include "persistence/archived_tables.h"
#include "persistence/level_rebuild.h"
#include "persistence/level_salvage_parts.h"

namespace kv {
namespace {

// Whether the properties are those of the table that the manifest names.
bool is_named(const TableProperties& properties, const TableInfo& info) {
  return properties.entries == info.entries && properties.smallest == info.smallest &&
         properties.largest == info.largest && properties.first_sequence == info.first_sequence &&
         properties.last_sequence == info.last_sequence;
}

// Whether the table that the manifest names can have this version.
bool may_hold(const TableInfo& info, const InternalKey& key) {
  return key.sequence >= info.first_sequence && key.sequence <= info.last_sequence &&
         overlaps(info, key.user_key, key.user_key);
}

// A store whose manifest can be read: each table has its place.
class LevelSalvage {
 public:
  explicit LevelSalvage(const FoundLevels& found)
      : found_(found),
        version_(found.manifest.version),
        put_away_{version_.put_away, version_.next_log} {}

  Status run() {
    if (Status fit = check_tables(); !fit) return fit;
    if (Status looked = look_at_logs(); !looked) return looked;
    const bool lost = !damaged_.empty() || is_missing_tables_ || !logs_;
    if (lost ? has_strays() : strays_tell_more()) return rebuild_levels(found_);
    note_strays();
    if (lost || !found_.manifest.damages.empty()) return repair();
    count_tables();
    if (logs_) count_logs(*logs_);
    return {};
  }

 private:
  // Looks for those that are missing, damaged, or others than the manifest names.
  Status check_tables() {
    for (const std::vector<TableInfo>& level : version_.levels) {
      for (const TableInfo& info : level) {
        const FoundTable* const table = found_.table(info.number);
        if (table == nullptr) {
          is_missing_tables_ = true;
          continue;
        }
        if (table->damage) damaged_.push_back(info.number);
        Result<bool> is_same = is_the_named(*table, info);
        if (!is_same) return failure(std::move(is_same));
        if (!*is_same) return another_table(info);
      }
    }
    return {};
  }

  Result<bool> is_the_named(const FoundTable& table, const TableInfo& info) const {
    if (!table.damage) {
      const Result<std::uint64_t> bytes = found_.place.files.file_size(found_.path_of(info.number));
      if (!bytes) return failure(bytes.error());
      if (*bytes != info.bytes) return false;
    }
    if (table.properties) return is_named(*table.properties, info);
    bool fits = true;
    const auto rescued = rescue_table_of(
        found_.place.files, found_.place.directory, info.number,
        [&](const InternalKey& key, std::string_view) { fits = fits && may_hold(info, key); });
    if (!rescued) return failure(rescued.error());
    return fits;
  }

  Status another_table(const TableInfo& info) const {
    return failure(Code::corruption,
                   fmt::format("{} is another table than {} names: move away the one of them that "
                               "does not belong here, and salvage what is left",
                               quote(found_.path_of(info.number)),
                               quote(manifest_path(found_.place.directory))));
  }

  Status look_at_logs() {
    const std::string manifest = manifest_path(found_.place.directory);
    if (Status follow = check_first_log(found_.place, put_away_, manifest); !follow) return follow;
    Result<SavedLogs> logs = read_logs(found_, RecoveryMode::strict, put_away_);
    if (logs) {
      logs_ = *std::move(logs);
    } else if (logs.error().code() != Code::corruption) {
      return failure(std::move(logs));
    }
    return {};
  }

  bool is_in_manifest(TableNumber number) const {
    return std::ranges::any_of(version_.levels, [&](const std::vector<TableInfo>& level) {
      return std::ranges::find(level, number, &TableInfo::number) != level.end();
    });
  }

  // Whether the manifest should perhaps have named the table, because its last edits are what is
  // lost, or because it is another store's.
  bool is_stray(const FoundTable& table) const {
    return !table.damage && !found_.manifest.let_go.contains(table.number) &&
           !is_in_manifest(table.number);
  }

  bool has_strays() const {
    return std::ranges::any_of(found_.tables, [&](const auto& table) { return is_stray(table); });
  }

  // Whether a stray table tells of writes that the store would not have. A table that a crash has
  // left without an edit does not: its log is there.
  bool strays_tell_more() const {
    return std::ranges::any_of(found_.tables, [&](const FoundTable& table) {
      return is_stray(table) && table.properties->last_sequence > logs_->recovered.last;
    });
  }

  void note_strays() {
    for (const FoundTable& table : found_.tables) {
      if (is_in_manifest(table.number)) continue;
      found_.report.notes.push_back(
          fmt::format("{} is left out: the manifest does not name it; opening the store removes it",
                      found_.path_of(table.number)));
    }
  }

  void count_tables() {
    for (const std::vector<TableInfo>& level : version_.levels) {
      for (const TableInfo& info : level) found_.report.versions += info.entries;
    }
  }

  // Logs that stay as they are, and what a crash may have torn.
  void count_logs(const SavedLogs& logs) {
    SalvageReport& report = found_.report;
    report.last = logs.recovered.last;
    report.versions += logs.saved.writes().size();
    if (found_.manifest.dropped) report.damages.push_back(*found_.manifest.dropped);
    std::ranges::copy(logs.recovered.damages, std::back_inserter(report.damages));
  }

  Status repair() {
    SalvageReport& report = found_.report;
    report.changed = true;
    std::ranges::copy(found_.manifest.damages, std::back_inserter(report.damages));
    std::optional<SavedLogs> broken;
    std::vector<LogNumber> kept_logs;
    if (!logs_) {
      Result<SavedLogs> logs = read_logs(found_, RecoveryMode::salvage, put_away_);
      if (!logs) return failure(std::move(logs));
      broken = *std::move(logs);
      std::ranges::copy_if(found_.logs, std::back_inserter(kept_logs),
                           [&](LogNumber log) { return log >= put_away_.next_log; });
    }
    if (Status kept = keep_originals(found_, damaged_, kept_logs); !kept) return kept;
    next_ = next_number(found_);
    for (std::size_t level = 0; level < level_count; ++level) {
      if (Status renewed = renew(level); !renewed) return renewed;
    }
    if (report.lost_versions) {
      version_.known_from = std::max(version_.known_from, version_.put_away);
    }
    if (broken) {
      if (Status put = put_away(*broken); !put) return put;
    }
    version_.next_table = next_;
    count_tables();
    if (logs_) count_logs(*logs_);
    return install(found_, version_, damaged_);
  }

  // Writes the damaged tables of the level anew, and does without those that are missing.
  Status renew(std::size_t level) {
    std::vector<TableInfo> left;
    for (const TableInfo& info : version_.levels[level]) {
      const FoundTable* const table = found_.table(info.number);
      if (table == nullptr) {
        found_.report.lost_versions = true;
        found_.report.damages.push_back(
            {found_.path_of(info.number), 0, 0, lost_text(level, info)});
      } else if (!table->damage) {
        left.push_back(info);
      } else if (Status renewed = renew(*table->damage, level, info, left); !renewed) {
        return renewed;
      }
    }
    version_.levels[level] = std::move(left);
    return {};
  }

  Status renew(const Error& damage, std::size_t level, const TableInfo& info,
               std::vector<TableInfo>& left) {
    SavedVersions saved;
    const auto rescued = rescue_table_of(
        found_.place.files, found_.place.directory, info.number,
        [&](const InternalKey& key, std::string_view value) { saved.add(key, value); });
    if (!rescued) return failure(rescued.error());
    SalvageReport& report = found_.report;
    if (saved.writes().size() != info.entries) {
      report.lost_versions = true;
      report.damages.push_back(
          {found_.path_of(info.number), 0, 0, lost_text(level, info, saved.writes().size())});
    }
    if (rescued->damages.empty()) {
      report.damages.push_back({found_.path_of(info.number), 0, 0, damage.message()});
    }
    std::ranges::copy(rescued->damages, std::back_inserter(report.damages));
    return write(saved, {info.first_sequence, info.last_sequence}, left);
  }

  // Puts what is left of the logs into a table, the newest.
  Status put_away(const SavedLogs& logs) {
    SalvageReport& report = found_.report;
    std::ranges::copy(logs.recovered.damages, std::back_inserter(report.damages));
    KnownWrites known;
    for (const SequenceNumber write : logs.saved.writes()) known.add(write, write);
    const SequenceNumber first = put_away_.sequence + 1;
    report.last = std::max(logs.recovered.last, logs.recovered.synced);
    std::ranges::copy(std::move(known).missing(first, report.last),
                      std::back_inserter(report.missing));
    std::vector<TableInfo> level0;
    if (Status written = write(logs.saved, {first, report.last}, level0); !written) return written;
    std::ranges::copy(version_.levels[0], std::back_inserter(level0));
    version_.levels[0] = std::move(level0);
    version_.put_away = report.last;
    version_.known_from = std::max(version_.known_from, report.last);
    version_.next_log = logs.recovered.next_log;
    return {};
  }

  Status write(const SavedVersions& saved, const NewTables& options,
               std::vector<TableInfo>& tables) {
    const auto walk = saved.versions().iterate(Direction::forward);
    const auto written = write_new_tables(found_, *walk, next_, options);
    if (!written) return failure(written.error());
    std::ranges::copy(*written, std::back_inserter(tables));
    return {};
  }

  const FoundLevels& found_;
  Version version_;
  const CheckpointHeader put_away_;
  bool is_missing_tables_ = false;
  std::vector<TableNumber> damaged_;  // of those that the manifest names
  std::optional<SavedLogs> logs_;     // where they are whole
  TableNumber next_ = 0;
};

}  // namespace

Status salvage_levels(FileSystem& files, std::string_view path, SalvageReport& report) {
  // Before FORMAT is written: a newer program's files are left as they are.
  const Result<ScannedManifest> readable = scan_manifest(files, path);
  if (failed_with(Code::invalid_argument, readable)) return failure(readable.error());
  const Result<DatabaseDirectory> directory = open_damaged(files, path, "lsm", report, "sstable");
  if (!directory) return failure(directory.error());
  Result<ScannedManifest> manifest = scan_manifest(files, path);
  if (!manifest) return failure(std::move(manifest));
  Result<std::vector<FoundTable>> tables = look_at_tables(files, path);
  if (!tables) return failure(std::move(tables));
  Result<std::vector<LogNumber>> logs = logs_in(files, path);
  if (!logs) return failure(std::move(logs));
  const bool is_new = !manifest->exists && tables->empty() && logs->empty();
  if (is_new) return {};
  const FoundLevels found{.directory = *directory,
                          .place = {files, directory->path(), {}, "lsm"},
                          .manifest = *std::move(manifest),
                          .tables = *std::move(tables),
                          .logs = *std::move(logs),
                          .report = report};
  if (!found.manifest.complete) return rebuild_levels(found);
  return LevelSalvage(found).run();
}

}  // namespace kv
