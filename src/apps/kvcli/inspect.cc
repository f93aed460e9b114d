#include "apps/kvcli/inspect.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <tuple>

#include "apps/kvcli/listing.h"
#include "base/quote.h"
#include "persistence/checkpoint.h"
#include "persistence/database_directory.h"
#include "persistence/level_archive.h"
#include "persistence/manifest.h"
#include "persistence/recovery.h"
#include "persistence/salvage.h"
#include "persistence/table_archive.h"
#include "persistence/wal.h"

namespace kv::cli {
namespace {

using namespace std::string_view_literals;

std::string name_of(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

// The number that a file's name tells, "000007.log.damaged" as well as "000007.log".
std::optional<std::uint64_t> number_of(const std::string& name, std::string_view suffix) {
  const std::size_t found = name.find(suffix);
  if (found == std::string::npos) return std::nullopt;
  return number_in(name.substr(0, found + suffix.size()), suffix);
}

// The number that a log's records have: its name tells, or for any other name its header.
std::optional<LogNumber> log_number_of(std::string_view bytes, const std::string& name) {
  if (const auto number = number_of(name, log_suffix)) return number;
  const Result<LogHeader> header = decode_log_header(bytes, name);
  return header ? std::optional(header->number) : std::nullopt;
}

Outcome list_bytes(std::string_view bytes, const std::string& path, const Shown& shown,
                   Printer printer) {
  const std::string name = name_of(path);
  const std::string title = printable(path);
  const bool is_log = bytes.starts_with(log_layout::magic);
  if (bytes.starts_with(checkpoint_layout::magic) ||
      (!is_log && name.starts_with(checkpoint_name))) {
    return list_checkpoint(bytes, title, shown, printer);
  }
  if (bytes.starts_with(manifest_layout::magic) || (!is_log && name.starts_with(manifest_name))) {
    return list_manifest(bytes, title, shown, printer);
  }
  const auto table = number_of(name, table_suffix);
  if (!is_log && (table || bytes.ends_with(table_layout::magic))) {
    return list_table(bytes, path, table, shown, printer);
  }
  if (const auto number = log_number_of(bytes, name)) {
    return list_log(bytes, title, *number, shown, printer);
  }
  if (is_log) {
    return usage_error(
        fmt::format("the header of {} is damaged, and the name doesn't tell which "
                    "log it was; name it as the store did, as in 000007.log",
                    quote(path)));
  }
  return usage_error(
      fmt::format("{} is no log, no checkpoint, no table and no manifest", quote(path)));
}

Outcome list_file(const std::string& path, const Shown& shown, Printer printer) {
  const Result<std::string> bytes = read_file(FileSystem::posix(), path);
  if (!bytes) return io_error(bytes.error().message());
  return list_bytes(*bytes, path, shown, printer);
}

Outcome print(Printer printer, std::string_view text) {
  const Status written = printer.output.write(text);
  return written ? Outcome() : output_error(printer.output, written.error());
}

// Damage anywhere is damage.
void join_outcomes(Outcome& all, Outcome one) {
  if (one.failed() || one.exit != Exit::ok) all = std::move(one);
}

// What opening the directory would find, by the engine that it belongs to.
Result<Recovered> recover_all(const std::string& directory, std::string_view engine) {
  FileSystem& files = FileSystem::posix();
  if (engine == "sstable") {
    if (Status fits = check_not_levels(files, directory); !fits) return failure(std::move(fits));
  }
  const auto ignore = [](const InternalKey&, std::string_view) {};
  if (engine == "wal") return recover(files, directory, ignore);
  const ArchivePlace place{
      .files = files, .directory = directory, .sync_names = {}, .engine = std::string(engine)};
  const TableArchiveParts parts{.tables = {},
                                .cache = make_block_cache(0),
                                .statistics = std::make_shared<TableStatistics>()};
  if (engine == "lsm") return make_level_archive(place, parts, {})->recover(ignore);
  return make_table_archive(place, parts)->recover(ignore);
}

// What opening the directory would say.
Outcome judge(const std::string& directory, std::string_view engine, Printer printer) {
  const Result<Recovered> recovered = recover_all(directory, engine);
  if (failed_with(Code::corruption, recovered)) {
    const Outcome printed =
        print(printer, fmt::format("!! it doesn't open: {}\n", recovered.error().message()));
    return printed.failed() ? printed : Outcome{Exit::no, {}, false};
  }
  if (!recovered) return io_error(recovered.error().message());
  std::string text = fmt::format(
      "it opens, with the state after write {}; all up to {} are proven "
      "to be synced; {}\n",
      recovered->last, recovered->synced,
      recovered->closed ? "it was closed" : "it was not closed");
  for (const Damage& damage : recovered->damages) {
    text += fmt::format("it drops {}, offset {}: {}\n", printable(damage.path), damage.offset,
                        damage.what);
  }
  return print(printer, text);
}

// The directory's checkpoint or manifest, its tables, and its logs, in the order in which they are
// recovered.
std::vector<std::string> files_in(const std::vector<std::string>& names) {
  std::vector<std::tuple<bool, std::uint64_t, std::string>> numbered;  // whether it is a log first
  for (const std::string& name : names) {
    if (name == checkpoint_name || name == manifest_name) numbered.emplace_back(false, 0, name);
    if (const auto number = table_number(name)) numbered.emplace_back(false, *number, name);
    if (const auto number = log_number(name)) numbered.emplace_back(true, *number, name);
  }
  std::ranges::sort(numbered);
  std::vector<std::string> files;
  for (auto& [is_log, number, name] : numbered) files.push_back(std::move(name));
  return files;
}

// The engines whose directories can be judged.
constexpr std::array known_engines = {"wal"sv, "sstable"sv, "lsm"sv};

// The tables that the directory's manifest names; none where it says nothing: then all count.
std::optional<std::set<TableNumber>> named_tables(const FileSystem& files,
                                                  const std::string& directory) {
  const Result<std::optional<ReadManifest>> manifest = find_manifest(files, directory);
  if (!manifest || !*manifest) return {};
  std::set<TableNumber> named;
  for (const auto& tables : (*manifest)->version.levels) {
    for (const TableInfo& table : tables) named.insert(table.number);
  }
  return named;
}

Outcome list_directory(const std::string& directory, const Shown& shown, Printer printer) {
  const FileSystem& files = FileSystem::posix();
  const Result<std::vector<std::string>> names = files.list(directory);
  if (!names) return io_error(names.error().message());
  const Result<std::string> engine = engine_of(files, directory);
  if (failed_with(Code::invalid_argument, engine)) return usage_error(engine.error().message());
  if (!engine && engine.error().code() != Code::corruption) {
    return io_error(engine.error().message());
  }
  if (engine && std::ranges::find(known_engines, *engine) == known_engines.end()) {
    return usage_error(
        fmt::format("the store in {} was made by engine {}, which this program does "
                    "not know: a newer kvdb made it; look at it with that one",
                    quote(directory), quote(*engine)));
  }
  Outcome all = print(printer, engine ? fmt::format("{}: a store of engine {}\n",
                                                    printable(directory), printable(*engine))
                                      : fmt::format("!! {}\n", engine.error().message()));
  if (!engine && !all.failed()) all.exit = Exit::no;
  const std::optional<std::set<TableNumber>> named = named_tables(files, directory);
  for (const std::string& name : files_in(*names)) {
    if (all.failed()) return all;
    const std::string path = join(directory, name);
    // Not finished, or merged into others: whatever stands in it is no damage.
    if (const auto table = table_number(name); table && named && !named->contains(*table)) {
      join_outcomes(all, print(printer, fmt::format("{}: the manifest does not name it; opening "
                                                    "the store removes it\n",
                                                    printable(path))));
      continue;
    }
    const Result<bool> there = files.exists(path);
    if (there && !*there) continue;  // the store is open, and has put its content elsewhere
    join_outcomes(all, list_file(path, shown, printer));
  }
  if (all.failed()) return all;
  const Result<std::string> whose = engine_to_salvage(files, directory);
  join_outcomes(all, whose ? judge(directory, *whose, printer) : io_error(whose.error().message()));
  return all;
}

Outcome list_path(const std::string& path, const Shown& shown, Printer printer) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::is_directory(status)) return list_directory(path, shown, printer);
  // A pipe or a device has no end, or makes one wait for it.
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    return usage_error(fmt::format("{} is neither a file nor a directory", quote(path)));
  }
  return list_file(path, shown, printer);
}

}  // namespace

Outcome inspect(const Invocation& invocation, Output& output, const std::stop_token& stop) {
  Shown shown;
  const Result<std::optional<std::uint64_t>> offset = invocation.number("--offset", 0);
  if (!offset) return usage_error(offset.error().message());
  const Result<std::optional<std::uint64_t>> limit = invocation.number("--limit", 0);
  if (!limit) return usage_error(limit.error().message());
  const Result<std::optional<std::uint64_t>> changes = invocation.number("--changes", 0);
  if (!changes) return usage_error(changes.error().message());
  shown.offset = offset->value_or(shown.offset);
  shown.records = limit->value_or(shown.records);
  shown.changes = changes->value_or(shown.changes);

  Outcome all;
  for (const std::string& path : invocation.arguments) {
    if (&path != invocation.arguments.data()) join_outcomes(all, print({output, stop}, "\n"));
    if (!all.failed()) join_outcomes(all, list_path(path, shown, {output, stop}));
    if (all.failed()) break;
  }
  return all;
}

}  // namespace kv::cli
