// What every FileSystem promises, asked of the operating system's and of the simulated one.

#include "base/file_system.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/simulated_file_system.h"
#include "tests/support/expect.h"
#include "tests/support/temporary_directory.h"

namespace kv {
namespace {

using test::fails_with;
using test::ok;
using test::TemporaryDirectory;

// A file system and an empty directory in it.
class World {
 public:
  virtual ~World() = default;
  virtual FileSystem& files() = 0;
  virtual std::string root() const = 0;
};

class PosixWorld final : public World {
 public:
  FileSystem& files() override { return FileSystem::posix(); }
  std::string root() const override { return directory_.path(); }

 private:
  const TemporaryDirectory directory_;
};

class SimulatedWorld final : public World {
 public:
  SimulatedWorld() { EXPECT_TRUE(ok(files_.create_directory("/root"))); }
  FileSystem& files() override { return files_; }
  std::string root() const override { return "/root"; }

 private:
  SimulatedFileSystem files_;
};

struct Kind {
  const char* name;
  std::function<std::unique_ptr<World>()> make;
};

class AnyFileSystem : public testing::TestWithParam<Kind> {
 protected:
  std::string at(std::string_view name) const { return join(world_->root(), name); }

  void write_file(std::string_view name, std::string_view content) {
    const auto file = files_.create(at(name));
    ASSERT_TRUE(ok(file));
    ASSERT_TRUE(ok((*file)->append(content)));
  }

  std::string content(std::string_view name) {
    const Result<std::string> read = read_file(files_, at(name));
    return read ? *read : read.error().text();
  }

  std::vector<std::string> names() {
    const auto listed = files_.list(world_->root());
    EXPECT_TRUE(ok(listed));
    return listed.value_or(std::vector<std::string>());
  }

  const std::unique_ptr<World> world_ = GetParam().make();
  FileSystem& files_ = world_->files();
};

INSTANTIATE_TEST_SUITE_P(
    Files, AnyFileSystem,
    testing::Values(Kind{"posix", [] { return std::make_unique<PosixWorld>(); }},
                    Kind{"simulated", [] { return std::make_unique<SimulatedWorld>(); }}),
    [](const auto& kind) { return kind.param.name; });

using Names = std::vector<std::string>;

TEST_P(AnyFileSystem, AppendsGrowAFile) {
  const auto file = files_.create(at("a"));
  ASSERT_TRUE(ok(file));
  EXPECT_EQ((*file)->size(), 0u);
  EXPECT_EQ(content("a"), "");
  EXPECT_TRUE(ok((*file)->append("one")));
  EXPECT_TRUE(ok((*file)->append("")));
  EXPECT_TRUE(ok((*file)->append(std::string_view("\0two", 4))));
  EXPECT_TRUE(ok((*file)->sync()));
  EXPECT_EQ((*file)->size(), 7u);
  EXPECT_EQ(content("a"), std::string("one\0two", 7));
}

TEST_P(AnyFileSystem, AnExistingFileIsAppendedTo) {
  write_file("a", "one");
  const auto file = files_.open_append(at("a"));
  ASSERT_TRUE(ok(file));
  EXPECT_EQ((*file)->size(), 3u);
  EXPECT_TRUE(ok((*file)->append("two")));
  EXPECT_EQ(content("a"), "onetwo");
}

TEST_P(AnyFileSystem, ATakenNameIsAConflict) {
  write_file("a", "one");
  EXPECT_TRUE(fails_with(Code::conflict, files_.create(at("a"))));
  EXPECT_TRUE(fails_with(Code::conflict, files_.preallocate(at("a"), 10)));
  EXPECT_TRUE(fails_with(Code::conflict, files_.create_directory(at("a"))));
  ASSERT_TRUE(ok(files_.create_directory(at("d"))));
  EXPECT_TRUE(ok(files_.create_directory(at("d"))));
  EXPECT_TRUE(fails_with(Code::conflict, files_.create(at("d"))));
  EXPECT_EQ(content("a"), "one");
}

TEST_P(AnyFileSystem, WhatIsMissingIsNamed) {
  const auto names_it = [&](const auto& result) {
    return fails_with(Code::io_error, result) &&
           result.error().message().find("missing") != std::string::npos;
  };
  const std::string missing = at("missing");
  EXPECT_TRUE(names_it(files_.open(missing)));
  EXPECT_TRUE(names_it(files_.open_for_lookups(missing)));
  EXPECT_TRUE(names_it(files_.open_append(missing)));
  EXPECT_TRUE(names_it(files_.open_preallocated(missing)));
  EXPECT_TRUE(names_it(files_.file_size(missing)));
  EXPECT_TRUE(names_it(files_.rename(missing, at("b"))));
  EXPECT_TRUE(names_it(files_.unlink(missing)));
  EXPECT_TRUE(names_it(files_.sync_directory(missing)));
  EXPECT_TRUE(names_it(files_.list(missing)));
  const std::string inside = at("missing/a");
  EXPECT_TRUE(names_it(files_.create(inside)));
  EXPECT_TRUE(names_it(files_.preallocate(inside, 1)));
  EXPECT_TRUE(names_it(files_.create_directory(inside)));
  EXPECT_TRUE(names_it(files_.lock(inside)));
  EXPECT_EQ(names(), Names{});
}

TEST_P(AnyFileSystem, ADirectoryIsNoFile) {
  ASSERT_TRUE(ok(files_.create_directory(at("d"))));
  write_file("a", "");
  EXPECT_TRUE(fails_with(Code::io_error, files_.open(at("d"))));
  EXPECT_TRUE(fails_with(Code::io_error, files_.open_for_lookups(at("d"))));
  EXPECT_TRUE(fails_with(Code::io_error, files_.open_append(at("d"))));
  EXPECT_TRUE(fails_with(Code::io_error, files_.open_preallocated(at("d"))));
  EXPECT_TRUE(fails_with(Code::io_error, files_.file_size(at("d"))));
  EXPECT_TRUE(fails_with(Code::io_error, files_.rename(at("a"), at("d"))));
  EXPECT_TRUE(fails_with(Code::io_error, files_.rename(at("d"), at("e"))));
  EXPECT_TRUE(fails_with(Code::io_error, files_.unlink(at("d"))));
  EXPECT_TRUE(fails_with(Code::io_error, files_.lock(at("d"))));
  EXPECT_TRUE(fails_with(Code::io_error, files_.list(at("a"))));
  EXPECT_TRUE(fails_with(Code::io_error, files_.sync_directory(at("a"))));
  EXPECT_TRUE(fails_with(Code::io_error, files_.create(at("a/b"))));
}

TEST_P(AnyFileSystem, AReadIsShortOnlyAtTheEnd) {
  write_file("a", "0123456789");
  for (const bool often : {false, true}) {
    const auto file = often ? files_.open_for_lookups(at("a")) : files_.open(at("a"));
    ASSERT_TRUE(ok(file));
    EXPECT_EQ((*file)->size().value(), 10u);
    const auto read = [&](std::uint64_t offset, std::size_t bytes) {
      std::string into(bytes, '?');
      const Result<std::size_t> count = (*file)->read(offset, into);
      EXPECT_TRUE(ok(count));
      return into.substr(0, count.value_or(0));
    };
    EXPECT_EQ(read(0, 4), "0123");
    EXPECT_EQ(read(6, 4), "6789");
    EXPECT_EQ(read(6, 5), "6789");
    EXPECT_EQ(read(10, 1), "");
    EXPECT_EQ(read(11, 1), "");
    EXPECT_EQ(read(~std::uint64_t{0}, 5), "");
    EXPECT_EQ(read(3, 0), "");
    EXPECT_EQ((*file)->read(3, {}).value(), 0u);
  }
}

TEST_P(AnyFileSystem, AFileIsReadFromFrontToEnd) {
  write_file("a", "0123456789");
  auto opened = files_.open(at("a"));
  ASSERT_TRUE(ok(opened));
  SequentialFile file(*std::move(opened));
  std::array<char, 4> into{};
  EXPECT_EQ(file.read(into).value(), 4u);
  file.skip(1);
  EXPECT_EQ(file.offset(), 5u);
  EXPECT_EQ(file.read(into).value(), 4u);
  EXPECT_EQ(std::string_view(into), "5678");
  EXPECT_EQ(file.read(into).value(), 1u);
  EXPECT_EQ(file.read(into).value(), 0u);
  EXPECT_EQ(file.offset(), 10u);
  file.skip(5);
  EXPECT_EQ(file.read(into).value(), 0u);
}

TEST_P(AnyFileSystem, PreallocatedSpaceIsZeroAndWrittenAtAnyOffset) {
  const auto file = files_.preallocate(at("a"), 10000);
  ASSERT_TRUE(ok(file));
  EXPECT_EQ((*file)->size(), 10000u);
  EXPECT_EQ(content("a"), std::string(10000, '\0'));
  EXPECT_TRUE(ok((*file)->write(9995, "later")));
  EXPECT_TRUE(ok((*file)->write(3, "first")));
  EXPECT_TRUE(ok((*file)->write(5, "X")));
  EXPECT_TRUE(ok((*file)->write(10000, "")));
  EXPECT_TRUE(ok((*file)->sync()));
  std::string expected(10000, '\0');
  expected.replace(3, 5, "fiXst").replace(9995, 5, "later");
  EXPECT_EQ(content("a"), expected);
}

TEST_P(AnyFileSystem, AWriteOverTheEndDoesNothing) {
  const auto file = files_.preallocate(at("a"), 10);
  ASSERT_TRUE(ok(file));
  EXPECT_TRUE(fails_with(Code::invalid_argument, (*file)->write(8, "abc")));
  EXPECT_TRUE(fails_with(Code::invalid_argument, (*file)->write(11, "")));
  EXPECT_TRUE(fails_with(Code::invalid_argument, (*file)->write(~std::uint64_t{0}, "a")));
  EXPECT_EQ(content("a"), std::string(10, '\0'));
}

TEST_P(AnyFileSystem, NoFileIsPreallocatedWithNothing) {
  EXPECT_TRUE(fails_with(Code::invalid_argument, files_.preallocate(at("a"), 0)));
  EXPECT_EQ(names(), Names{});
  write_file("a", "");
  EXPECT_TRUE(fails_with(Code::invalid_argument, files_.open_preallocated(at("a"))));
}

TEST_P(AnyFileSystem, RecycledSpaceHoldsItsOldBytes) {
  write_file("old", "0123456789");
  ASSERT_TRUE(ok(files_.rename(at("old"), at("new"))));
  const auto file = files_.open_preallocated(at("new"));
  ASSERT_TRUE(ok(file));
  EXPECT_EQ((*file)->size(), 10u);
  EXPECT_TRUE(ok((*file)->write(2, "abc")));
  EXPECT_EQ(content("new"), "01abc56789");
}

TEST_P(AnyFileSystem, ARenameReplacesAFile) {
  write_file("a", "one");
  write_file("b", "two");
  EXPECT_TRUE(ok(files_.rename(at("a"), at("b"))));
  EXPECT_EQ(names(), Names{"b"});
  EXPECT_EQ(content("b"), "one");
  EXPECT_TRUE(ok(files_.rename(at("b"), at("b"))));
  EXPECT_EQ(content("b"), "one");
  ASSERT_TRUE(ok(files_.create_directory(at("d"))));
  EXPECT_TRUE(fails_with(Code::invalid_argument, files_.rename(at("b"), at("d/b"))));
}

TEST_P(AnyFileSystem, AnOpenFileOutlivesItsName) {
  write_file("a", "one");
  const auto reader = files_.open(at("a"));
  const auto writer = files_.open_append(at("a"));
  ASSERT_TRUE(ok(reader) && ok(writer));
  ASSERT_TRUE(ok(files_.unlink(at("a"))));
  EXPECT_FALSE(files_.exists(at("a")).value());
  write_file("a", "another");
  EXPECT_TRUE(ok((*writer)->append("two")));
  std::array<char, 8> into{};
  EXPECT_EQ((*reader)->read(0, into).value(), 6u);
  EXPECT_EQ(std::string_view(into.data(), 6), "onetwo");
  EXPECT_EQ(content("a"), "another");
}

TEST_P(AnyFileSystem, ADirectoryListsItsNamesInOrder) {
  for (const char* const name : {"b", "a", "c"}) write_file(name, name);
  ASSERT_TRUE(ok(files_.create_directory(at("bb"))));
  EXPECT_TRUE(ok(files_.sync_directory(at("bb"))));
  EXPECT_TRUE(ok(files_.sync_directory(world_->root())));
  EXPECT_EQ(names(), (Names{"a", "b", "bb", "c"}));
  EXPECT_EQ(files_.list(at("bb")).value(), Names{});
  EXPECT_TRUE(files_.exists(at("bb")).value());
  EXPECT_FALSE(files_.exists(at("bb/a")).value());
  EXPECT_EQ(files_.file_size(at("a")).value(), 1u);
}

TEST_P(AnyFileSystem, ADirectoryIsRemovedWhereItIsEmpty) {
  ASSERT_TRUE(ok(files_.create_directory(at("d"))));
  write_file("d/a", "one");
  EXPECT_TRUE(fails_with(Code::io_error, files_.remove_directory(at("d"))));
  EXPECT_EQ(content("d/a"), "one");
  EXPECT_TRUE(fails_with(Code::io_error, files_.remove_directory(at("d/a"))));
  EXPECT_TRUE(fails_with(Code::io_error, files_.remove_directory(at("missing"))));
  ASSERT_TRUE(ok(files_.unlink(at("d/a"))));
  EXPECT_TRUE(ok(files_.remove_directory(at("d"))));
  EXPECT_EQ(names(), Names{});
}

// What it holds is said once; so is what a failure leaves.
TEST_P(AnyFileSystem, AFileIsReplacedWhole) {
  const auto two = [](AppendFile& file) {
    Status done = file.append("one");
    return done ? file.append("two") : done;
  };
  EXPECT_EQ(replace_file(files_, at("a"), two).value_or(0), 6u);
  EXPECT_EQ(content("a"), "onetwo");
  write_file("a.new", "left by a crash");
  const auto none = [](AppendFile&) { return Status(); };
  EXPECT_EQ(replace_file(files_, at("a"), none).value_or(1), 0u);
  EXPECT_EQ(content("a"), "");
  const auto fails = [](AppendFile& file) -> Status {
    EXPECT_TRUE(ok(file.append("half")));
    return failure(Code::corruption, "what is to be written cannot be read");
  };
  EXPECT_TRUE(fails_with(Code::corruption, replace_file(files_, at("a"), fails)));
  EXPECT_EQ(content("a"), "");
  EXPECT_EQ(names(), Names{"a"});
  EXPECT_FALSE(replace_file(files_, at("missing/a"), two).has_value());
}

TEST_P(AnyFileSystem, AFileIsReplacedAndItsDirectorySyncedAsToldTo) {
  const auto two = [](AppendFile& file) { return file.append("two"); };
  int synced = 0;
  EXPECT_TRUE(ok(replace_file(files_, at("a"), two, [&]() -> Status {
    ++synced;
    return {};
  })));
  EXPECT_EQ(synced, 1);
  const auto refuse = []() -> Status { return failure(Code::io_error, "no"); };
  EXPECT_TRUE(fails_with(Code::io_error, replace_file(files_, at("b"), two, refuse)));
}

TEST_P(AnyFileSystem, ALockIsHeldOnce) {
  {
    const auto lock = files_.lock(at("LOCK"));
    ASSERT_TRUE(ok(lock));
    EXPECT_TRUE(fails_with(Code::unavailable, files_.lock(at("LOCK"))));
    EXPECT_TRUE(ok(files_.lock(at("OTHER"))));
  }
  EXPECT_TRUE(ok(files_.lock(at("LOCK"))));
  EXPECT_EQ(names(), (Names{"LOCK", "OTHER"}));
}

TEST_P(AnyFileSystem, ThreadsShareIt) {
  const auto shared = files_.preallocate(at("shared"), 4000);
  ASSERT_TRUE(ok(shared));
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        const std::string name = at(fmt::format("{}", thread));
        const auto own = files_.create(name);
        for (std::uint64_t i = 0; i < 100; ++i) {
          EXPECT_TRUE(ok((*own)->append("x")));
          EXPECT_TRUE(ok((*shared)->write(thread * 1000 + i * 10, "0123456789")));
          if (i % 25 == 0) {
            EXPECT_TRUE(ok((*shared)->sync()));
          }
        }
        EXPECT_TRUE(ok(files_.rename(name, name + "x")));
      });
    }
  }
  EXPECT_EQ(names(), (Names{"0x", "1x", "2x", "3x", "shared"}));
  for (const char* const name : {"0x", "1x", "2x", "3x"}) EXPECT_EQ(content(name).size(), 100u);
  std::string expected;
  for (int i = 0; i < 400; ++i) expected += "0123456789";
  EXPECT_EQ(content("shared"), expected);
}

TEST(Paths, AreTakenApartAndJoined) {
  EXPECT_EQ(directory_of("db/000007.log"), "db");
  EXPECT_EQ(directory_of("/db//a"), "/db");
  EXPECT_EQ(directory_of("a"), ".");
  EXPECT_EQ(directory_of("/a"), "/");
  EXPECT_EQ(directory_of("a/b/"), "a");
  EXPECT_EQ(join("db", "a"), "db/a");
  EXPECT_EQ(join("/", "a"), "/a");
}

}  // namespace
}  // namespace kv
