// What a crash leaves: each policy does what its picture (base/crash_policy.h) says.

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/random.h"
#include "base/simulated_file_system.h"
#include "tests/spine/crash_outcomes.h"
#include "tests/support/expect.h"

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
using test::ok;
using test::outcomes;

// The state of the picture in base/crash_policy.h.
class Picture : public testing::Test {
 protected:
  Picture() {
    lay_down(files_, "file", "aaaa");
    lay_down(files_, "old", "");
    const auto file = files_.open_append("file");
    EXPECT_TRUE(ok((*file)->append("bb")));
    EXPECT_TRUE(ok((*file)->append("cc")));
    created(files_, "new");
    EXPECT_TRUE(ok(files_.unlink("old")));
  }

  SimulatedFileSystem files_;
};

TEST_F(Picture, TheDeathOfTheProcessLeavesAllThatWasWritten) {
  EXPECT_EQ(contents(files_, CrashPolicy::process_death, "file"), Contents{"aaaabbcc"});
  EXPECT_EQ(directories(files_, CrashPolicy::process_death), Directories({{"file", "new"}}));
}

TEST_F(Picture, WhatADeadProcessWroteIsNotDurable) {
  const SimulatedFileSystem killed = after(files_, CrashPolicy::process_death);
  EXPECT_EQ(contents(killed, CrashPolicy::nothing, "file"), Contents{"aaaa"});
  EXPECT_EQ(directories(killed, CrashPolicy::nothing), Directories({{"file", "old"}}));
}

TEST_F(Picture, NothingUnsyncedRemains) {
  EXPECT_EQ(contents(files_, CrashPolicy::nothing, "file"), Contents{"aaaa"});
  EXPECT_EQ(directories(files_, CrashPolicy::nothing), Directories({{"file", "old"}}));
}

TEST_F(Picture, EverythingRemainsAndIsDurable) {
  const SimulatedFileSystem left = after(files_, CrashPolicy::everything);
  EXPECT_EQ(contents(left, CrashPolicy::nothing, "file"), Contents{"aaaabbcc"});
  EXPECT_EQ(directories(left, CrashPolicy::nothing), Directories({{"file", "new"}}));
}

TEST_F(Picture, ATornPrefixRemains) {
  EXPECT_EQ(contents(files_, CrashPolicy::torn_prefix, "file"),
            (Contents{"aaaa", "aaaab", "aaaabb", "aaaabbc", "aaaabbcc"}));
  EXPECT_EQ(directories(files_, CrashPolicy::torn_prefix),
            (Directories{{"file", "old"}, {"file", "new", "old"}, {"file", "new"}}));
}

TEST_F(Picture, ASectorRemainsAsItOnceWas) {
  EXPECT_EQ(contents(files_, CrashPolicy::random_sectors, "file"),
            (Contents{"aaaa", std::string("aaaa\0\0", 6), std::string("aaaa\0\0\0\0", 8), "aaaabb",
                      std::string("aaaabb\0\0", 8), "aaaabbcc"}));
  EXPECT_EQ(directories(files_, CrashPolicy::random_sectors), Directories({{"file", "new"}}));
}

TEST_F(Picture, AnEntryIsLostAndNoByte) {
  EXPECT_EQ(contents(files_, CrashPolicy::lost_entry, "file"), Contents{"aaaabbcc"});
  EXPECT_EQ(directories(files_, CrashPolicy::lost_entry),
            (Directories{{"file"}, {"file", "old"}, {"file", "new", "old"}}));
}

TEST(SimulatedCrash, WhatIsSyncedSurvivesEveryPolicy) {
  SimulatedFileSystem files;
  ASSERT_TRUE(ok(files.create_directory("d")));
  ASSERT_TRUE(ok(files.sync_directory("/")));
  ASSERT_TRUE(ok(created(files, "d/a", "synced")->sync()));
  ASSERT_TRUE(ok(files.sync_directory("d")));
  for (const CrashPolicy policy : power_losses)
    EXPECT_EQ(contents(files, policy, "d/a"), Contents{"synced"});
}

TEST(SimulatedCrash, TheSyncOfAFileDoesNotKeepItsName) {
  SimulatedFileSystem files;
  ASSERT_TRUE(ok(created(files, "a", "synced")->sync()));
  EXPECT_EQ(contents(files, CrashPolicy::nothing, "a"), Contents{"io_error"});
}

TEST(SimulatedCrash, TheSyncOfADirectoryDoesNotKeepTheBytes) {
  SimulatedFileSystem files;
  created(files, "a", "bytes");
  ASSERT_TRUE(ok(files.sync_directory("/")));
  EXPECT_EQ(contents(files, CrashPolicy::nothing, "a"), Contents{""});
}

TEST(SimulatedCrash, ADirectoryThatIsLostTakesItsFilesAlong) {
  SimulatedFileSystem files;
  ASSERT_TRUE(ok(files.create_directory("d")));
  ASSERT_TRUE(ok(created(files, "d/a", "synced")->sync()));
  ASSERT_TRUE(ok(files.sync_directory("d")));
  EXPECT_EQ(contents(files, CrashPolicy::nothing, "d/a"), Contents{"io_error"});
}

// Of a preallocated file of four sectors, the second and the fourth are written.
TEST(SimulatedCrash, SectorsRemainEachForItself) {
  SimulatedFileSystem files;
  const auto file = files.preallocate("a", 2048);
  ASSERT_TRUE(ok((*file)->sync()));
  ASSERT_TRUE(ok(files.sync_directory("/")));
  ASSERT_TRUE(ok((*file)->write(512, std::string(512, 'b'))));
  ASSERT_TRUE(ok((*file)->write(1536, std::string(512, 'd'))));
  const std::string none(512, '\0');
  const std::string b(512, 'b');
  const std::string d(512, 'd');
  EXPECT_EQ(contents(files, CrashPolicy::random_sectors, "a"),
            (Contents{none + none + none + none, none + b + none + none, none + none + none + d,
                      none + b + none + d}));
}

TEST(SimulatedCrash, AWriteAcrossSectorsIsTornBetweenThem) {
  SimulatedFileSystem files;
  lay_down(files, "a", std::string(1024, 'a'));
  const auto file = files.open_preallocated("a");
  ASSERT_TRUE(ok((*file)->write(510, "bbbb")));
  Contents seen;
  for (const std::string& left : contents(files, CrashPolicy::random_sectors, "a"))
    seen.insert(left.substr(509, 6));
  EXPECT_EQ(seen, (Contents{"aaaaaa", "abbaaa", "aaabba", "abbbba"}));
}

TEST(SimulatedCrash, AnUnsyncedExtensionReadsAsZeros) {
  SimulatedFileSystem files;
  lay_down(files, "a", std::string(512, 'a'));
  const auto file = files.open_append("a");
  ASSERT_TRUE(ok((*file)->append(std::string(512, 'b'))));
  const std::string a(512, 'a');
  EXPECT_EQ(contents(files, CrashPolicy::random_sectors, "a"),
            (Contents{a, a + std::string(512, '\0'), a + std::string(512, 'b')}));
}

TEST(SimulatedCrash, RecycledSpaceReadsAsItsOldBytes) {
  SimulatedFileSystem files;
  lay_down(files, "old", std::string(512, 'o'));
  ASSERT_TRUE(ok(files.rename("old", "new")));
  ASSERT_TRUE(ok(files.sync_directory("/")));
  const auto file = files.open_preallocated("new");
  ASSERT_TRUE(ok((*file)->write(0, std::string(512, 'n'))));
  for (const CrashPolicy policy : {CrashPolicy::nothing, CrashPolicy::random_sectors}) {
    for (const std::string& left : contents(files, policy, "new"))
      EXPECT_TRUE(left == std::string(512, 'o') || left == std::string(512, 'n')) << left;
  }
  EXPECT_TRUE(contents(files, CrashPolicy::random_sectors, "new").contains(std::string(512, 'o')));
}

TEST(SimulatedCrash, APreallocationThatWasNotSyncedMayHaveNoSize) {
  SimulatedFileSystem files;
  ASSERT_TRUE(ok(files.preallocate("a", 4)));
  ASSERT_TRUE(ok(files.sync_directory("/")));
  EXPECT_EQ(contents(files, CrashPolicy::nothing, "a"), Contents{""});
  EXPECT_EQ(contents(files, CrashPolicy::torn_prefix, "a"), (Contents{"", std::string(4, '\0')}));
}

TEST(SimulatedCrash, ARenameComesUndoneAsAWhole) {
  SimulatedFileSystem files;
  lay_down(files, "a", "new");
  lay_down(files, "b", "old");
  ASSERT_TRUE(ok(files.rename("a", "b")));
  const auto see = [](const FileSystem& left) { return content(left, "a") + content(left, "b"); };
  EXPECT_EQ(outcomes<std::string>(files, CrashPolicy::lost_entry, see), Contents{"newold"});
  EXPECT_EQ(outcomes<std::string>(files, CrashPolicy::torn_prefix, see),
            (Contents{"newold", "io_errornew"}));
  EXPECT_EQ(outcomes<std::string>(files, CrashPolicy::everything, see), Contents{"io_errornew"});
}

TEST(SimulatedCrash, AFileThatMovedTwiceHasOneName) {
  SimulatedFileSystem files;
  lay_down(files, "a", "");
  ASSERT_TRUE(ok(files.rename("a", "b")));
  ASSERT_TRUE(ok(files.rename("b", "c")));
  EXPECT_EQ(directories(files, CrashPolicy::lost_entry), (Directories{{"a"}, {"b"}, {"c"}}));
}

TEST(SimulatedCrash, EntriesAreLostInAnyOrder) {
  SimulatedFileSystem files;
  for (const char* const path : {"a", "b", "c"}) created(files, path);
  EXPECT_EQ(directories(files, CrashPolicy::lost_entry),
            (Directories{{}, {"a"}, {"b"}, {"c"}, {"a", "b"}, {"a", "c"}, {"b", "c"}}));  // not all
}

TEST(SimulatedCrash, FilesAndLocksFromBeforeAreOfNoUse) {
  SimulatedFileSystem files;
  lay_down(files, "a", "one");
  const auto reader = files.open("a");
  const auto writer = files.open_append("a");
  const auto preallocated = files.open_preallocated("a");
  auto lock = files.lock("LOCK");
  ASSERT_TRUE(ok(reader) && ok(writer) && ok(preallocated) && ok(lock));
  Random random(1);
  files.crash(CrashPolicy::everything, random);

  std::string into(3, '\0');
  EXPECT_TRUE(fails_with(Code::io_error, (*reader)->read(0, into)));
  EXPECT_TRUE(fails_with(Code::io_error, (*writer)->append("two")));
  EXPECT_TRUE(fails_with(Code::io_error, (*writer)->sync()));
  EXPECT_TRUE(fails_with(Code::io_error, (*preallocated)->write(0, "X")));
  EXPECT_EQ(content(files, "a"), "one");

  const auto taken = files.lock("LOCK");  // free, though the old holder is still there
  ASSERT_TRUE(ok(taken));
  lock->reset();
  EXPECT_TRUE(fails_with(Code::unavailable, files.lock("LOCK")));
}

}  // namespace
}  // namespace kv
