// kvcli with an engine that keeps its data in a directory: what comes back in the next run, and
// what is said where the directory is not fit for it.

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/integration/kvcli_run.h"

namespace kv::test {
namespace {

using testing::HasSubstr;
using KvcliEngine = Kvcli;

TEST_F(KvcliEngine, FindsInTheNextRunWhatWasWritten) {
  for (const std::string_view durability : {"none", "wal", "sync"}) {
    const std::string kvcli =
        fmt::format("kvcli --engine wal --directory db/{0} --durability {0} ", durability);
    EXPECT_EQ(run(kvcli + "put k 1"), (Ended{0, "", ""}));
    EXPECT_EQ(run(kvcli + "batch 'require k 1' 'put k 2' 'put l 3'"), (Ended{0, "", ""}));
    EXPECT_EQ(run(kvcli + "scan"), (Ended{0, "k\t2\nl\t3\n", ""}));
    EXPECT_EQ(run(kvcli + "flush"), (Ended{0, "", ""}));
  }
}

TEST_F(KvcliEngine, MakesTheDirectoryAndThoseAboveIt) {
  EXPECT_EQ(run("kvcli --engine wal --directory a/b/c put k v"), (Ended{0, "", ""}));
  EXPECT_EQ(run("ls a/b/c").output, "000001.log\nFORMAT\nLOCK\n");
}

TEST_F(KvcliEngine, IsKnownByTheDirectory) {
  EXPECT_EQ(run("kvcli --engine wal --directory db put k v"), (Ended{0, "", ""}));
  EXPECT_EQ(run("kvcli --directory db get k"), (Ended{0, "v\n", ""}));
  EXPECT_EQ(run("echo 'get k' | kvcli --directory db"), (Ended{0, "v\n", ""}));
}

TEST_F(KvcliEngine, TellsInOneLineWhatIsWrongWithTheDirectory) {
  run("mkdir foreign other newer odd lost empty; echo hello >foreign/letter; echo x >file");
  write("other/FORMAT", "kvdb 1 pebbles\n");
  write("newer/FORMAT", "kvdb 2 wal\n");
  write("odd/FORMAT", "kvdb\n");
  write("lost/000001.log", "");
  struct Case {
    std::string_view options;
    int code;
    std::string_view remedy;
  };
  const Case cases[] = {
      {"--engine wal", 2, "name a directory for them (Options::directory, --directory)"},
      {"--engine wal --directory ''", 2, "name a directory"},
      {"--engine map --directory db", 2, "takes no directory"},
      {"--directory db", 2, "there is no store in \"db\" yet; say which engine makes one"},
      {"--directory empty", 2, "there is no store in \"empty\" yet"},
      {"--directory foreign", 2, "not empty: it holds \"letter\"; name another directory"},
      {"--engine wal --directory foreign", 2, "not empty: it holds \"letter\""},
      {"--engine wal --directory other", 2, "was made by engine pebbles; open it with that one"},
      {"--directory other", 2, "no engine is called \"pebbles\"; there are: map"},
      {"--engine wal --directory newer", 2, "open it with a newer kvdb"},
      {"--engine wal --directory odd", 4, "FORMAT\" is damaged"},
      {"--engine wal --directory lost", 4, "`kvcli salvage` makes a new one"},
      {"--engine wal --directory file", 2, "\"file\" is not a directory; name a store's"},
      {"--engine wal --directory file/db", 2, "\"file\" is not a directory; name a store's"},
      {"--directory file", 2, "\"file\" is not a directory; name a store's"},
      {"--directory file/a/b", 2, "\"file\" is not a directory; name a store's"},
      {"--engine wal --directory /proc/kvdb", 4, "\"/proc/kvdb\""},
      {"--engine wal --directory db --durability high", 2, "none, wal and sync"},
  };
  for (const Case& each : cases) {
    const Ended ended = run(fmt::format("kvcli {} put k v", each.options));
    EXPECT_EQ(ended.code, each.code) << each.options << ": " << ended;
    EXPECT_EQ(ended.output, "");
    EXPECT_THAT(ended.errors, HasSubstr(std::string(each.remedy))) << each.options;
    EXPECT_EQ(std::ranges::count(ended.errors, '\n'), 1) << ended.errors;
  }
  EXPECT_NE(run("ls db").code, 0);  // nothing was made
}

// A wrong directory is wrong usage, whatever the command; a file that can't be read is a file.
TEST_F(KvcliEngine, WrongPathsHaveTheSameCodeInAllCommands) {
  run("mkdir empty foreign; echo hello >foreign/letter; echo x >file; mkfifo pipe");
  for (const std::string_view path : {"missing", "file", "file/x", "empty", "foreign", "pipe"}) {
    for (const std::string_view command : {"salvage {}", "--directory {} levels",
                                           "--directory {} compact", "--directory {} count"}) {
      const Ended ended = run("kvcli " + fmt::format(fmt::runtime(command), path));
      EXPECT_EQ(ended.code, 2) << command << " of " << path << ": " << ended;
      EXPECT_EQ(std::ranges::count(ended.errors, '\n'), 1) << ended.errors;
    }
  }
  for (const std::string_view command : {"inspect", "--file", "import --format csv"}) {
    for (const std::string_view path : {"missing", "file/x"}) {
      EXPECT_EQ(run(fmt::format("kvcli {} {}", command, path)).code, 5) << command << " " << path;
    }
  }
  EXPECT_EQ(run("ls").output, "empty\nfile\nforeign\npipe\n");  // nothing was made
}

TEST_F(KvcliEngine, OpensAStoreOnceAtATime) {
  const Ended second =
      run("mkfifo go; kvcli --engine wal --directory db --file go & exec 3>go; echo 'put k v' >&3\n"
          "while ! test -s db/FORMAT; do :; done; kvcli --directory db get k; code=$?\n"
          "exec 3>&-; wait; kvcli --directory db get k; exit $code");
  EXPECT_EQ(second.code, 4);
  EXPECT_EQ(second.output, "v\n");
  EXPECT_THAT(second.errors,
              HasSubstr("is open already, here or in another process; close it there first"));
}

TEST_F(KvcliEngine, SaysThatThereIsNoRoom) {
  // 1024 blocks: less than a log takes.
  const Ended full = run("ulimit -f 1024; kvcli --engine wal --directory db put k v");
  EXPECT_EQ(full.code, 4) << full;
  EXPECT_THAT(full.errors, HasSubstr("000001.log"));
  EXPECT_THAT(full.errors, HasSubstr("raise the limit"));
  EXPECT_EQ(std::ranges::count(full.errors, '\n'), 1) << full.errors;
  EXPECT_EQ(run("kvcli --directory db put k v"), (Ended{0, "", ""}));  // with room again
}

}  // namespace
}  // namespace kv::test
