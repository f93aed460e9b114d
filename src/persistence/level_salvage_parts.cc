#include "persistence/level_salvage_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/quote.h"
#include "persistence/table_archive.h"
#include "persistence/table_levels.h"
#include "storage/table_splitter.h"

namespace kv {
namespace {

// Where a table is written before it counts (is_unfinished_table).
std::string unfinished(const std::string& path) {
  return fmt::format("{}{}", path, unfinished_suffix);
}

std::string content_text(const TableInfo& table) {
  return fmt::format("versions of keys from {} to {}, of writes {} to {}",
                     abbreviated(user_key_of(table.smallest)),
                     abbreviated(user_key_of(table.largest)), table.first_sequence,
                     table.last_sequence);
}

// Removes what a crash has left of tables that were being written.
Status remove_unfinished(const ArchivePlace& place) {
  const Result<std::vector<std::string>> names = place.files.list(place.directory);
  if (!names) return failure(names.error());
  for (const std::string& name : *names) {
    if (!is_unfinished_table(name)) continue;
    if (Status gone = place.files.unlink(join(place.directory, name)); !gone) return gone;
  }
  return {};
}

Status check_that_it_opens(const FoundLevels& found, const Version& version) {
  TableLevels levels(found.place,
                     {TableOptions(), make_block_cache(0), std::make_shared<TableStatistics>()});
  if (Status opened = levels.open(); !opened) return opened;
  const auto recovered = recover(
      found.place.files, found.place.directory, [](const InternalKey&, std::string_view) {},
      RecoveryMode::strict, CheckpointHeader{version.put_away, version.next_log});
  return recovered ? Status() : Status(failure(recovered.error()));
}

}  // namespace

const FoundTable* FoundLevels::table(TableNumber number) const {
  const auto at = std::ranges::find(tables, number, &FoundTable::number);
  return at == tables.end() ? nullptr : &*at;
}

std::string lost_text(std::size_t level, const TableInfo& table) {
  return fmt::format("a table of level {} is missing: {} {}", level, table.entries,
                     content_text(table));
}

std::string lost_text(std::size_t level, const TableInfo& table, std::size_t rescued) {
  return fmt::format("a table of level {} is damaged, and {} of its {} {}, could be saved", level,
                     rescued, table.entries, content_text(table));
}

std::vector<MissingWrites> KnownWrites::missing(SequenceNumber first, SequenceNumber last) && {
  std::ranges::sort(ranges_);
  std::vector<MissingWrites> missing;
  for (const auto& [begin, end] : ranges_) {
    if (begin > last) break;
    if (begin > first) missing.push_back({first, begin - 1});
    first = std::max(first, end + 1);
  }
  if (first <= last) missing.push_back({first, last});
  return missing;
}

SequenceNumber KnownWrites::last() const {
  SequenceNumber last = 0;
  for (const auto& range : ranges_) last = std::max(last, range.second);
  return last;
}

Result<SavedLogs> read_logs(const FoundLevels& found, RecoveryMode mode,
                            const CheckpointHeader& put_away) {
  SavedLogs logs;
  Result<Recovered> recovered = recover(
      found.place.files, found.place.directory,
      [&](const InternalKey& key, std::string_view value) { logs.saved.add(key, value); }, mode,
      put_away);
  if (!recovered) return failure(std::move(recovered));
  logs.recovered = *std::move(recovered);
  return logs;
}

Status keep_originals(const FoundLevels& found, const std::vector<TableNumber>& tables,
                      const std::vector<LogNumber>& logs) {
  std::vector<std::string> paths;
  if (found.manifest.exists && !found.manifest.damages.empty()) {
    paths.push_back(manifest_path(found.place.directory));
  }
  for (const TableNumber number : tables) paths.push_back(found.path_of(number));
  for (const std::string& path : paths) {
    const Result<std::string> bytes = read_file(found.place.files, path);
    if (!bytes) return failure(bytes.error());
    if (Status kept = keep(found.place.files, path, *bytes, found.report); !kept) return kept;
  }
  return keep_damaged_logs(found.directory, logs, found.report);
}

TableNumber next_number(const FoundLevels& found) {
  const TableNumber known = found.manifest.next_table;
  return found.tables.empty() ? known : std::max(known, found.tables.back().number + 1);
}

Result<std::vector<TableInfo>> write_new_tables(const FoundLevels& found, InternalIterator& walk,
                                                TableNumber& next, const NewTables& options) {
  if (Status gone = remove_unfinished(found.place); !gone) return failure(std::move(gone));
  FileSystem& files = found.place.files;
  const auto make = [&]() -> Result<NewTableFile> {
    auto file = files.create(unfinished(found.path_of(next)));
    if (!file) return failure(std::move(file));
    return NewTableFile{next++, *std::move(file)};
  };
  Result<std::vector<TableInfo>> written = write_tables(walk, make,
                                                        {.table = TableOptions(),
                                                         .table_bytes = options.table_bytes,
                                                         .first_sequence = options.first,
                                                         .last_sequence = options.last});
  if (!written) {
    static_cast<void>(remove_unfinished(found.place));  // its room may be what is missing
    return written;
  }
  for (const TableInfo& table : *written) {
    const std::string path = found.path_of(table.number);
    if (Status named = files.rename(unfinished(path), path); !named)
      return failure(std::move(named));
  }
  if (Status synced = files.sync_directory(found.place.directory); !synced) {
    return failure(std::move(synced));
  }
  return written;
}

Status install(const FoundLevels& found, const Version& version,
               const std::vector<TableNumber>& replaced) {
  FileSystem& files = found.place.files;
  const auto manifest =
      start_manifest(files, found.place.directory, found.manifest.number + 1, version);
  if (!manifest) return failure(manifest.error());
  for (const TableNumber number : replaced) {
    if (Status gone = files.unlink(found.path_of(number)); !gone) return gone;
  }
  for (const LogNumber log : found.logs) {
    if (log >= version.next_log) continue;
    if (Status gone = files.unlink(log_path(found.place.directory, log)); !gone) return gone;
  }
  if (Status synced = files.sync_directory(found.place.directory); !synced) return synced;
  return check_that_it_opens(found, version);
}

}  // namespace kv
