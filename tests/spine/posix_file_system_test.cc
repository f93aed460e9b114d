// What only the operating system's file system can show: a full device, and two processes.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "tests/support/expect.h"
#include "tests/support/temporary_directory.h"

namespace kv {
namespace {

using test::fails_with;
using test::ok;

// Runs this in another process, which then is killed. Whether it was true.
bool in_another_process(const std::function<bool()>& does) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (!does()) ::_exit(1);
    ::raise(SIGKILL);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

class PosixFileSystem : public testing::Test {
 protected:
  std::string at(std::string_view name) const { return join(directory_.path(), name); }

  const test::TemporaryDirectory directory_;
  FileSystem& files_ = FileSystem::posix();
};

TEST_F(PosixFileSystem, AFullDiskIsNoSpaceAndSaysWhere) {
  const auto full = files_.open_append("/dev/full");
  ASSERT_TRUE(ok(full));
  const Status appended = (*full)->append("bytes");
  ASSERT_TRUE(fails_with(Code::no_space, appended));
  EXPECT_NE(appended.error().message().find("append at offset 0 to \"/dev/full\""),
            std::string::npos)
      << appended.error().message();
  EXPECT_EQ((*full)->size(), 0u);
}

TEST_F(PosixFileSystem, AFileTooLargeForAnyDiskIsNotThere) {
  const auto file = files_.preallocate(at("a"), ~std::uint64_t{0});
  ASSERT_TRUE(fails_with(Code::no_space, file));
  EXPECT_NE(file.error().message().find("/a\""), std::string::npos) << file.error().message();
  EXPECT_FALSE(files_.exists(at("a")).value());
}

TEST_F(PosixFileSystem, ALockKeepsOtherProcessesOutAndGoesWithItsOwn) {
  const auto takes_it = [&] { return files_.lock(at("LOCK")).has_value(); };
  {
    const auto lock = files_.lock(at("LOCK"));
    ASSERT_TRUE(ok(lock));
    EXPECT_FALSE(in_another_process(takes_it));
  }
  EXPECT_TRUE(in_another_process([&] {
    const auto lock = files_.lock(at("LOCK"));
    return lock.has_value() && ::raise(SIGKILL) == 0;  // dies while it holds the lock
  }));
  EXPECT_TRUE(takes_it());
}

TEST_F(PosixFileSystem, WhatAKilledProcessWroteStays) {
  EXPECT_TRUE(in_another_process([&] {
    const auto file = files_.create(at("a"));
    const auto log = files_.preallocate(at("log"), 10);
    return (*file)->append("bytes").has_value() && (*log)->write(3, "bytes").has_value() &&
           ::raise(SIGKILL) == 0;  // dies without closing them
  }));
  EXPECT_EQ(read_file(files_, at("a")).value(), "bytes");
  EXPECT_EQ(read_file(files_, at("log")).value(), std::string("\0\0\0bytes\0\0", 10));
}

}  // namespace
}  // namespace kv
