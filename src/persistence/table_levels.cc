#include "persistence/table_levels.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <set>
#include <utility>

#include "base/quote.h"
#include "storage/level_source.h"

namespace kv {
namespace {

// A manifest that is longer is begun anew, if it is also several times as long as it would be then.
constexpr std::uint64_t long_manifest_bytes = std::uint64_t{1} << 20;
constexpr std::uint64_t edits_to_version = 4;

// Whether the open table is the one that the manifest speaks of.
Status check_same(const Table& table, const TableInfo& info, const std::string& path) {
  const TableInfo found = table_info(table);
  if (found == info) return {};
  return failure(
      Code::corruption,
      fmt::format("{} is another table than the manifest names: it has {} bytes and writes {} to "
                  "{}, and should have {} and {} to {}; put the right one back, or let `kvcli "
                  "salvage` make a new manifest of what is there",
                  quote(path), found.bytes, found.first_sequence, found.last_sequence, info.bytes,
                  info.first_sequence, info.last_sequence));
}

}  // namespace

TableInfo table_info(const Table& table) {
  const TableProperties& properties = table.properties();
  return {.number = table.number(),
          .bytes = table.file_bytes(),
          .entries = properties.entries,
          .first_sequence = properties.first_sequence,
          .last_sequence = properties.last_sequence,
          .smallest = properties.smallest,
          .largest = properties.largest};
}

Tables LevelState::tables_in(std::size_t level) const {
  Tables found;
  for (const TableInfo& info : version.levels[level]) found.push_back(tables.at(info.number));
  return found;
}

Status TableLevels::open() {
  Result<std::optional<ReadManifest>> manifest = find_manifest(place_.files, place_.directory);
  if (!manifest) return failure(std::move(manifest));
  if (!*manifest) return take_over();
  manifest_number_ = (*manifest)->number;
  dropped_ = (*manifest)->dropped;
  const Version& version = (*manifest)->version;
  if (Status opened = open_tables(version); !opened) return opened;
  return check_first_log(place_, {version.put_away, version.next_log},
                         manifest_path(place_.directory));
}

Status TableLevels::open_tables(Version version) {
  auto state = std::make_shared<LevelState>();
  for (const std::vector<TableInfo>& level : version.levels) {
    for (const TableInfo& info : level) {
      const std::string path = table_path(place_, info.number);
      Result<bool> exists = place_.files.exists(path);
      if (!exists) return failure(std::move(exists));
      if (!*exists) {
        return failure(Code::corruption,
                       fmt::format("the manifest names {}, and there is no such file; put it back, "
                                   "or let `kvcli salvage` make a new manifest of what is left",
                                   quote(path)));
      }
      auto table = open_table_of(place_, parts_, info.number);
      if (!table) return failure(std::move(table));
      if (Status same = check_same(**table, info, path); !same) return same;
      state->tables.emplace(info.number, *std::move(table));
    }
  }
  next_table_ = version.next_table;
  level0_tables_ = version.levels[0].size();
  state->version = std::move(version);
  state_ = std::move(state);
  return {};
}

// A new store, or one that engine sstable has made.
Status TableLevels::take_over() {
  if (place_.engine != "sstable") {
    Result<std::vector<std::string>> names = place_.files.list(place_.directory);
    if (!names) return failure(std::move(names));
    for (const std::string& name : *names) {
      if (!table_number(name) && !log_number(name)) continue;
      return failure(
          Code::corruption,
          fmt::format("{} holds {} and no manifest, which says which tables count; put it back, or "
                      "let `kvcli salvage` make a new one of what is there",
                      quote(place_.directory), quote(name)));
    }
    return {};
  }
  Result<ArchivedTables> found = open_archived_tables(place_, parts_);
  if (!found) return failure(std::move(found));
  taken_over_ = *std::move(found);
  auto state = std::make_shared<LevelState>();
  state->version.next_log = taken_over_.put_away.next_log;
  state->version.put_away = taken_over_.put_away.sequence;
  state_ = std::move(state);
  return {};
}

Status TableLevels::start(LsmTarget& target) {
  target_ = &target;
  if (Status known = make_newest_durable(place_, parts_, taken_over_); !known) return known;
  auto state = std::make_shared<LevelState>(*state_);
  for (const auto& table : std::exchange(taken_over_.newest_first, {})) {
    if (table->properties().entries == 0) continue;  // it only filled a gap
    state->version.levels[0].push_back(table_info(*table));
    state->version.next_table = std::max(state->version.next_table, table->number() + 1);
    state->tables.emplace(table->number(), table);
  }
  next_table_ = state->version.next_table;
  level0_tables_ = state->version.levels[0].size();
  auto manifest = start_manifest(place_.files, place_.directory, manifest_number_ + 1,
                                 state->version, place_.sync_names);
  if (!manifest) return failure(std::move(manifest));
  manifest_ = *std::move(manifest);
  state_ = std::move(state);
  show(*state_, nullptr);
  remove_orphans();
  return {};
}

std::shared_ptr<const LevelState> TableLevels::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

Status TableLevels::install(VersionEdit edit, const Tables& added, const Memtable* written) {
  const std::lock_guard installing(install_mutex_);
  if (manifest_failed_) return failure(*manifest_failed_);
  const std::shared_ptr<const LevelState> before = state();
  edit.next_table = next_table_.load(std::memory_order_relaxed);
  Result<Version> version = apply(before->version, edit);
  if (!version) return failure(std::move(version));
  // Up to the end of this: what the manifest holds and what readers see may not be the same.
  manifest_failed_ = broken({Code::unavailable, "out of memory"});
  if (Status kept = append(edit, *version); !kept) {
    manifest_failed_ = broken(kept.error());
    return failure(*manifest_failed_);
  }

  auto next = std::make_shared<LevelState>();
  next->version = *std::move(version);
  next->tables = before->tables;
  for (const auto& table : added) next->tables.emplace(table->number(), table);
  std::set<TableNumber> stay;
  for (const VersionEdit::Added& each : edit.added) stay.insert(each.table.number);
  std::vector<Obsolete> obsolete;
  for (const VersionEdit::Removed& each : edit.removed) {
    if (stay.contains(each.number)) continue;
    obsolete.push_back({each.number, next->tables.at(each.number)});
    next->tables.erase(each.number);
  }
  show(*next, written);
  level0_tables_.store(next->version.levels[0].size(), std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  state_ = std::move(next);
  obsolete_.insert(obsolete_.end(), obsolete.begin(), obsolete.end());
  manifest_failed_.reset();
  return {};
}

Status TableLevels::ready() const {
  const std::lock_guard installing(install_mutex_);
  if (manifest_failed_) return failure(*manifest_failed_);
  return {};
}

Error TableLevels::broken(const Error& cause) const {
  return {
      cause.code(),
      fmt::format("nobody knows what {} holds now: close the store and open it again; the cause "
                  "was: {}",
                  quote(manifest_path(place_.directory)), cause.text())};
}

// Writes the edit down, at the end of the manifest or by a new one.
Status TableLevels::append(const VersionEdit& edit, const Version& next) {
  const bool is_long = manifest_->bytes() > long_manifest_bytes &&
                       manifest_->bytes() > edits_to_version * encode_edit(as_edit(next)).size();
  if (!is_long) return manifest_->append(edit);
  auto manifest = start_manifest(place_.files, place_.directory, manifest_->number() + 1, next,
                                 place_.sync_names);
  if (!manifest) return failure(std::move(manifest));
  manifest_ = *std::move(manifest);
  return {};
}

void TableLevels::show(const LevelState& state, const Memtable* written) {
  std::vector<std::shared_ptr<const Source>> sources;
  for (const auto& table : state.tables_in(0)) sources.push_back(table);
  for (std::size_t level = 1; level < level_count; ++level) {
    Tables tables = state.tables_in(level);
    if (!tables.empty()) sources.push_back(make_level_source(level, std::move(tables)));
  }
  target_->show(std::move(sources), written);
}

// What a crash has left takes room and is of no use; a failure matters little.
void TableLevels::remove_orphans() {
  const Result<std::vector<std::string>> names = place_.files.list(place_.directory);
  if (!names) return;
  for (const std::string& name : *names) {
    const auto number = table_number(name);
    const bool is_orphan = number ? !state_->tables.contains(*number) : is_unfinished_table(name);
    if (is_orphan) static_cast<void>(place_.files.unlink(join(place_.directory, name)));
  }
}

void TableLevels::remove_obsolete() {
  try {
    std::vector<TableNumber> unused;
    {
      const std::lock_guard lock(mutex_);
      unused.reserve(obsolete_.size());  // before anything is taken out
      std::erase_if(obsolete_, [&](const Obsolete& each) {
        if (!each.table.expired()) return false;
        unused.push_back(each.number);
        return true;
      });
    }
    for (const TableNumber number : unused) {
      static_cast<void>(place_.files.unlink(table_path(place_, number)));
    }
  } catch (const std::bad_alloc&) {
    // What is left goes another time, at the latest when the store is opened (remove_orphans).
  }
}

Status TableLevels::close() {
  remove_obsolete();
  const std::lock_guard installing(install_mutex_);
  return manifest_ && !manifest_failed_ ? manifest_->close() : Status();
}

}  // namespace kv
