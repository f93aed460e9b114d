#pragma once

// What a crash of a SimulatedFileSystem may leave: all of it, collected over many seeds.
//
// *Thread safety*: pure functions.

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/simulated_file_system.h"
#include "tests/support/expect.h"
#include "tests/support/story.h"

namespace kv::test {

using Names = std::vector<std::string>;
using Contents = std::set<std::string>;
using Directories = std::set<Names>;

// What the file holds, or why it cannot be read.
inline std::string content(const FileSystem& files, std::string_view path) {
  const Result<std::string> read = read_file(files, path);
  return read ? *read : std::string(name(read.error().code()));
}

inline Names names(const FileSystem& files) { return files.list("/").value(); }

inline std::unique_ptr<AppendFile> created(FileSystem& files, std::string_view path,
                                           std::string_view content = {}) {
  auto file = files.create(path);
  EXPECT_TRUE(ok(file));
  EXPECT_TRUE(ok((*file)->append(content)));
  return *std::move(file);
}

// A file that survives every crash.
inline void lay_down(FileSystem& files, std::string_view path, std::string_view content) {
  EXPECT_TRUE(ok(created(files, path, content)->sync()));
  EXPECT_TRUE(ok(files.sync_directory("/")));
}

inline SimulatedFileSystem after(const SimulatedFileSystem& files, CrashPolicy policy,
                                 std::uint64_t seed = 1) {
  SimulatedFileSystem copy = files;
  Random random(seed);
  copy.crash(policy, random);
  return copy;
}

// Everything that the crash may leave, by many seeds; `see` says what of it.
template <class Seen = std::string>
std::set<Seen> outcomes(const SimulatedFileSystem& files, CrashPolicy policy,
                        const std::function<Seen(const FileSystem&)>& see) {
  std::set<Seen> seen;
  for (std::uint64_t i = 0; i < 500; ++i) seen.insert(see(after(files, policy, seed() * 1000 + i)));
  return seen;
}

inline Contents contents(const SimulatedFileSystem& files, CrashPolicy policy,
                         const std::string& path) {
  return outcomes<std::string>(files, policy,
                               [&](const FileSystem& left) { return content(left, path); });
}

inline Directories directories(const SimulatedFileSystem& files, CrashPolicy policy) {
  return outcomes<Names>(files, policy, [](const FileSystem& left) { return names(left); });
}

}  // namespace kv::test
