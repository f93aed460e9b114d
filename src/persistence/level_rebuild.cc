#include "persistence/level_rebuild.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/checksum.h"
#include "base/quote.h"
#include "persistence/archived_tables.h"
#include "persistence/distinct_walk.h"

namespace kv {
namespace {

constexpr std::uint64_t table_bytes = std::uint64_t{2} << 20;  // of a new table

// What one source, a table or the logs, says that a write did.
struct Witness {
  SequenceNumber sequence;
  std::uint32_t key;    // a checksum
  std::uint32_t value;  // a checksum; of a tombstone, of nothing
  EntryKind kind;
  std::uint32_t source;
};

std::uint32_t short_sum(std::string_view bytes) {
  return static_cast<std::uint32_t>(checksum(bytes));
}

// Whether two sources can't be of one store. A value that a compaction's filter has dropped may be
// a tombstone in the one and stand in the other still.
bool contradict(const Witness& a, const Witness& b) {
  if (a.sequence != b.sequence) return false;
  if (a.key != b.key) return true;
  return a.kind == b.kind && a.value != b.value;
}

class Rebuild {
 public:
  explicit Rebuild(const FoundLevels& found) : found_(found) {}

  // All is read, and judged, before the first file is changed.
  Status run() {
    std::ranges::copy(found_.manifest.damages, std::back_inserter(found_.report.damages));
    if (found_.manifest.dropped) found_.report.damages.push_back(*found_.manifest.dropped);
    if (Status opened = open_tables(); !opened) return opened;
    if (Status read = read_the_logs(); !read) return read;
    if (Status fit = check_witnesses(); !fit) return fit;
    report_lost_tables();
    report_writes();
    found_.report.changed = true;
    if (Status kept = keep_originals(found_, damaged_, found_.logs); !kept) return kept;
    if (Status written = write(); !written) return written;
    found_.report.notes.push_back(
        "which tables count is not known for certain: all that are there were merged, so a key "
        "that was erased may have come back");
    return {};
  }

 private:
  struct Source {
    std::string path;
    std::shared_ptr<const Table> table;            // an intact one,
    std::shared_ptr<const SavedVersions> saved{};  // or what is left of one, or of the logs

    std::unique_ptr<InternalIterator> walk() const {
      return table ? table->iterate(Direction::forward)
                   : saved->versions().iterate(Direction::forward);
    }
  };

  Status open_tables() {
    const TableArchiveParts parts = {TableOptions(), make_block_cache(0),
                                     std::make_shared<TableStatistics>()};
    for (const FoundTable& each : found_.tables) {
      if (found_.manifest.let_go.contains(each.number)) {
        found_.report.notes.push_back(fmt::format("{} is left out: the manifest has let go of it",
                                                  found_.path_of(each.number)));
        continue;
      }
      used_.push_back(each.number);
      if (each.properties) {
        known_.add(each.properties->first_sequence, each.properties->last_sequence);
      }
      if (each.damage) {
        if (Status rescued = rescue(each, *each.damage); !rescued) return rescued;
        continue;
      }
      auto table = open_table_of(found_.place, parts, each.number);
      if (!table) return failure(std::move(table));
      sources_.push_back({found_.path_of(each.number), *std::move(table)});
    }
    return {};
  }

  Status rescue(const FoundTable& damaged, const Error& damage) {
    const auto saved = std::make_shared<SavedVersions>();
    const auto rescued = rescue_table_of(
        found_.place.files, found_.place.directory, damaged.number,
        [&](const InternalKey& key, std::string_view value) { saved->add(key, value); });
    if (!rescued) return failure(rescued.error());
    const std::string path = found_.path_of(damaged.number);
    report_losses(damaged, saved->writes().size());
    if (rescued->damages.empty()) {
      found_.report.damages.push_back({path, 0, 0, damage.message()});
    }
    std::ranges::copy(rescued->damages, std::back_inserter(found_.report.damages));
    for (const SequenceNumber write : saved->writes()) known_.add(write, write);
    damaged_.push_back(damaged.number);
    sources_.push_back({path, nullptr, saved});
    return {};
  }

  // Tells of a damaged table of which so many versions were saved what was known of it: by what can
  // be read of the manifest, or else by the table itself.
  void report_losses(const FoundTable& damaged, std::size_t saved) {
    if (damaged.properties && damaged.properties->entries == saved) return;
    const std::string path = found_.path_of(damaged.number);
    for (std::size_t level = 0; level < level_count; ++level) {
      for (const TableInfo& info : found_.manifest.version.levels[level]) {
        if (info.number != damaged.number) continue;
        if (saved == info.entries) return;
        found_.report.lost_versions = true;
        found_.report.damages.push_back({path, 0, 0, lost_text(level, info, saved)});
        return;
      }
    }
    found_.report.lost_versions = true;
    found_.report.damages.push_back(
        {path, 0, 0,
         damaged.properties
             ? fmt::format("{} of its {} versions of keys could be saved", saved,
                           damaged.properties->entries)
             : fmt::format("{} versions of keys could be saved; how many it had, nothing tells",
                           saved)});
  }

  Status read_the_logs() {
    // All of them: what tables hold as well is dropped again, and nothing is passed over because a
    // manifest says so that may be another store's.
    Result<SavedLogs> logs = read_logs(found_, RecoveryMode::salvage, {});
    if (!logs) return failure(std::move(logs));
    std::ranges::copy(logs->recovered.damages, std::back_inserter(found_.report.damages));
    const CheckpointHeader& told = found_.manifest.put_away;
    next_log_ = std::max(logs->recovered.next_log, told.next_log);
    for (const SequenceNumber write : logs->saved.writes()) known_.add(write, write);
    last_ = std::max({known_.last(), told.sequence, logs->recovered.last, logs->recovered.synced});
    sources_.push_back(
        {"the logs", nullptr, std::make_shared<SavedVersions>(std::move(logs->saved))});
    return {};
  }

  // Each write has one number, and did one thing: tables that say otherwise are not of one store.
  Status check_witnesses() const {
    std::vector<Witness> witnesses;
    for (std::uint32_t source = 0; source < sources_.size(); ++source) {
      const auto walk = sources_[source].walk();
      while (walk->next()) {
        const Result<InternalKey> key = parse_internal_key(walk->key());
        if (!key) return failure(key.error());
        witnesses.push_back(
            {key->sequence, short_sum(key->user_key), short_sum(walk->value()), key->kind, source});
      }
      if (Status walked = walk->status(); !walked) return walked;
    }
    std::ranges::sort(witnesses, {},
                      [](const Witness& each) { return std::pair(each.sequence, each.kind); });
    const auto at = std::ranges::adjacent_find(witnesses, contradict);
    if (at == witnesses.end()) return {};
    return failure(Code::corruption,
                   fmt::format("{} and {} tell of different writes with number {}: one of them "
                               "does not belong here; move it away, and salvage what is left",
                               quote(sources_[at->source].path),
                               quote(sources_[std::next(at)->source].path), at->sequence));
  }

  void report_lost_tables() {
    for (std::size_t level = 0; level < level_count; ++level) {
      for (const TableInfo& info : found_.manifest.version.levels[level]) {
        const bool is_known_dead = found_.manifest.let_go.contains(info.number);
        if (is_known_dead || found_.table(info.number) != nullptr) continue;
        found_.report.damages.push_back(
            {found_.path_of(info.number), 0, 0,
             lost_text(level, info) +
                 "; or it was merged since, as an edit that is lost may tell"});
        found_.report.lost_versions = true;
      }
    }
  }

  void report_writes() {
    std::ranges::copy(std::move(known_).missing(1, last_),
                      std::back_inserter(found_.report.missing));
    found_.report.last = last_;
  }

  // One run of tables, in level 1, of every version there is.
  Status write() {
    std::vector<std::unique_ptr<InternalIterator>> walks;
    walks.reserve(sources_.size());
    for (const Source& source : sources_) walks.push_back(source.walk());
    const auto walk = make_distinct_walk(std::move(walks));
    Version version;
    TableNumber next = next_number(found_);
    auto tables =
        write_new_tables(found_, *walk, next, {1, std::max<SequenceNumber>(last_, 1), table_bytes});
    if (!tables) return failure(std::move(tables));
    for (const TableInfo& table : *tables) found_.report.versions += table.entries;
    version.levels[1] = *std::move(tables);
    version.next_log = next_log_;
    version.put_away = last_;
    version.known_from = last_;
    version.next_table = next;
    return install(found_, version, used_);
  }

  const FoundLevels& found_;
  std::vector<Source> sources_;
  std::vector<TableNumber> used_;     // what they hold goes into new ones
  std::vector<TableNumber> damaged_;  // of these
  KnownWrites known_;
  SequenceNumber last_ = 0;
  LogNumber next_log_ = 0;
};

}  // namespace

Status rebuild_levels(const FoundLevels& found) { return Rebuild(found).run(); }

}  // namespace kv
