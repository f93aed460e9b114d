// What only the operating system's file system can show: a full device, and two processes.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/file_system.h"
#include "base/posix_file.h"
#include "base/quote.h"
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

constexpr std::size_t page = 4096;

class PosixFileSystem : public testing::Test {
 protected:
  std::string at(std::string_view name) const { return join(directory_.path(), name); }

  const test::TemporaryDirectory directory_;
  FileSystem& files_ = FileSystem::posix();
};

TEST_F(PosixFileSystem, AFullDiskIsNoSpaceAndSaysWhere) {
  // A device is no file to a FileSystem; to its parts it is one that has no room.
  const auto full =
      posix::make_append_file(posix::Descriptor(::open("/dev/full", O_WRONLY), "/dev/full"));
  ASSERT_TRUE(ok(full));
  const Status appended = (*full)->append("bytes");
  ASSERT_TRUE(fails_with(Code::no_space, appended));
  EXPECT_NE(appended.error().message().find("append at offset 0 to \"/dev/full\""),
            std::string::npos)
      << appended.error().message();
  EXPECT_EQ((*full)->size(), 0u);
}

// Nobody holds the pipe's other end: what waited for it would wait for ever.
TEST_F(PosixFileSystem, WhatIsNoRegularFileIsRefusedAtOnce) {
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0644), 0);
  const int listening = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un name{.sun_family = AF_UNIX, .sun_path = {}};
  ASSERT_LT(at("socket").size(), sizeof(name.sun_path));
  at("socket").copy(name.sun_path, sizeof(name.sun_path) - 1);
  ASSERT_EQ(::bind(listening, reinterpret_cast<const sockaddr*>(&name), sizeof(name)), 0);
  for (const std::string& path : {at("pipe"), at("socket"), std::string("/dev/null")}) {
    const auto refused = [&path](const auto& opened) {
      EXPECT_TRUE(fails_with(Code::io_error, opened));
      return !opened && opened.error().message().find(quote(path) + " is not a regular file") !=
                            std::string::npos;
    };
    EXPECT_TRUE(refused(files_.open(path))) << path;
    EXPECT_TRUE(refused(files_.open_for_lookups(path))) << path;
    EXPECT_TRUE(refused(files_.open_append(path))) << path;
    EXPECT_TRUE(refused(files_.open_preallocated(path))) << path;
    EXPECT_TRUE(refused(files_.file_size(path))) << path;
    EXPECT_TRUE(refused(files_.lock(path))) << path;
    EXPECT_TRUE(refused(read_file(files_, path))) << path;
  }
  EXPECT_TRUE(fails_with(Code::conflict, files_.create(at("pipe"))));
  EXPECT_TRUE(fails_with(Code::conflict, files_.preallocate(at("pipe"), 1)));
  ::close(listening);
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

// A file of three pages, opened for lookups.
class MappedFile : public PosixFileSystem {
 protected:
  void SetUp() override {
    const auto made = files_.create(at("a"));
    ASSERT_TRUE(ok(made));
    ASSERT_TRUE(ok((*made)->append(content_)));
    auto opened = files_.open_for_lookups(at("a"));
    ASSERT_TRUE(ok(opened));
    file_ = *std::move(opened);
  }

  std::string read(std::uint64_t offset, std::size_t bytes) const {
    std::string into(bytes, '?');
    const Result<std::size_t> count = file_->read(offset, into);
    return count ? into.substr(0, *count) : count.error().text();
  }

  const std::string content_ =
      std::string(page, 'a') + std::string(page, 'b') + std::string(page, 'c');
  std::unique_ptr<RandomAccessFile> file_;
};

TEST_F(MappedFile, IsReadBehindWhatItHadWhenItWasOpened) {
  const auto end = files_.open_append(at("a"));
  ASSERT_TRUE(ok(end));
  ASSERT_TRUE(ok((*end)->append("more")));
  EXPECT_EQ(read(3 * page - 1, 9), "cmore");
  EXPECT_EQ(read(3 * page, 4), "more");
}

// What a failing disk does to a map, a file that is cut shorter does, too: SIGBUS.
TEST_F(MappedFile, WhereTheMapFailsTheFileIsAsked) {
  EXPECT_EQ(read(2 * page, 3), "ccc");
  ASSERT_EQ(::truncate(at("a").c_str(), page + 2), 0);
  for (int i = 0; i < 3; ++i) {  // each time anew: the signal is not blocked afterwards
    EXPECT_EQ(read(2 * page, 3), "");
    EXPECT_EQ(read(page - 1, 2 * page), "abb");
  }
  EXPECT_EQ(read(0, 2), "aa");
}

TEST_F(MappedFile, EachThreadMayMeetASignal) {
  ASSERT_EQ(::truncate(at("a").c_str(), page), 0);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < 100; ++turn) EXPECT_EQ(read(page, 1), "");
    });
  }
}

// A signal that somebody sends, and a fault in a map that is not read by copy_guarded.
TEST_F(MappedFile, AnyOtherSigbusStillEndsTheProcess) {
  const auto survives = [](const std::function<void()>& does) {
    const pid_t child = ::fork();
    if (child == 0) {
      does();
      ::_exit(0);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  };
  EXPECT_TRUE(survives([] {}));
  EXPECT_FALSE(survives([] { ::raise(SIGBUS); }));
  EXPECT_FALSE(survives([&] {
    const int number = ::open(at("a").c_str(), O_RDWR);
    const void* const map = ::mmap(nullptr, page, PROT_READ, MAP_SHARED, number, 0);
    if (map == MAP_FAILED || ::ftruncate(number, 0) != 0) return;
    static_cast<void>(*static_cast<const volatile char*>(map));
  }));
}

}  // namespace
}  // namespace kv
