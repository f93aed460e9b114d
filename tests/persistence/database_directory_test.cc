// The directory of a store (persistence/database_directory.h): whose it is, and who has it open.

#include "persistence/database_directory.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/random.h"
#include "base/simulated_file_system.h"
#include "tests/support/expect.h"
#include "tests/support/story.h"
#include "tests/support/temporary_directory.h"

namespace kv {
namespace {

using test::fails_with;
using test::ok;

class Directories : public testing::Test {
 protected:
  void lay(std::string_view path, std::string_view bytes) {
    const auto file = files_.create(path);
    ASSERT_TRUE(ok(file));
    ASSERT_TRUE(ok((*file)->append(bytes)));
  }

  // A directory with somebody else's file in it.
  void lay_other() {
    ASSERT_TRUE(ok(files_.create_directory("db")));
    lay("db/other", "mine");
  }

  // What opening gives, the directory let go of at once.
  Status opened(std::string_view path = "db", std::string_view engine = "wal") {
    auto directory = DatabaseDirectory::open(files_, path, engine);
    if (!directory) return failure(std::move(directory));
    return {};
  }

  SimulatedFileSystem files_;
};

TEST_F(Directories, IsMadeWhereItIsMissing) {
  const auto directory = DatabaseDirectory::open(files_, "db", "wal");
  ASSERT_TRUE(ok(directory));
  EXPECT_EQ(directory->path(), "db");
  EXPECT_EQ(&directory->files(), &files_);
  EXPECT_EQ(read_file(files_, "db/FORMAT").value_or(""), "kvdb 1 wal\n");
  EXPECT_EQ(engine_of(files_, "db").value_or(""), "wal");
}

TEST_F(Directories, SoAreThoseAboveIt) {
  EXPECT_TRUE(ok(opened("a/b/c")));
  EXPECT_TRUE(ok(opened("/a/b/d")));
  EXPECT_EQ(engine_of(files_, "a/b/c").value_or(""), "wal");
}

TEST_F(Directories, AnEmptyOneIsTaken) {
  ASSERT_TRUE(ok(files_.create_directory("db")));
  EXPECT_TRUE(ok(opened()));
}

TEST_F(Directories, CanBeOpenedAgain) {
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(ok(opened()));
}

TEST_F(Directories, IsOpenOnce) {
  auto directory = DatabaseDirectory::open(files_, "db", "wal");
  ASSERT_TRUE(ok(directory));
  EXPECT_TRUE(fails_with(Code::unavailable, opened()));
  directory->release();
  EXPECT_TRUE(ok(opened()));
}

TEST_F(Directories, AFailedOpenKeepsNoLock) {
  lay_other();
  EXPECT_TRUE(fails_with(Code::invalid_argument, opened()));
  ASSERT_TRUE(ok(files_.unlink("db/other")));
  EXPECT_TRUE(ok(opened()));
}

TEST_F(Directories, NeedsAPath) { EXPECT_TRUE(fails_with(Code::invalid_argument, opened(""))); }

TEST_F(Directories, WithFilesOfSomebodyElseIsRefused) {
  lay_other();
  const Status refused = opened();
  ASSERT_TRUE(fails_with(Code::invalid_argument, refused));
  EXPECT_NE(refused.error().message().find("other"), std::string::npos) << refused.error().text();
  EXPECT_EQ(read_file(files_, "db/other").value_or(""), "mine");
  EXPECT_FALSE(files_.exists("db/FORMAT").value_or(true));
}

TEST_F(Directories, OfAnotherEngineIsRefused) {
  ASSERT_TRUE(ok(opened("db", "lsm")));
  const Status refused = opened("db", "wal");
  ASSERT_TRUE(fails_with(Code::invalid_argument, refused));
  EXPECT_NE(refused.error().message().find("lsm"), std::string::npos) << refused.error().text();
  EXPECT_TRUE(ok(opened("db", "lsm")));
}

TEST_F(Directories, OfANewerFormatIsRefused) {
  ASSERT_TRUE(ok(files_.create_directory("db")));
  lay("db/FORMAT", "kvdb 2 wal\n");
  EXPECT_TRUE(fails_with(Code::invalid_argument, opened()));
  EXPECT_TRUE(fails_with(Code::invalid_argument, engine_of(files_, "db")));
}

TEST_F(Directories, WithADamagedFormatIsCorrupt) {
  ASSERT_TRUE(ok(files_.create_directory("db")));
  for (const char* text : {"", "kvdb", "kvdb 1 wal", "kvdb 1 \n", "kvdb 1\n", "kvdb x wal\n",
                           "kvdb 0 wal\n", "kvdb -1 wal\n", "KVDB 1 wal\n", "kvdb  1 wal\n",
                           "kvdb 99999999999999999999 wal\n", "kvdb 1 wal\nmore\n"}) {
    static_cast<void>(files_.unlink("db/FORMAT"));
    lay("db/FORMAT", text);
    const Status refused = opened();
    EXPECT_TRUE(fails_with(Code::corruption, refused)) << text;
  }
}

TEST_F(Directories, WithoutAFormatBesideOurFilesIsCorrupt) {
  ASSERT_TRUE(ok(files_.create_directory("db")));
  for (const char* name : {"db/000007.log", "db/checkpoint"}) {
    lay(name, "");
    EXPECT_TRUE(fails_with(Code::corruption, opened()));
    EXPECT_TRUE(fails_with(Code::corruption, engine_of(files_, "db")));
    ASSERT_TRUE(ok(files_.unlink(name)));
  }
}

TEST_F(Directories, WithoutAStoreHasNoEngine) {
  ASSERT_TRUE(ok(files_.create_directory("db")));
  EXPECT_TRUE(fails_with(Code::invalid_argument, engine_of(files_, "db")));
  EXPECT_FALSE(engine_of(files_, "nowhere").has_value());
}

TEST_F(Directories, AFileInItsPlaceIsRefused) {
  lay("db", "a file");
  EXPECT_FALSE(opened().has_value());
  EXPECT_FALSE(opened("db/below").has_value());
  EXPECT_EQ(read_file(files_, "db").value_or(""), "a file");
}

TEST_F(Directories, AFullDiskIsNoSpaceAndLeavesItOpenable) {
  files_.fail(Fault::disk_full);
  EXPECT_TRUE(fails_with(Code::no_space, opened()));
  files_.clear_faults();
  EXPECT_TRUE(ok(opened()));
}

TEST_F(Directories, AfterEveryCrashOfItsMakingItCanBeOpened) {
  std::uint64_t point = 0;
  for (;; ++point) {
    SimulatedFileSystem dying;
    dying.crash_at(point);
    static_cast<void>(DatabaseDirectory::open(dying, "a/b/db", "wal"));
    if (!dying.dead()) break;
    for (std::uint64_t i = 0; i < 60; ++i) {
      SimulatedFileSystem left = dying;
      Random random(test::seed() * 1000 + i);
      left.crash(i % 6 == 5 ? CrashPolicy::process_death : power_losses[i % 6], random);
      EXPECT_TRUE(ok(DatabaseDirectory::open(left, "a/b/db", "wal"))) << point << ", " << i;
      EXPECT_EQ(engine_of(left, "a/b/db").value_or(""), "wal");
    }
  }
  EXPECT_GE(point, 6u);
}

// Data that is synced into the directory must not go with the directory's name, whoever made it.
void expect_durable_after(const SimulatedFileSystem& before, std::uint64_t point) {
  SimulatedFileSystem files = before;
  ASSERT_TRUE(ok(DatabaseDirectory::open(files, "a/b/db", "wal")));
  {
    const auto file = files.create("a/b/db/000001.log");
    ASSERT_TRUE(ok(file));
    ASSERT_TRUE(ok((*file)->append("data")));
    ASSERT_TRUE(ok((*file)->sync()));
    ASSERT_TRUE(ok(files.sync_directory("a/b/db")));
  }
  for (const CrashPolicy policy : power_losses) {
    for (std::uint64_t i = 0; i < 10; ++i) {
      SimulatedFileSystem left = files;
      Random random(test::seed() * 1000 + i);
      left.crash(policy, random);
      ASSERT_EQ(read_file(left, "a/b/db/000001.log").value_or("lost"), "data")
          << "opened again after a crash or a fault at point " << point;
      ASSERT_TRUE(ok(DatabaseDirectory::open(left, "a/b/db", "wal"))) << point;
    }
  }
}

TEST_F(Directories, ItsNamesAreDurableWhenItIsOpenedAfterASyncThatFailed) {
  // Whatever the failed sync has forgotten the kernel still shows: the directory, and FORMAT in it.
  for (const Fault fault : {Fault::sync_fails_keeps, Fault::sync_fails_reverts}) {
    int failed = 0;
    for (std::uint64_t passing = 0; passing < 12; ++passing) {
      SimulatedFileSystem files;
      files.fail(fault, passing);
      if (!DatabaseDirectory::open(files, "a/b/db", "wal")) ++failed;
      files.clear_faults();
      expect_durable_after(files, passing);
    }
    EXPECT_EQ(failed, 6);  // three directories, once more the last of them, FORMAT and its name
  }
}

TEST_F(Directories, BesideDataThereIsAFormatWhateverComesUndone) {
  // The maker dies at each point; the next one makes a log, and the power goes at once.
  for (std::uint64_t point = 0;; ++point) {
    SimulatedFileSystem files;
    files.crash_at(point);
    static_cast<void>(DatabaseDirectory::open(files, "db", "wal"));
    if (!files.dead()) break;
    Random random(test::seed() + point);
    files.crash(CrashPolicy::process_death, random);
    ASSERT_TRUE(ok(DatabaseDirectory::open(files, "db", "wal"))) << point;
    ASSERT_TRUE(ok(files.create("db/000001.log")));
    for (std::uint64_t i = 0; i < 60; ++i) {
      SimulatedFileSystem left = files;
      left.crash(power_losses[i % power_losses.size()], random);
      EXPECT_TRUE(ok(DatabaseDirectory::open(left, "db", "wal"))) << point << ", " << i;
    }
  }
}

TEST_F(Directories, AFormatThatIsNotDurableIsNotThere) {
  ASSERT_TRUE(ok(files_.create_directory("db")));
  lay("db/000007.log", "");
  for (std::uint64_t passing = 0;; ++passing) {
    auto directory = DatabaseDirectory::open_unchecked(files_, "db");
    ASSERT_TRUE(ok(directory));
    files_.fail(Fault::sync_fails_keeps, passing);
    if (directory->write_format("wal")) break;
    EXPECT_FALSE(files_.exists("db/FORMAT").value_or(true)) << passing;
  }
  EXPECT_EQ(engine_of(files_, "db").value_or(""), "wal");
}

TEST_F(Directories, ItsNameIsDurableWhenItIsOpen) { expect_durable_after(files_, 0); }

TEST_F(Directories, ItsNameIsDurableWhenItIsOpenedAfterTheDeathOfItsMaker) {
  // The process dies at each point of the making, and the kernel lives on: what it has is not on
  // the disk yet, and the next process must not take it for that.
  for (std::uint64_t point = 0;; ++point) {
    SimulatedFileSystem dying;
    dying.crash_at(point);
    static_cast<void>(DatabaseDirectory::open(dying, "a/b/db", "wal"));
    if (!dying.dead()) break;
    for (std::uint64_t i = 0; i < 4; ++i) {
      SimulatedFileSystem left = dying;
      Random random(test::seed() * 1000 + i);
      left.crash(CrashPolicy::process_death, random);
      expect_durable_after(left, point);
    }
  }
}

TEST(DirectoriesOfTheSystem, CannotBeMadeWhereNothingCanBe) {
  EXPECT_FALSE(DatabaseDirectory::open(FileSystem::posix(), "/proc/none/db", "wal").has_value());
  EXPECT_FALSE(DatabaseDirectory::open(FileSystem::posix(), "/dev/null/db", "wal").has_value());
}

TEST(DirectoriesOfTheSystem, AreLockedAgainstTheSameProcess) {
  const test::TemporaryDirectory place;
  const std::string path = place.path() + "/not/there";
  const auto directory = DatabaseDirectory::open(FileSystem::posix(), path, "wal");
  ASSERT_TRUE(ok(directory));
  EXPECT_TRUE(
      fails_with(Code::unavailable, DatabaseDirectory::open(FileSystem::posix(), path, "wal")));
}

}  // namespace
}  // namespace kv
