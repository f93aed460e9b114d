#include "persistence/archived_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/quote.h"

namespace kv {
namespace {

// Adds the table behind those that are open.
Status add_table(const ArchivePlace& place, const TableArchiveParts& parts, TableNumber number,
                 ArchivedTables& tables) {
  auto table = open_table_of(place, parts, number);
  if (!table) return failure(std::move(table));
  const TableProperties& properties = (*table)->properties();
  const SequenceNumber expected = tables.put_away.sequence + 1;
  if (properties.first_sequence != expected) {
    return failure(
        Code::corruption,
        fmt::format("{} begins with write {}, and the tables before it end with write {}: {}",
                    quote(table_path(place, number)), properties.first_sequence,
                    tables.put_away.sequence,
                    properties.first_sequence > expected
                        ? "a table is missing; put it back, or let `kvcli salvage` save what is "
                          "left"
                        : "one of them does not belong here; move it away, and `kvcli salvage` "
                          "saves what is left"));
  }
  tables.put_away = {properties.last_sequence, number + 1};
  tables.newest_first.insert(tables.newest_first.begin(), *std::move(table));
  return {};
}

}  // namespace

Result<std::shared_ptr<const Table>> open_table_of(const ArchivePlace& place,
                                                   const TableArchiveParts& parts,
                                                   TableNumber number) {
  const std::string path = table_path(place, number);
  auto file = place.files.open_for_lookups(path);
  if (!file) return failure(std::move(file));
  return open_table({.file = *std::move(file),
                     .path = path,
                     .number = number,
                     .cache = parts.cache,
                     .statistics = parts.statistics});
}

Result<ArchivedTables> open_archived_tables(const ArchivePlace& place,
                                            const TableArchiveParts& parts) {
  Result<std::vector<std::string>> names = place.files.list(place.directory);
  if (!names) return failure(std::move(names));
  ArchivedTables tables;
  std::vector<TableNumber> numbers;
  for (const std::string& name : *names) {
    if (const auto number = table_number(name)) numbers.push_back(*number);
    if (is_unfinished_table(name)) tables.unfinished.push_back(join(place.directory, name));
  }
  std::ranges::sort(numbers);
  for (const TableNumber number : numbers) {
    if (Status added = add_table(place, parts, number, tables); !added) {
      return failure(std::move(added));
    }
  }
  if (numbers.empty()) return tables;
  Status follows = check_first_log(place, tables.put_away, table_path(place, numbers.back()));
  if (!follows) return failure(std::move(follows));
  return tables;
}

Status check_first_log(const ArchivePlace& place, const CheckpointHeader& put_away,
                       const std::string& named) {
  const Result<std::vector<LogNumber>> logs = logs_in(place.files, place.directory);
  if (!logs) return failure(logs.error());
  const auto first = std::ranges::lower_bound(*logs, put_away.next_log);
  if (first == logs->end()) return {};
  const Result<LogHeader> header = read_log_header(place.files, place.directory, *first);
  // What is wrong with the log itself is recovery's to say.
  if (failed_with(Code::corruption, header) || failed_with(Code::invalid_argument, header)) {
    return {};
  }
  if (!header) return failure(header.error());
  if (header->number != *first || header->first > put_away.sequence) return {};
  return failure(Code::corruption,
                 fmt::format("{} ends with write {}, and {} begins with write {}: the first of "
                             "them does not belong here; put back the one that was there",
                             quote(named), put_away.sequence,
                             quote(log_path(place.directory, *first)), header->first));
}

Status make_newest_durable(const ArchivePlace& place, const TableArchiveParts& parts,
                           ArchivedTables& tables) {
  if (tables.newest_first.empty()) return {};
  const Table& newest = *tables.newest_first.front();
  const TableNumber number = newest.number();
  Result<bool> log_is_there = place.files.exists(log_path(place.directory, number));
  if (!log_is_there) return failure(std::move(log_is_there));
  if (!*log_is_there) return {};
  Result<std::uint64_t> bytes =
      write_out(place, number, *newest.iterate(Direction::forward),
                newest.properties().first_sequence, tables.put_away.sequence, parts.tables);
  if (!bytes) return failure(std::move(bytes));
  auto table = open_table_of(place, parts, number);
  if (!table) return failure(std::move(table));
  tables.newest_first.front() = *std::move(table);
  return {};
}

}  // namespace kv
