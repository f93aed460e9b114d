// Crash points and copies of the simulated file system, and the use that its header shows.

#include "base/simulated_file_system.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/random.h"
#include "tests/spine/crash_outcomes.h"
#include "tests/support/expect.h"
#include "tests/support/story.h"

namespace kv {
namespace {

using test::after;
using test::content;
using test::Contents;
using test::contents;
using test::created;
using test::Directories;
using test::directories;
using test::fails_with;
using test::lay_down;
using test::Names;
using test::names;
using test::ok;

// Every kind of call that changes something, once.
Status change_everything(FileSystem& files) {
  if (Status made = files.create_directory("d"); !made) return made;
  auto file = files.create("a");
  if (!file) return failure(std::move(file));
  if (Status done = (*file)->append("one"); !done) return done;
  if (Status done = (*file)->sync(); !done) return done;
  auto log = files.preallocate("log", 100);
  if (!log) return failure(std::move(log));
  if (Status done = (*log)->write(5, "two"); !done) return done;
  if (Status done = (*log)->sync(); !done) return done;
  if (Status done = files.rename("a", "b"); !done) return done;
  if (Status done = files.unlink("log"); !done) return done;
  if (Status done = files.remove_directory("d"); !done) return done;
  if (Status done = files.sync_directory("/"); !done) return done;
  auto lock = files.lock("LOCK");
  if (!lock) return failure(std::move(lock));
  return {};
}

std::string told(const SimulatedFileSystem& files) {
  std::string text;
  for (const CrashPoint& point : files.history())
    text += fmt::format("{} {}\n", name(point.call), point.path);
  return text;
}

TEST(CrashPoints, EveryChangingCallHasItsNumberAndTheSameOneAgain) {
  SimulatedFileSystem files;
  ASSERT_TRUE(ok(change_everything(files)));
  EXPECT_EQ(told(files),
            "create_directory d\ncreate a\nappend a\nsync a\npreallocate log\nwrite log\n"
            "sync log\nrename a\nunlink log\nremove_directory d\nsync_directory /\nlock LOCK\n");
  EXPECT_EQ(files.points(), 12u);
  SimulatedFileSystem again;
  ASSERT_TRUE(ok(change_everything(again)));
  EXPECT_EQ(told(again), told(files));
}

TEST(CrashPoints, CallsThatChangeNothingHaveNone) {
  SimulatedFileSystem files;
  const auto file = created(files, "a", "one");
  {
    ASSERT_TRUE(ok(files.lock("LOCK")));
  }
  const std::uint64_t points = files.points();
  (void)read_file(files, "a");
  (void)files.list("/");
  (void)files.exists("a");
  (void)files.create("a");
  (void)files.unlink("missing");
  (void)files.remove_directory("missing");
  (void)files.open_preallocated("a");
  (void)files.lock("LOCK");
  (void)file->append("");
  EXPECT_EQ(files.points(), points);
}

TEST(CrashPoints, FromThereOnEveryCallFails) {
  SimulatedFileSystem undisturbed;
  ASSERT_TRUE(ok(change_everything(undisturbed)));
  for (std::uint64_t point = 0; point < undisturbed.points(); ++point) {
    SimulatedFileSystem files;
    files.crash_at(point);
    EXPECT_TRUE(fails_with(Code::io_error, change_everything(files))) << point;
    EXPECT_TRUE(files.dead());
    EXPECT_EQ(files.points(), point + 1);
    EXPECT_TRUE(fails_with(Code::io_error, files.create("z")));
    EXPECT_TRUE(fails_with(Code::io_error, files.create_directory("z")));
    EXPECT_TRUE(fails_with(Code::io_error, files.remove_directory("d")));
    EXPECT_TRUE(fails_with(Code::io_error, files.sync_directory("/")));
    EXPECT_TRUE(fails_with(Code::io_error, files.list("/")));
    EXPECT_TRUE(fails_with(Code::io_error, files.exists("z")));
    EXPECT_TRUE(fails_with(Code::io_error, files.lock("z")));
    EXPECT_EQ(files.points(), point + 1);
    Random random(1);
    files.crash(CrashPolicy::nothing, random);
    EXPECT_FALSE(files.dead());
    EXPECT_TRUE(ok(files.create("z")));
    EXPECT_EQ(files.points(), point + 2);
  }
}

// The call at the crash point, seen by who comes after: done, not done, or done in part.
TEST(CrashPoints, TheCallItselfMayHaveHappened) {
  SimulatedFileSystem files;
  lay_down(files, "a", "");
  const auto file = files.open_append("a");
  files.crash_at(files.points());
  ASSERT_TRUE(fails_with(Code::io_error, (*file)->append("xyz")));
  EXPECT_EQ(contents(files, CrashPolicy::process_death, "a"), (Contents{"", "x", "xy", "xyz"}));
  EXPECT_EQ(contents(files, CrashPolicy::torn_prefix, "a"), (Contents{"", "x", "xy", "xyz"}));
  EXPECT_EQ(contents(files, CrashPolicy::nothing, "a"), Contents{""});
  EXPECT_EQ(contents(files, CrashPolicy::everything, "a"), Contents{"xyz"});

  SimulatedFileSystem renaming;
  lay_down(renaming, "a", "");
  renaming.crash_at(renaming.points());
  ASSERT_TRUE(fails_with(Code::io_error, renaming.rename("a", "b")));
  EXPECT_EQ(directories(renaming, CrashPolicy::process_death), (Directories{{"a"}, {"b"}}));
  EXPECT_EQ(directories(renaming, CrashPolicy::nothing), (Directories{{"a"}}));
  EXPECT_EQ(directories(renaming, CrashPolicy::everything), (Directories{{"b"}}));
}

TEST(CrashPoints, APreallocationMayLeaveAFileThatIsTooShort) {
  SimulatedFileSystem files;
  files.crash_at(files.points());
  ASSERT_TRUE(fails_with(Code::io_error, files.preallocate("a", 2)));
  const std::string zeros(2, '\0');
  EXPECT_EQ(contents(files, CrashPolicy::process_death, "a"),
            (Contents{"io_error", "", zeros.substr(1), zeros}));
  EXPECT_EQ(contents(files, CrashPolicy::torn_prefix, "a"), (Contents{"io_error", "", zeros}));
  EXPECT_EQ(contents(files, CrashPolicy::nothing, "a"), Contents{"io_error"});
  EXPECT_EQ(contents(files, CrashPolicy::everything, "a"), Contents{zeros});
}

TEST(CrashPoints, ASyncInWhichTheProcessDiesMakesNothingDurable) {
  SimulatedFileSystem files;
  lay_down(files, "a", "");
  const auto file = files.open_append("a");
  ASSERT_TRUE(ok((*file)->append("x")));
  files.crash_at(files.points());
  ASSERT_TRUE(fails_with(Code::io_error, (*file)->sync()));
  EXPECT_EQ(contents(files, CrashPolicy::nothing, "a"), Contents{""});
}

TEST(SimulatedCopies, AreIndependent) {
  SimulatedFileSystem files;
  lay_down(files, "a", "one");
  const auto file = files.open_append("a");
  SimulatedFileSystem copy = files;
  EXPECT_EQ(copy.points(), files.points());
  ASSERT_TRUE(ok((*file)->append("two")));
  ASSERT_TRUE(ok(copy.rename("a", "b")));
  EXPECT_EQ(content(files, "a"), "onetwo");
  EXPECT_EQ(content(copy, "b"), "one");
  EXPECT_EQ(names(files), Names{"a"});

  files.crash_at(files.points());
  ASSERT_TRUE(fails_with(Code::io_error, files.create("c")));
  EXPECT_FALSE(copy.dead());
  EXPECT_TRUE(SimulatedFileSystem(files).dead());
}

TEST(SimulatedCopies, HaveNoLocksFaultsAndCrashesAhead) {
  SimulatedFileSystem files;
  const auto lock = files.lock("LOCK");
  files.fail(Fault::sync_fails_keeps);
  files.fail(Fault::disk_full);
  files.crash_at(files.points());
  SimulatedFileSystem copy = files;
  EXPECT_TRUE(ok(copy.lock("LOCK")));
  EXPECT_TRUE(ok(created(copy, "a", "x")->sync()));
}

Result<std::uint64_t> replace(FileSystem& files, const std::string& path,
                              std::string_view content) {
  return replace_file(files, path, [&](AppendFile& file) { return file.append(content); });
}

// The test that the header shows: "old" or "new" at every crash, and the next one can be put there.
TEST(SimulatedFileSystem, ShowsThatAFileIsReplacedWhole) {
  Random random(test::seed());
  std::uint64_t points = 0;
  for (;; ++points) {
    SimulatedFileSystem files;
    lay_down(files, "/file", "old");
    files.crash_at(files.points() + points);
    const bool done = replace(files, "/file", "new").has_value();
    if (!files.dead()) break;
    EXPECT_FALSE(done);
    for (const CrashPolicy policy : power_losses) {
      SimulatedFileSystem left = files;
      left.crash(policy, random);
      const std::string found = content(left, "/file");
      EXPECT_TRUE(found == "old" || found == "new") << points << ": " << found;
      EXPECT_TRUE(ok(replace(left, "/file", "newer")));
      EXPECT_EQ(content(after(left, CrashPolicy::nothing), "/file"), "newer");
    }
  }
  EXPECT_EQ(points, 5u);
}

// A failed sync of the directory leaves the new file's name in doubt for ever; to replace it once
// more does not.
TEST(SimulatedFileSystem, ShowsThatAFileIsReplacedOnceMoreAfterAFailure) {
  for (const Fault fault : {Fault::sync_fails_keeps, Fault::sync_fails_reverts, Fault::disk_full}) {
    for (std::uint64_t passing = 0;; ++passing) {
      SimulatedFileSystem files;
      lay_down(files, "/file", "old");
      files.fail(fault, passing);
      if (replace(files, "/file", "new")) break;
      EXPECT_EQ(names(files), Names{"file"});
      files.clear_faults();
      EXPECT_TRUE(ok(replace(files, "/file", "newer")));
      EXPECT_EQ(content(after(files, CrashPolicy::nothing), "/file"), "newer");
    }
  }
}

// And that the harness sees it when a sync is left out.
TEST(SimulatedFileSystem, ShowsWhatAMissingSyncDoes) {
  SimulatedFileSystem files;
  lay_down(files, "file", "old");
  created(files, "beside", "new");
  ASSERT_TRUE(ok(files.rename("beside", "file")));
  ASSERT_TRUE(ok(files.sync_directory("/")));
  EXPECT_EQ(contents(files, CrashPolicy::nothing, "file"), Contents{""});
  EXPECT_EQ(contents(files, CrashPolicy::torn_prefix, "file"), (Contents{"", "n", "ne", "new"}));
}

}  // namespace
}  // namespace kv
