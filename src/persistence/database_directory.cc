#include "persistence/database_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "base/quote.h"
#include "persistence/checkpoint.h"
#include "persistence/manifest.h"
#include "persistence/wal.h"
#include "storage/sstable.h"

namespace kv {
namespace {

constexpr std::string_view lock_name = "LOCK";
constexpr std::string_view format_begin = "kvdb ";
constexpr int format_version = 1;

// Makes the directory and those above it. Each new one's name is made durable in the one above; if
// that fails, the directory is taken away again: to make it once more writes its name once more,
// while another sync of the name that there is would prove nothing.
Status make_directories(FileSystem& files, std::string_view path) {
  Result<bool> there = files.exists(path);
  if (!there) return failure(std::move(there));
  if (*there) return {};
  const std::string_view parent = directory_of(path);
  if (parent != path) {
    if (Status made = make_directories(files, parent); !made) return made;
  }
  if (Status made = files.create_directory(path); !made) return made;
  Status synced = files.sync_directory(parent);
  if (!synced) static_cast<void>(files.remove_directory(path));
  return synced;
}

// The engine that FORMAT names.
Result<std::string> parse_format(std::string_view text, const std::string& path) {
  const std::string_view line = text.substr(0, text.find('\n'));
  const bool one_line = line.size() + 1 == text.size();
  int version = 0;
  std::string_view engine;
  if (one_line && line.starts_with(format_begin)) {
    const char* const begin = line.data() + format_begin.size();
    const auto [stop, error] = std::from_chars(begin, line.data() + line.size(), version);
    if (error == std::errc() && stop != line.data() + line.size() && *stop == ' ') {
      engine = line.substr(static_cast<std::size_t>(stop + 1 - line.data()));
    }
  }
  if (engine.empty() || version < 1) {
    return failure(Code::corruption,
                   fmt::format("{} is damaged: it should say which engine the store belongs to, "
                               "as in \"kvdb 1 wal\", and says {}; `kvcli salvage` makes a new one",
                               quote(path), abbreviated(text)));
  }
  if (version > format_version) {
    return failure(Code::invalid_argument,
                   fmt::format("{} says that the store has format {}, and this program knows {}; "
                               "open it with a newer kvdb",
                               quote(path), version, format_version));
  }
  return std::string(engine);
}

// Whether a file of this name was made after FORMAT was durable.
bool is_data(std::string_view name) {
  return log_number(name).has_value() || table_number(name).has_value() ||
         name == checkpoint_name || name == manifest_name;
}

bool is_ours(std::string_view name) {
  const std::string_view whole = name.substr(0, name.find(damaged_suffix));
  return is_data(whole) || whole == format_name;
}

Result<bool> holds_data(const FileSystem& files, std::string_view directory) {
  const Result<std::vector<std::string>> names = files.list(directory);
  if (!names) return failure(names.error());
  return std::ranges::any_of(*names, is_data);
}

// The engine, or none if the directory is new. Errors: there is something in it.
Result<std::optional<std::string>> format_of(const FileSystem& files, std::string_view directory) {
  Result<std::vector<std::string>> names = files.list(directory);
  if (!names) return failure(std::move(names));
  if (std::ranges::find(*names, format_name) != names->end()) {
    const std::string path = join(directory, format_name);
    Result<std::string> text = read_file(files, path);
    if (!text) return failure(std::move(text));
    Result<std::string> engine = parse_format(*text, path);
    if (!engine) return failure(std::move(engine));
    return std::optional(*std::move(engine));
  }
  const std::string unfinished_format = fmt::format("{}{}", format_name, unfinished_suffix);
  for (const std::string& name : *names) {
    if (name == lock_name || name == unfinished_format) continue;
    if (is_ours(name)) {
      return failure(Code::corruption,
                     fmt::format("{} holds {} but no file {}, which says whose it is; `kvcli "
                                 "salvage` makes a new one",
                                 quote(directory), quote(name), format_name));
    }
    return failure(Code::invalid_argument,
                   fmt::format("{} is no store, and not empty: it holds {}; name another directory",
                               quote(directory), quote(name)));
  }
  return std::optional<std::string>();
}

// Makes durable the names that lead to the directory. Whoever made them may have died before they
// were; where there is data, they are. Those far above are seldom ours, and need not even be
// readable: their failure is none.
Status sync_names_above(FileSystem& files, std::string_view directory) {
  Status synced = files.sync_directory(directory_of(directory));
  for (std::string_view above = directory_of(directory); above != directory_of(above);) {
    above = directory_of(above);
    static_cast<void>(files.sync_directory(above));
  }
  return synced;
}

}  // namespace

Result<DatabaseDirectory> DatabaseDirectory::open(FileSystem& files, std::string_view path,
                                                  std::string_view engine,
                                                  std::string_view takes_over) {
  if (path.empty()) {
    return failure(Code::invalid_argument,
                   fmt::format("engine {} keeps its data in files; name a directory for them "
                               "(Options::directory, --directory)",
                               engine));
  }
  if (Status made = make_directories(files, path); !made) return failure(std::move(made));
  // Before a lock is left in a directory that is somebody else's.
  if (auto format = format_of(files, path); !format) return failure(std::move(format));
  Result<DatabaseDirectory> directory = open_unchecked(files, path);
  if (!directory) return directory;
  auto format = format_of(files, path);
  if (!format) return failure(std::move(format));
  const std::string made_by = format->value_or(std::string(engine));
  Result<bool> is_taken_over = files.exists(manifest_path(path));
  if (!is_taken_over) return failure(std::move(is_taken_over));
  const bool opens = made_by == engine || (!takes_over.empty() && made_by == takes_over);
  if (!opens || (*is_taken_over && takes_over.empty())) {
    return failure(Code::invalid_argument,
                   fmt::format("the store in {} was made by engine {}; open it with that one, or "
                               "name another directory for engine {}",
                               quote(path), *is_taken_over ? "lsm" : made_by, engine));
  }
  directory->made_by_ = made_by;
  const Result<bool> proven = holds_data(files, path);
  if (!proven) return failure(proven.error());
  if (!*proven) {
    if (Status written = directory->write_format(engine); !written) {
      return failure(std::move(written));
    }
    directory->made_by_ = engine;
  }
  return directory;
}

Result<DatabaseDirectory> DatabaseDirectory::open_unchecked(FileSystem& files,
                                                            std::string_view path) {
  auto lock = files.lock(join(path, lock_name));
  if (failed_with(Code::unavailable, lock)) {
    return failure(Code::unavailable,
                   fmt::format("the store in {} is open already, here or in another process; close "
                               "it there first",
                               quote(path)));
  }
  if (!lock) return failure(std::move(lock));
  return DatabaseDirectory(files, std::string(path), *std::move(lock));
}

Status DatabaseDirectory::write_format(std::string_view engine) {
  if (Status above = sync_names_above(*files_, path_); !above) return above;
  Status written = take_over(engine);
  if (!written) static_cast<void>(files_->unlink(join(path_, format_name)));
  return written;
}

Status DatabaseDirectory::take_over(std::string_view engine, const SyncNames& sync_names) {
  const std::string line = fmt::format("{}{} {}\n", format_begin, format_version, engine);
  const auto written = replace_file(
      *files_, join(path_, format_name), [&](AppendFile& file) { return file.append(line); },
      sync_names);
  if (!written) return failure(written.error());
  return {};
}

Result<std::string> engine_of(const FileSystem& files, std::string_view directory) {
  auto format = format_of(files, directory);
  if (!format) return failure(std::move(format));
  if (!*format) {
    return failure(Code::invalid_argument, fmt::format("{} holds no store", quote(directory)));
  }
  if (**format != "sstable") return **std::move(format);
  Result<bool> is_taken_over = files.exists(manifest_path(directory));
  if (!is_taken_over) return failure(std::move(is_taken_over));
  return *is_taken_over ? "lsm" : **std::move(format);
}

}  // namespace kv
