#pragma once

// A store with several tables and the logs behind them, what was written into it, and what it holds
// when writes are missing.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/simulated_executor.h"
#include "base/simulated_file_system.h"
#include "engines/engines.h"
#include "persistence/salvage.h"
#include "storage/sstable.h"
#include "tests/integration/damaged_files.h"
#include "tests/support/expect.h"

namespace kv::test {

inline constexpr int writes = 120;
inline constexpr int keys = 20;

inline Result<std::unique_ptr<Store>> open_in(SimulatedFileSystem& files,
                                              std::shared_ptr<SimulatedExecutor> executor) {
  return open_sstable({.directory = "/db",
                       .durability = Durability::sync,
                       .write_buffer_bytes = 4096,
                       .block_bytes = 512,
                       .compression = Compression::none},
                      {&files, std::move(executor), [](std::string_view) {}});
}

inline std::string key_of(int write) { return fmt::format("key {:02}", write % keys); }

// Some writes erase their key; the others put their own number.
inline bool erases(int write) { return write % 15 == 0; }

// Writes 1 to 120 on 20 keys: several tables, and the logs behind them. Nobody has closed the
// store.
inline SimulatedFileSystem whole_store() {
  SimulatedFileSystem files;
  const auto executor = std::make_shared<SimulatedExecutor>();
  const auto store = open_in(files, executor);
  EXPECT_TRUE(ok(store));
  for (int i = 1; i <= writes; ++i) {
    const std::string value = fmt::format("{}{}", i, std::string(100, '.'));
    EXPECT_TRUE(ok(erases(i) ? (*store)->erase(key_of(i)) : (*store)->put(key_of(i), value)));
    if (i < writes - 5) executor->run_all();
  }
  return files;
}

inline TableFooter footer_of(const FileSystem& files, const std::string& name) {
  const std::string bytes = bytes_of(files, name);
  const auto footer =
      decode_footer(std::string_view(bytes).substr(bytes.size() - 80), bytes.size(), name);
  EXPECT_TRUE(ok(footer));
  return footer.value_or(TableFooter());
}

inline TableProperties properties_of(const FileSystem& files, const std::string& name) {
  const BlockHandle handle = footer_of(files, name).properties;
  const auto properties =
      decode_properties(bytes_of(files, name).substr(handle.offset, handle.bytes), name);
  EXPECT_TRUE(ok(properties));
  return properties.value_or(TableProperties());
}

inline Damager all_zeros(const std::string& name) {
  return [=](SimulatedFileSystem& files) {
    write_over(files, name, std::string(bytes_of(files, name).size(), '\0'));
  };
}

inline SalvageReport salvaged(SimulatedFileSystem& files) {
  SalvageReport report;
  EXPECT_TRUE(ok(salvage_tables(files, "/db", report)));
  return report;
}

// What the store holds: it must open.
inline Content content_of(SimulatedFileSystem files) {
  return content_in(open_in(files, std::make_shared<SimulatedExecutor>()));
}

// What the writes lead to that are not missing.
inline Content after_writes(const std::vector<MissingWrites>& missing) {
  Content content;
  for (int i = 1; i <= writes; ++i) {
    const auto write = static_cast<SequenceNumber>(i);
    const bool lost = std::ranges::any_of(
        missing, [&](const MissingWrites& gap) { return gap.first <= write && write <= gap.last; });
    if (lost) continue;
    erases(i) ? static_cast<void>(content.erase(key_of(i)))
              : static_cast<void>(content.insert_or_assign(key_of(i), std::to_string(i)));
  }
  return content;
}

inline std::size_t count_of(const std::vector<MissingWrites>& missing) {
  std::size_t count = 0;
  for (const MissingWrites& gap : missing) count += gap.last - gap.first + 1;
  return count;
}

}  // namespace kv::test
