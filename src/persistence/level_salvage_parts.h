#pragma once

// What the two ways of salvaging a store of engine lsm have in common (persistence/salvage.h): what
// was found, how new tables are written, and how a new manifest takes the old one's place.
//
// *Thread safety*: one thread at a time for each directory. *Ownership*: borrows the directory and
// the report. *Errors*: those of the files.

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "persistence/log_archive.h"
#include "persistence/manifest_scan.h"
#include "persistence/salvage_parts.h"
#include "persistence/table_rescue.h"

namespace kv {

struct FoundLevels {
  const DatabaseDirectory& directory;
  ArchivePlace place;
  ScannedManifest manifest;
  std::vector<FoundTable> tables;  // of the directory, in the order of their numbers
  std::vector<LogNumber> logs;     // all of them
  SalvageReport& report;

  std::string path_of(TableNumber number) const {
    return join(place.directory, table_name(number));
  }
  // Null: there is no such file.
  const FoundTable* table(TableNumber number) const;
};

// "a table of level 1 is missing: 40 versions of keys from "a" to "m", of writes 3 to 90".
std::string lost_text(std::size_t level, const TableInfo& table);

// The same of a table that is damaged, and of which so many versions were rescued, not all.
std::string lost_text(std::size_t level, const TableInfo& table, std::size_t rescued);

// Which writes something is known of.
class KnownWrites {
 public:
  void add(SequenceNumber first, SequenceNumber last) { ranges_.emplace_back(first, last); }

  // Of those from `first` to `last`, those that nothing was added of.
  std::vector<MissingWrites> missing(SequenceNumber first, SequenceNumber last) &&;

  // The last of all; 0: there is none.
  SequenceNumber last() const;

 private:
  std::vector<std::pair<SequenceNumber, SequenceNumber>> ranges_;
};

// Versions, each of another write.
class SavedVersions {
 public:
  // Passes over a write that is there already.
  void add(const InternalKey& key, std::string_view value) {
    if (!writes_.insert(key.sequence).second) return;
    versions_->add(key.sequence, key.kind, key.user_key, value);
  }
  const Memtable& versions() const { return *versions_; }
  const std::set<SequenceNumber>& writes() const { return writes_; }

 private:
  std::unique_ptr<Memtable> versions_ = make_memtable();
  std::set<SequenceNumber> writes_;
};

// What the logs hold besides the writes that were put away.
struct SavedLogs {
  Recovered recovered;
  SavedVersions saved;
};
Result<SavedLogs> read_logs(const FoundLevels& found, RecoveryMode mode,
                            const CheckpointHeader& put_away);

// Copies the manifest, if it is damaged, these tables, and those logs that are damaged.
Status keep_originals(const FoundLevels& found, const std::vector<TableNumber>& tables,
                      const std::vector<LogNumber>& logs);

// Larger than the number of any table there is or was, as far as that is known.
TableNumber next_number(const FoundLevels& found);

struct NewTables {
  SequenceNumber first;  // their versions are of writes from this one ...
  SequenceNumber last;   // ... to this one
  std::uint64_t table_bytes = UINT64_MAX;
};

// Writes the walk out to new tables, which are whole, under their names, and durable when this
// returns. Before that a crash leaves files that nobody takes for tables. `next` is the first one's
// number, and grows.
Result<std::vector<TableInfo>> write_new_tables(const FoundLevels& found, InternalIterator& walk,
                                                TableNumber& next, const NewTables& options);

// Puts a manifest of this version in the old one's place; then these tables go, and the logs that
// the version does not need. At last looks whether the store opens.
Status install(const FoundLevels& found, const Version& version,
               const std::vector<TableNumber>& replaced);

}  // namespace kv
