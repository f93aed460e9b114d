// Faults of the simulated file system: failures that the process lives through.

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/simulated_file_system.h"
#include "tests/spine/crash_outcomes.h"
#include "tests/support/expect.h"
#include "tests/support/story.h"

namespace kv {
namespace {

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

TEST(SimulatedFaults, TheNthWriteIsShortAndThenTheDiskIsFull) {
  SimulatedFileSystem files;
  const auto file = created(files, "a");
  files.fail(Fault::disk_full, 1, test::seed());
  EXPECT_TRUE(ok(file->append("one")));
  EXPECT_TRUE(fails_with(Code::no_space, file->append("0123456789")));
  const std::string left = content(files, "a");
  EXPECT_LT(left.size(), 13u);
  EXPECT_EQ(left, std::string("one0123456789").substr(0, left.size()));
  EXPECT_EQ(file->size(), left.size());
  EXPECT_TRUE(fails_with(Code::no_space, file->append("x")));
  EXPECT_TRUE(fails_with(Code::no_space, files.preallocate("b", 1)));
  EXPECT_EQ(names(files), Names{"a"});
  EXPECT_EQ(content(files, "a"), left);

  files.clear_faults();
  EXPECT_TRUE(ok(file->append("x")));
  EXPECT_EQ(content(files, "a"), left + "x");
}

TEST(SimulatedFaults, AWriteIsCutAtAnyByte) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SimulatedFileSystem files;
    const auto file = created(files, "a");
    files.fail(Fault::disk_full, 0, seed);
    EXPECT_TRUE(fails_with(Code::no_space, file->append("xyz")));
    seen.insert(content(files, "a"));
  }
  EXPECT_EQ(seen, (Contents{"", "x", "xy"}));
}

TEST(SimulatedFaults, AFullDiskHasRoomForWhatIsPreallocated) {
  SimulatedFileSystem files;
  const auto file = files.preallocate("a", 3);
  files.fail(Fault::disk_full);
  EXPECT_TRUE(ok((*file)->write(0, "abc")));
  EXPECT_TRUE(fails_with(Code::no_space, files.preallocate("b", 3)));
  EXPECT_TRUE(ok((*file)->write(1, "x")));
  EXPECT_TRUE(ok((*file)->sync()));
  EXPECT_EQ(content(files, "a"), "axc");
}

TEST(SimulatedFaults, TheNthWriteIntoWhatIsPreallocatedFails) {
  Contents left;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SimulatedFileSystem files;
    const auto file = files.preallocate("a", 3);
    files.fail(Fault::write_fails, 1, seed);
    EXPECT_TRUE(ok((*file)->write(0, "...")));
    EXPECT_TRUE(ok((*file)->write(0, "")));  // writes nothing, and so cannot fail
    EXPECT_TRUE(fails_with(Code::io_error, (*file)->write(1, "xy")));
    left.insert(content(files, "a"));
    EXPECT_TRUE(ok((*file)->write(1, "xy")));
    EXPECT_EQ(content(files, "a"), ".xy");
  }
  EXPECT_EQ(left, (Contents{"...", ".x.", ".xy"}));
}

TEST(SimulatedFaults, TheNthReadFails) {
  SimulatedFileSystem files;
  lay_down(files, "a", "one");
  files.fail(Fault::read_fails, 2);
  EXPECT_EQ(content(files, "a"), "one");
  EXPECT_EQ(content(files, "a"), "one");
  EXPECT_EQ(content(files, "a"), "io_error");
  EXPECT_EQ(content(files, "a"), "one");
}

TEST(SimulatedFaults, TheNthReadFlipsOneBit) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SimulatedFileSystem files;
    lay_down(files, "a", "one");
    files.fail(Fault::read_flips_bit, 1, seed);
    EXPECT_EQ(content(files, "a"), "one");
    const std::string wrong = content(files, "a");
    ASSERT_EQ(wrong.size(), 3u);
    int flipped = 0;
    for (std::size_t i = 0; i < 3; ++i)
      flipped += std::popcount(static_cast<unsigned char>(wrong[i] ^ "one"[i]));
    EXPECT_EQ(flipped, 1);
    EXPECT_EQ(content(files, "a"), "one");  // it was the reading, not the disk
  }
}

// Either flavour: the second append is forgotten, the third is not, though its sync says no more
// than the false one before.
void expect_forgotten(Fault fault, std::string_view seen_after_failure) {
  SimulatedFileSystem files;
  lay_down(files, "a", "1");
  const auto file = files.open_append("a");
  files.fail(fault, 1);
  EXPECT_TRUE(ok((*file)->sync()));
  EXPECT_TRUE(ok((*file)->append("2")));
  EXPECT_TRUE(fails_with(Code::io_error, (*file)->sync()));
  EXPECT_EQ(content(files, "a"), seen_after_failure);
  EXPECT_TRUE(ok((*file)->sync()));  // falsely
  for (const CrashPolicy policy : power_losses)
    EXPECT_EQ(contents(files, policy, "a"), Contents{"1"});
  EXPECT_EQ(contents(files, CrashPolicy::process_death, "a"),
            Contents{std::string(seen_after_failure)});

  EXPECT_TRUE(ok((*file)->append("3")));
  EXPECT_TRUE(ok((*file)->sync()));
  EXPECT_EQ(contents(files, CrashPolicy::nothing, "a"), Contents{std::string("1\0"
                                                                             "3",
                                                                             3)});
}

TEST(SimulatedFaults, AFailedSyncKeepsTheCachedBytesButNotOnDisk) {
  expect_forgotten(Fault::sync_fails_keeps, "12");
}

TEST(SimulatedFaults, AFailedSyncRevertsToWhatTheDiskHolds) {
  expect_forgotten(Fault::sync_fails_reverts, std::string_view("1\0", 2));
}

TEST(SimulatedFaults, ARevertedWriteShowsTheOldBytes) {
  SimulatedFileSystem files;
  lay_down(files, "a", "old");
  const auto file = files.open_preallocated("a");
  files.fail(Fault::sync_fails_reverts);
  EXPECT_TRUE(ok((*file)->write(0, "new")));
  EXPECT_EQ(content(files, "a"), "new");
  EXPECT_TRUE(fails_with(Code::io_error, (*file)->sync()));
  EXPECT_EQ(content(files, "a"), "old");
}

TEST(SimulatedFaults, AFailedSyncOfADirectoryForgetsItsNames) {
  for (const Fault fault : {Fault::sync_fails_keeps, Fault::sync_fails_reverts}) {
    SimulatedFileSystem files;
    lay_down(files, "a", "");
    created(files, "b");
    files.fail(fault);
    EXPECT_TRUE(fails_with(Code::io_error, files.sync_directory("/")));
    EXPECT_EQ(names(files), (Names{"a", "b"}));
    EXPECT_TRUE(ok(files.sync_directory("/")));  // falsely
    EXPECT_EQ(directories(files, CrashPolicy::everything), (Directories{{"a"}}));
    created(files, "c");
    EXPECT_TRUE(ok(files.sync_directory("/")));
    EXPECT_EQ(directories(files, CrashPolicy::nothing), (Directories{{"a", "c"}}));
  }
}

TEST(SimulatedFaults, ADirectoryWhoseNameWasForgottenIsMadeOnceMore) {
  SimulatedFileSystem files;
  ASSERT_TRUE(ok(files.create_directory("d")));
  files.fail(Fault::sync_fails_keeps);
  EXPECT_TRUE(fails_with(Code::io_error, files.sync_directory("/")));
  EXPECT_TRUE(ok(files.remove_directory("d")));
  EXPECT_EQ(names(files), Names{});
  EXPECT_TRUE(ok(files.create_directory("d")));
  EXPECT_TRUE(ok(files.sync_directory("/")));
  EXPECT_EQ(directories(files, CrashPolicy::nothing), (Directories{{"d"}}));
}

TEST(SimulatedFaults, ARestartDropsThem) {
  SimulatedFileSystem files;
  lay_down(files, "a", "one");
  files.fail(Fault::read_fails);
  files.fail(Fault::sync_fails_keeps);
  files.fail(Fault::write_fails);
  files.fail(Fault::disk_full);
  EXPECT_TRUE(fails_with(Code::no_space, files.preallocate("b", 1)));
  Random random(1);
  files.crash(CrashPolicy::everything, random);
  EXPECT_EQ(content(files, "a"), "one");
  EXPECT_TRUE(ok(created(files, "b", "x")->sync()));
  EXPECT_TRUE(ok((*files.open_preallocated("a"))->write(0, "new")));
}

}  // namespace
}  // namespace kv
