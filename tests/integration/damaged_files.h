#pragma once

// A store's files in /db of a simulated file system, and what can happen to them.

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/simulated_file_system.h"
#include "kv/store.h"
#include "tests/support/expect.h"

namespace kv::test {

using Content = std::map<std::string, std::string>;

// What a store holds, of each value what stands before its first dot: it must be open.
inline Content content_in(const Result<std::unique_ptr<Store>>& store) {
  EXPECT_TRUE(ok(store));
  Content content;
  if (!store) return content;
  const auto entries = (*store)->scan({});
  EXPECT_TRUE(ok(entries));
  if (!entries) return content;
  while ((*entries)->next()) {
    const std::string_view value = (*entries)->value();
    content.emplace((*entries)->key(), value.substr(0, value.find('.')));
  }
  EXPECT_TRUE(ok((*entries)->status()));
  return content;
}

using Damager = std::function<void(SimulatedFileSystem&)>;

inline std::string path_of(std::string_view name) { return join("/db", name); }

inline std::vector<std::string> names_in(const FileSystem& files) {
  const auto names = files.list("/db");
  EXPECT_TRUE(ok(names));
  return names.value_or(std::vector<std::string>());
}

inline std::string bytes_of(const FileSystem& files, std::string_view name) {
  const Result<std::string> bytes = read_file(files, path_of(name));
  EXPECT_TRUE(ok(bytes));
  return bytes.value_or("");
}

inline std::vector<std::string> files_with(const FileSystem& files, std::string_view ending) {
  std::vector<std::string> names = names_in(files);
  std::erase_if(names, [&](const std::string& name) { return !name.ends_with(ending); });
  return names;
}

// Durably.
inline void make_file(SimulatedFileSystem& files, std::string_view name, std::string_view bytes) {
  const auto file = files.create(path_of(name));
  ASSERT_TRUE(ok(file));
  ASSERT_TRUE(ok((*file)->append(bytes)));
  ASSERT_TRUE(ok((*file)->sync()));
  ASSERT_TRUE(ok(files.sync_directory("/db")));
}

inline void write_over(SimulatedFileSystem& files, std::string_view name, std::string_view bytes) {
  ASSERT_TRUE(ok(files.unlink(path_of(name))));
  make_file(files, name, bytes);
}

// Flips a bit of the byte at the offset; one below zero counts from the file's end.
inline Damager flip(const std::string& name, std::int64_t offset) {
  return [=](SimulatedFileSystem& files) {
    std::string bytes = bytes_of(files, name);
    const auto size = static_cast<std::int64_t>(bytes.size());
    bytes.at(static_cast<std::size_t>(offset < 0 ? size + offset : offset)) ^= 1;
    write_over(files, name, bytes);
  };
}

inline Damager lose_file(const std::string& name) {
  return [=](SimulatedFileSystem& files) {
    ASSERT_TRUE(ok(files.unlink(path_of(name))));
    ASSERT_TRUE(ok(files.sync_directory("/db")));
  };
}

// One after the other.
inline Damager all_of(const std::vector<Damager>& damages) {
  return [=](SimulatedFileSystem& files) {
    for (const Damager& damage : damages) damage(files);
  };
}

// Does the work again and again, and each time the power goes at another of its points; `check` is
// shown what each kind of crash leaves. Returns how many points there were.
inline std::uint64_t crash_at_each_point(const SimulatedFileSystem& before,
                                         const std::function<void(SimulatedFileSystem&)>& work,
                                         const std::function<void(SimulatedFileSystem&)>& check) {
  std::vector<CrashPolicy> policies(power_losses.begin(), power_losses.end());
  policies.push_back(CrashPolicy::process_death);
  for (std::uint64_t point = 0;; ++point) {
    SCOPED_TRACE("the power goes at point " + std::to_string(point));
    SimulatedFileSystem files = before;
    files.crash_at(files.points() + point);
    work(files);
    if (!files.dead()) return point;
    for (const CrashPolicy policy : policies) {
      SimulatedFileSystem after = files;
      Random random(point);
      after.crash(policy, random);
      check(after);
    }
  }
}

}  // namespace kv::test
