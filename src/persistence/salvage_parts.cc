#include "persistence/salvage_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/quote.h"
#include "persistence/log_reader.h"
#include "persistence/manifest.h"
#include "storage/sstable.h"

namespace kv {
namespace {

Result<std::string> keep_copy(FileSystem& files, const std::string& path, std::string_view bytes) {
  const std::string first = fmt::format("{}{}", path, damaged_suffix);
  std::string copy = first;
  for (int number = 2;; ++number) {
    const Result<bool> taken = files.exists(copy);
    if (!taken) return failure(taken.error());
    if (!*taken) break;
    const Result<std::string> other = read_file(files, copy);
    if (!other) return failure(other.error());
    if (*other == bytes) return copy;
    copy = fmt::format("{}.{}", first, number);
  }
  const auto written =
      replace_file(files, copy, [&](AppendFile& file) { return file.append(bytes); });
  if (!written) return failure(written.error());
  return copy;
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

// `invalid_argument` where the directory belongs to another engine.
Status check_engine(const FileSystem& files, std::string_view path, std::string_view engine) {
  const Result<std::string> found = engine_to_salvage(files, path);
  if (!found) return failure(found.error());
  if (*found == engine) return {};
  return failure(Code::invalid_argument,
                 fmt::format("{} belongs to engine {}, and not to {}; nothing was changed",
                             quote(path), printable(*found), engine));
}

}  // namespace

Status keep(FileSystem& files, const std::string& path, std::string_view bytes,
            SalvageReport& report) {
  Result<std::string> copy = keep_copy(files, path, bytes);
  if (!copy) return failure(std::move(copy));
  report.kept.push_back({path, *std::move(copy)});
  return {};
}

Status keep_damaged_logs(const DatabaseDirectory& directory, const std::vector<LogNumber>& logs,
                         SalvageReport& report) {
  FileSystem& files = directory.files();
  for (const LogNumber number : logs) {
    const std::string path = log_path(directory.path(), number);
    const Result<std::string> bytes = read_file(files, path);
    if (!bytes) return failure(bytes.error());
    if (is_intact(*bytes, path, number)) continue;
    if (Status kept = keep(files, path, *bytes, report); !kept) return kept;
  }
  return {};
}

Result<DatabaseDirectory> open_damaged(FileSystem& files, std::string_view path,
                                       std::string_view engine, SalvageReport& report,
                                       std::string_view takes_over) {
  const Result<bool> there = files.exists(path);
  if (!there) return failure(there.error());
  if (!*there) {
    return failure(Code::invalid_argument, fmt::format("{} is not there; name the directory of a "
                                                       "store",
                                                       quote(path)));
  }
  const Result<std::string> known = engine_of(files, path);
  if (Status fits = check_engine(files, path, engine); !fits) return failure(std::move(fits));
  if (known) return DatabaseDirectory::open(files, path, engine, takes_over);
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
  report.damages.push_back(
      {format, 0, text.size(),
       fmt::format("which engine the store belongs to; it is taken for {}", engine)});
  report.changed = true;
  if (Status written = directory->write_format(engine); !written)
    return failure(std::move(written));
  return directory;
}

Result<std::string> engine_to_salvage(const FileSystem& files, std::string_view path) {
  Result<std::string> known = engine_of(files, path);
  if (known || known.error().code() != Code::corruption) return known;
  const Result<std::vector<std::string>> names = files.list(path);
  if (!names) return failure(names.error());
  if (std::ranges::find(*names, manifest_name) != names->end()) return "lsm";
  const bool has_tables = std::ranges::any_of(
      *names, [](const std::string& name) { return table_number(name).has_value(); });
  return std::string(has_tables ? "sstable" : "wal");
}

}  // namespace kv
