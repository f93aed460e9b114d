#pragma once

// A store of engine lsm with tables in several levels and logs behind them, what was written into
// it, and what it may hold when writes are missing.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/simulated_executor.h"
#include "base/simulated_file_system.h"
#include "engines/engines.h"
#include "persistence/manifest.h"
#include "persistence/salvage.h"
#include "persistence/table_archive.h"
#include "persistence/wal.h"
#include "tests/integration/damaged_files.h"
#include "tests/support/expect.h"

namespace kv::test {

inline constexpr int level_writes = 450;
inline constexpr int level_keys = 60;

inline Result<std::unique_ptr<Store>> open_levels(SimulatedFileSystem& files,
                                                  std::shared_ptr<SimulatedExecutor> executor) {
  return open_lsm({.directory = "/db",
                   .durability = Durability::sync,
                   .write_buffer_bytes = 4096,
                   .block_bytes = 512,
                   .compression = Compression::none,
                   .table_bytes = 2048,
                   .level1_bytes = 4096},
                  {&files, std::move(executor), [](std::string_view) {}});
}

// Each key is written, and now and then erased.
inline std::string level_key(int write) { return fmt::format("key {:02}", write * 7 % level_keys); }
inline bool level_erases(int write) { return write % 11 == 0; }

// Writes the numbers from `first` to `last`, each into its key; the last ones while nothing goes on
// in the background.
inline void write_levels(Store& store, SimulatedExecutor& executor, int first, int last) {
  for (int i = first; i <= last; ++i) {
    const std::string value = fmt::format("{}{}", i, std::string(100, '.'));
    const Status done =
        level_erases(i) ? store.erase(level_key(i)) : store.put(level_key(i), value);
    EXPECT_TRUE(ok(done));
    if (i < last - 5) executor.run_all();
  }
}

enum class Ending : unsigned char { killed, closed };

// What the store's process leaves.
inline SimulatedFileSystem store_with_levels(int writes = level_writes,
                                             Ending ending = Ending::killed) {
  SimulatedFileSystem files;
  const auto executor = std::make_shared<SimulatedExecutor>();
  const auto store = open_levels(files, executor);
  EXPECT_TRUE(ok(store));
  if (!store) return files;
  write_levels(**store, *executor, 1, writes);
  if (ending == Ending::closed) {
    EXPECT_TRUE(ok((*store)->close()));
  }
  SimulatedFileSystem left = files;
  Random random(1);
  left.crash(CrashPolicy::process_death, random);
  return left;
}

inline Content all_written(int writes = level_writes) {
  Content content;
  for (int i = 1; i <= writes; ++i) {
    if (level_erases(i)) {
      content.erase(level_key(i));
    } else {
      content.insert_or_assign(level_key(i), std::to_string(i));
    }
  }
  return content;
}

// Whether every value is one that its key has had.
inline bool was_written(const Content& content) {
  std::set<std::pair<std::string, std::string>> written;
  for (int i = 1; i <= level_writes; ++i) {
    if (!level_erases(i)) written.emplace(level_key(i), std::to_string(i));
  }
  for (const auto& [key, value] : content) {
    if (!written.contains({key, value})) return false;
  }
  return true;
}

// The simulated disk is a copy: opening changes files.
inline Content content_of_levels(SimulatedFileSystem files) {
  return content_in(open_levels(files, std::make_shared<SimulatedExecutor>()));
}

inline SalvageReport salvaged_levels(SimulatedFileSystem& files) {
  SalvageReport report;
  EXPECT_TRUE(ok(salvage_levels(files, "/db", report)));
  return report;
}

inline Version version_of(const FileSystem& files) {
  const auto read = find_manifest(files, "/db");
  EXPECT_TRUE(ok(read));
  return read && *read ? (*read)->version : Version();
}

// Where the manifest's records begin, and at last where the file ends.
inline std::vector<std::size_t> record_offsets(std::string_view manifest) {
  const auto number = decode_manifest_header(manifest, "manifest");
  EXPECT_TRUE(ok(number));
  std::vector<std::size_t> offsets;
  std::size_t at = manifest_layout::header_bytes;
  while (const auto record = record_at(manifest, at, number.value_or(0))) {
    offsets.push_back(at);
    at += record_bytes(record->payload.size());
  }
  offsets.push_back(at);
  return offsets;
}

inline Damager cut(const std::string& name, std::size_t bytes) {
  return [=](SimulatedFileSystem& files) {
    write_over(files, name, bytes_of(files, name).substr(0, bytes));
  };
}

inline Damager put_beside(const std::string& name, const std::string& bytes) {
  return [=](SimulatedFileSystem& files) { make_file(files, name, bytes); };
}

inline std::uint64_t entries_in(const Version& version) {
  std::uint64_t entries = 0;
  for (const std::vector<TableInfo>& level : version.levels) {
    for (const TableInfo& info : level) entries += info.entries;
  }
  return entries;
}

// A table of this number in another store, where the same writes did other things.
inline std::string foreign(const TableInfo& info) {
  SimulatedFileSystem files;
  EXPECT_TRUE(ok(files.create_directory("/db")));
  const auto memtable = make_memtable();
  for (SequenceNumber write = info.first_sequence; write <= info.last_sequence; ++write) {
    memtable->add(write, EntryKind::put, level_key(static_cast<int>(write)), "other.");
  }
  EXPECT_TRUE(ok(write_out({files, "/db", {}}, info.number, *memtable->iterate(Direction::forward),
                           info.first_sequence, info.last_sequence, {})));
  return bytes_of(files, table_name(info.number));
}

}  // namespace kv::test
