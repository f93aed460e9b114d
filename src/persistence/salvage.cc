#include "persistence/salvage.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/quote.h"
#include "persistence/database_directory.h"
#include "persistence/log_reader.h"
#include "persistence/recovery.h"

namespace kv {
namespace {

constexpr std::string_view engine = "wal";

// A copy of the file under a name that nobody else uses, durable. One that an earlier attempt has
// left is as good.
Result<std::string> keep_copy(FileSystem& files, const std::string& path, std::string_view bytes) {
  std::string copy = path + ".damaged";
  for (int number = 2;; ++number) {
    const Result<bool> taken = files.exists(copy);
    if (!taken) return failure(taken.error());
    if (!*taken) break;
    const Result<std::string> other = read_file(files, copy);
    if (!other) return failure(other.error());
    if (*other == bytes) return copy;
    copy = fmt::format("{}.damaged.{}", path, number);
  }
  const auto written =
      replace_file(files, copy, [&](AppendFile& file) { return file.append(bytes); });
  if (!written) return failure(written.error());
  return copy;
}

Status keep(FileSystem& files, const std::string& path, std::string_view bytes,
            SalvageReport& report) {
  Result<std::string> copy = keep_copy(files, path, bytes);
  if (!copy) return failure(std::move(copy));
  report.kept.push_back({path, *std::move(copy)});
  return {};
}

// Whether the log's records lead from its header to zeros that go on to its end.
bool is_intact(std::string_view log, const std::string& path, LogNumber number) {
  const Result<LogHeader> header = decode_log_header(log, path);
  if (!header || header->number != number) return false;
  const auto reader = make_log_reader(log, number);
  std::uint64_t end = log_layout::header_bytes;
  while (reader->next()) end = reader->offset() + record_bytes(reader->record().payload.size());
  return used_bytes(log) <= end;
}

// `invalid_argument` where the directory belongs to an engine whose files salvage does not know.
// FORMAT tells; where it is damaged, the names of the files.
Status check_engine(const FileSystem& files, std::string_view path,
                    const Result<std::string>& known) {
  Result<std::vector<std::string>> names = files.list(path);
  if (!names) return failure(std::move(names));
  const bool has_tables = std::ranges::any_of(
      *names, [](const std::string& name) { return number_in(name, ".sst").has_value(); });
  if ((known && *known == engine) || (!known && !has_tables)) return {};
  return failure(
      Code::invalid_argument,
      fmt::format("{} belongs to {}, and salvage knows logs and checkpoints of engine "
                  "{} alone; nothing was changed: `kvcli inspect` shows which files are "
                  "damaged; put back a copy of each, or, while the store opens, save by "
                  "`kvcli export` what it still gives",
                  quote(path), known ? "engine " + printable(*known) : "engine sstable", engine));
}

// Opens the directory, and writes FORMAT anew where it is damaged.
Result<DatabaseDirectory> open(FileSystem& files, std::string_view path, SalvageReport& report) {
  const Result<bool> there = files.exists(path);
  if (!there) return failure(there.error());
  if (!*there) {
    return failure(Code::invalid_argument, fmt::format("{} is not there; name the directory of a "
                                                       "store",
                                                       quote(path)));
  }
  const Result<std::string> known = engine_of(files, path);
  if (Status fits = check_engine(files, path, known); !fits) return failure(std::move(fits));
  if (known) return DatabaseDirectory::open(files, path, engine);
  if (known.error().code() != Code::corruption) return failure(known.error());

  Result<DatabaseDirectory> directory = DatabaseDirectory::open_unchecked(files, path);
  if (!directory) return directory;
  const std::string format = join(path, format_name);
  const Result<bool> damaged = files.exists(format);
  if (!damaged) return failure(damaged.error());
  std::string text;
  if (*damaged) {
    Result<std::string> read = read_file(files, format);
    if (!read) return failure(std::move(read));
    text = *std::move(read);
    if (Status kept = keep(files, format, text, report); !kept) return failure(std::move(kept));
  }
  report.damages.push_back({format, 0, text.size(), "which engine the store belongs to"});
  report.changed = true;
  if (Status written = directory->write_format(engine); !written)
    return failure(std::move(written));
  return directory;
}

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
  for (const LogNumber number : logs) {
    const std::string path = log_path(directory.path(), number);
    const Result<std::string> bytes = read_file(files, path);
    if (!bytes) return failure(bytes.error());
    if (is_intact(*bytes, path, number)) continue;
    if (Status kept = keep(files, path, *bytes, report); !kept) return kept;
  }
  return {};
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

Result<SalvageReport> salvage(FileSystem& files, std::string_view path, Memtable& memtable) {
  SalvageReport report;
  const Result<DatabaseDirectory> directory = open(files, path, report);
  if (!directory) return failure(directory.error());
  const Result<Recovered> whole = recover(files, path, [](const InternalKey&, std::string_view) {});
  if (whole) {
    report.last = whole->last;
    report.damages.insert(report.damages.end(), whole->damages.begin(), whole->damages.end());
    return report;
  }
  if (whole.error().code() != Code::corruption) return failure(whole.error());
  if (Status saved = rescue(*directory, memtable, report); !saved) return failure(std::move(saved));
  return report;
}

}  // namespace kv
