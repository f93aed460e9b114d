#include "persistence/salvage.h"

#include <algorithm>
#include <utility>

#include "persistence/recovery.h"
#include "persistence/salvage_parts.h"

namespace kv {
namespace {

// Sees which numbers are missing among those of the writes.
class Gaps {
 public:
  void pass(SequenceNumber sequence) {
    if (sequence > last_ + 1) missing_.push_back({last_ + 1, sequence - 1});
    last_ = std::max(last_, sequence);
  }

  // What is missing of the writes from the checkpoint to `last`. Those before it are none: it holds
  // what they led to, and not each of them.
  std::vector<MissingWrites> between(SequenceNumber checkpoint, SequenceNumber last) && {
    pass(last + 1);
    std::erase_if(missing_, [&](const MissingWrites& gap) { return gap.last <= checkpoint; });
    if (!missing_.empty())
      missing_.front().first = std::max(missing_.front().first, checkpoint + 1);
    return std::move(missing_);
  }

 private:
  SequenceNumber last_ = 0;
  std::vector<MissingWrites> missing_;
};

// Copies every file that is damaged.
Status keep_damaged(const DatabaseDirectory& directory, const std::vector<LogNumber>& logs,
                    SalvageReport& report) {
  FileSystem& files = directory.files();
  const std::string checkpoint = checkpoint_path(directory.path());
  if (std::ranges::find(report.damages, checkpoint, &Damage::path) != report.damages.end()) {
    const Result<std::string> bytes = read_file(files, checkpoint);
    if (!bytes) return failure(bytes.error());
    if (Status kept = keep(files, checkpoint, *bytes, report); !kept) return kept;
  }
  return keep_damaged_logs(directory, logs, report);
}

// Puts a checkpoint of the memtable in the place of all other files.
Status replace(const DatabaseDirectory& directory, const std::vector<LogNumber>& logs,
               const CheckpointHeader& header, const Memtable& memtable) {
  FileSystem& files = directory.files();
  const auto versions = memtable.iterate(Direction::forward);
  const auto written = write_checkpoint(files, directory.path(), header, *versions);
  if (!written) return failure(written.error());
  for (const LogNumber number : logs) {
    if (Status removed = files.unlink(log_path(directory.path(), number)); !removed) return removed;
  }
  return files.sync_directory(directory.path());
}

// Saves what is intact of a store that does not open.
Status rescue(const DatabaseDirectory& directory, Memtable& memtable, SalvageReport& report) {
  Gaps gaps;
  const auto add = [&](const InternalKey& key, std::string_view value) {
    gaps.pass(key.sequence);
    memtable.add(key.sequence, key.kind, key.user_key, value);
  };
  const Result<Recovered> saved =
      recover(directory.files(), directory.path(), add, RecoveryMode::salvage);
  if (!saved) return failure(saved.error());
  report.changed = true;
  report.last = saved->last;
  report.versions = memtable.entries();
  report.damages.insert(report.damages.end(), saved->damages.begin(), saved->damages.end());
  report.missing = std::move(gaps).between(saved->checkpoint, std::max(saved->last, saved->synced));

  // A new checkpoint replaces them all.
  const Result<std::vector<LogNumber>> logs = logs_in(directory.files(), directory.path());
  if (!logs) return failure(logs.error());
  if (Status kept = keep_damaged(directory, *logs, report); !kept) return kept;
  return replace(directory, *logs, {saved->last, saved->next_log}, memtable);
}

}  // namespace

Status salvage(FileSystem& files, std::string_view path, Memtable& memtable,
               SalvageReport& report) {
  const Result<DatabaseDirectory> directory = open_damaged(files, path, "wal", report);
  if (!directory) return failure(directory.error());
  const Result<Recovered> whole = recover(files, path, [](const InternalKey&, std::string_view) {});
  if (whole) {
    report.last = whole->last;
    report.damages.insert(report.damages.end(), whole->damages.begin(), whole->damages.end());
    return {};
  }
  if (whole.error().code() != Code::corruption) return failure(whole.error());
  return rescue(*directory, memtable, report);
}

}  // namespace kv
