// kvcli inspect and kvcli salvage, on files that are made by hand, whole and damaged.

#include <gmock/gmock.h>

#include "kv/batch.h"
#include "persistence/checkpoint.h"
#include "persistence/wal.h"
#include "tests/integration/kvcli_run.h"

namespace kv::test {
namespace {

using testing::HasSubstr;
using testing::Not;

Batch puts(std::string_view key, std::string_view value, int count = 1) {
  Batch batch;
  for (int i = 0; i < count; ++i) batch.put(key, value);
  return batch;
}

class KvcliFiles : public Kvcli {
 protected:
  // Log 1 of a store in the folder db: writes 1 to 5, each batch synced before the next.
  std::string log() {
    Batch erase;
    erase.erase("city/rome");
    std::string bytes = encode_log_header({.number = 1, .first = 1, .unsynced = 0});
    add(bytes, 1, puts("city/rome", "2873000"));
    add(bytes, 2, puts("\n", std::string(100, 'x'), 3));
    add(bytes, 5, erase);
    return bytes;
  }

  static void add(std::string& log, SequenceNumber first, const Batch& batch) {
    append_record(log, 1, {RecordKind::batch, first, 0, batch.encode()});
  }

  void make_store(std::string_view log) {
    run("mkdir -p db");
    write("db/FORMAT", "kvdb 1 wal\n");
    write("db/000001.log", log);
  }

  static std::string flipped(std::string bytes, std::size_t offset) {
    bytes.at(offset) ^= 1;
    return bytes;
  }
};

TEST_F(KvcliFiles, InspectShowsALog) {
  write("000001.log", log() + std::string(64, '\0'));
  const Ended ended = run("kvcli inspect 000001.log --changes 2");
  EXPECT_EQ(
      ended.output,
      "000001.log: log 1, 536 bytes; begins with write 1; when it was made, all up to 0 were "
      "synced\n"
      "    offset     bytes  kind     writes, and up to which all were synced then\n"
      "        40        48  batch    1, 0\n"
      "                               put \"city/rome\" = \"2873000\"\n"
      "        88       344  batch    2..4, 1\n"
      "                               put \"\\x0a\" = "
      "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"… (100 bytes)\n"
      "                               put \"\\x0a\" = "
      "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"… (100 bytes)\n"
      "                               and 1 more (--changes)\n"
      "       432        40  batch    5, 4\n"
      "                               erase \"city/rome\"\n"
      "       472        64  zeros\n"
      "000001.log: 3 records, 5 writes; all up to 4 are proven to be synced; not closed; intact\n");
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.errors, "");
}

TEST_F(KvcliFiles, InspectMarksTheDamageAndGoesOn) {
  write("000001.log", flipped(log(), 100));
  const Ended ended = run("kvcli inspect 000001.log");
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(ended.errors, "");
  EXPECT_THAT(ended.output,
              HasSubstr("\n!! offset 88: no intact record begins here: 344 bytes are damaged; the "
                        "next intact record is at 432\n"
                        "!! offset 432: missing before this record: writes 2..4\n"
                        "       432        40  batch    5, 4\n"));
  EXPECT_THAT(ended.output, HasSubstr("2 records, 2 writes; all up to 4 are proven to be synced; "
                                      "not closed; DAMAGED\n"));
}

TEST_F(KvcliFiles, InspectTellsDamageOfEveryKind) {
  const std::pair<std::string, std::string_view> cases[] = {
      {flipped(log(), 20), "!! offset 0: the header is damaged"},
      {flipped(log(), 440), "!! offset 432: no intact record begins here, nor behind: 37 bytes"},
      {log().substr(0, 460), "!! offset 432: no intact record begins here, nor behind: "},
      {std::string(200, '\0'), "!! offset 0: "},
      {"", "!! offset 0: "},
      {encode_log_header({.number = 2, .first = 1, .unsynced = 0}), "says that this is log 2"},
  };
  for (const auto& [bytes, mark] : cases) {
    write("000001.log", bytes);
    const Ended ended = run("kvcli inspect 000001.log");
    EXPECT_EQ(ended.code, 1) << mark;
    EXPECT_THAT(ended.output, HasSubstr(std::string(mark)));
  }
}

TEST_F(KvcliFiles, InspectShowsAsMuchAsIsWantedAndJudgesAll) {
  write("000001.log", flipped(log(), 440));
  const Ended first = run("kvcli inspect 000001.log --limit 1 --changes 0");
  EXPECT_EQ(first.code, 1);
  EXPECT_THAT(first.output, HasSubstr("        40        48  batch    1, 0\n"
                                      "         1            records not shown\n"
                                      "!! offset 432: "));
  EXPECT_THAT(run("kvcli inspect 000001.log --offset 41").output,
              HasSubstr("then\n         1            records not shown\n        88 "));
  EXPECT_EQ(run("kvcli inspect 000001.log --limit x").code, 2);
}

TEST_F(KvcliFiles, InspectFindsTheLogsNumberUnderOtherNames) {
  write("000001.log.damaged", flipped(log(), 20));
  EXPECT_THAT(run("kvcli inspect 000001.log.damaged").output, HasSubstr("3 records, 5 writes"));
  write("copy", log());
  EXPECT_EQ(run("kvcli inspect copy").code, 0);
  write("copy", flipped(log(), 20));
  const Ended lost = run("kvcli inspect copy");
  EXPECT_EQ(lost.code, 2);
  EXPECT_THAT(lost.errors, HasSubstr("name it as the store did"));
}

TEST_F(KvcliFiles, InspectTakesNothingThatIsNoStoresFile) {
  write("text", "some text");
  EXPECT_THAT(run("kvcli inspect text").errors,
              HasSubstr("no log, no checkpoint, no table and no manifest"));
  EXPECT_EQ(run("kvcli inspect text").code, 2);
  EXPECT_EQ(run("kvcli inspect /dev/zero").code, 2);
  EXPECT_EQ(run("mkfifo pipe; kvcli inspect pipe").code, 2);
  EXPECT_EQ(run("kvcli inspect missing").code, 5);
  EXPECT_EQ(run("mkdir empty; kvcli inspect empty").code, 2);
  EXPECT_EQ(run("kvcli inspect").code, 2);
  EXPECT_EQ(run("kvcli --output json inspect text").code, 2);
  EXPECT_EQ(run("kvcli inspect . >/dev/full").code, 2);
}

// What opened such a one as the others would wait for its other end, for ever.
TEST_F(KvcliFiles, APipeAmongTheStoresFilesIsToldOfAtOnce) {
  for (const std::string_view name : {"000001.log", "000001.sst", "manifest", "FORMAT", "LOCK"}) {
    const std::string pipe = fmt::format("\"db/{}\" is not a regular file", name);
    const auto again = [&] {
      run(
          fmt::format("rm -rf db; kvcli --engine lsm --directory db put k v; rm -f db/{0}; "
                      "mkfifo db/{0}",
                      name));
    };
    again();
    if (name != "000001.sst") {  // the manifest does not name it
      const Ended opened = run("kvcli --directory db get k");
      EXPECT_EQ(opened.code, 4) << name;
      EXPECT_THAT(opened.errors, HasSubstr(pipe));
    }
    again();
    if (name == "000001.log" || name == "manifest") {
      const Ended inspected = run("kvcli inspect db");
      EXPECT_EQ(inspected.code, 5) << name;
      EXPECT_THAT(inspected.errors, HasSubstr(pipe));
    }
    again();
    const Ended salvaged = run("kvcli salvage db");
    EXPECT_EQ(salvaged.code, 4) << name;
    EXPECT_THAT(salvaged.errors, HasSubstr(pipe));
  }
}

TEST_F(KvcliFiles, InspectShowsADirectoryAndWhatOpeningItWouldSay) {
  make_store(log());
  const Ended whole = run("kvcli inspect db");
  EXPECT_EQ(whole.code, 0);
  EXPECT_THAT(whole.output, testing::StartsWith("db: a store of engine wal\ndb/000001.log: log 1"));
  EXPECT_THAT(whole.output, testing::EndsWith("it opens, with the state after write 5; all up to 4 "
                                              "are proven to be synced; it was not closed\n"));
  make_store(flipped(log(), 440));
  const Ended torn = run("kvcli inspect db");
  EXPECT_EQ(torn.code, 1);
  EXPECT_THAT(torn.output, HasSubstr("it opens, with the state after write 4"));
  EXPECT_THAT(torn.output, HasSubstr("it drops db/000001.log, offset 432: "));
  make_store(flipped(log(), 100));
  const Ended damaged = run("kvcli inspect db");
  EXPECT_EQ(damaged.code, 1);
  EXPECT_THAT(damaged.output, HasSubstr("!! it doesn't open: \"db/000001.log\", offset 88: "));
}

TEST_F(KvcliFiles, InspectShowsAStoreThatIsOpen) {
  const Ended ended = run("printf 'put k v\ninspect db\n' | kvcli --engine wal --directory db");
  EXPECT_EQ(ended.code, 0) << ended.errors;
  EXPECT_THAT(ended.output, HasSubstr("put \"k\" = \"v\"\n"));
}

TEST_F(KvcliFiles, InspectShowsACheckpoint) {
  make_store(log());
  ASSERT_EQ(run("kvcli --engine wal --directory db count").output, "1\n");  // it makes one
  const Ended ended = run("kvcli inspect db/checkpoint");
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.output.substr(0, ended.output.find("\"xx")),
            "db/checkpoint: checkpoint, 200 bytes; the state after write 5; goes on with log 2\n"
            "    offset     bytes  kind     entries\n"
            "        40       136  entries  1\n"
            "                               \"\\x0a\" = ");
  EXPECT_THAT(ended.output, testing::EndsWith("db/checkpoint: 2 records, 1 entries; intact\n"));
  const std::string bytes = read("db/checkpoint");
  for (const std::string& damaged :
       {flipped(bytes, 20), flipped(bytes, 60), bytes.substr(0, 190), std::string(8, '\0')}) {
    write("db/checkpoint", damaged);
    const Ended marked = run("kvcli inspect db/checkpoint");
    EXPECT_EQ(marked.code, 1);
    EXPECT_THAT(marked.output, HasSubstr("\n!! offset "));
    EXPECT_THAT(marked.output, HasSubstr("DAMAGED"));
  }
}

TEST_F(KvcliFiles, SalvageLeavesAStoreThatOpensAsItIs) {
  make_store(log());
  EXPECT_EQ(run("kvcli salvage db"),
            (Ended{0, "nothing to salvage: the store opens, with the state after write 5\n", ""}));
  EXPECT_EQ(run("ls db").output, "000001.log\nFORMAT\nLOCK\n");
}

TEST_F(KvcliFiles, SalvageMakesADamagedStoreOpenAgain) {
  make_store(flipped(log(), 50));
  const Ended refused = run("kvcli --engine wal --directory db scan");
  EXPECT_EQ(refused.code, 4);
  EXPECT_THAT(refused.errors, HasSubstr("`kvcli salvage` saves"));
  EXPECT_EQ(run("kvcli salvage db"),
            (Ended{1,
                   "lost: db/000001.log, bytes 40 to 87: 48 bytes that no intact record leads "
                   "to\n"
                   "lost: write 1\n"
                   "kept: db/000001.log as db/000001.log.damaged\n"
                   "A key whose newest version is lost has an older value now, or one that had "
                   "been erased.\n"
                   "saved: 4 versions of keys, up to write 5; the store opens again\n",
                   ""}));
  EXPECT_EQ(run("kvcli --engine wal --directory db count"), (Ended{0, "1\n", ""}));
  EXPECT_EQ(read("db/000001.log.damaged"), flipped(log(), 50));
  EXPECT_EQ(run("kvcli salvage db").code, 0);
}

TEST_F(KvcliFiles, SalvageWritesFormatAnew) {
  make_store(log());
  run("rm db/FORMAT");
  EXPECT_THAT(run("kvcli --engine wal --directory db count").errors,
              HasSubstr("`kvcli salvage` makes a new one"));
  EXPECT_EQ(run("kvcli salvage db").code, 1);
  EXPECT_EQ(run("kvcli --engine wal --directory db count"), (Ended{0, "1\n", ""}));
}

TEST_F(KvcliFiles, SalvageNeedsAStoreThatIsNotOpen) {
  EXPECT_EQ(run("kvcli salvage missing").code, 2);
  EXPECT_EQ(run("mkdir empty; kvcli salvage empty").code, 2);
  EXPECT_EQ(run("ls empty").output, "");
  const Ended open = run("printf 'salvage db' | kvcli --engine wal --directory db");
  EXPECT_EQ(open.code, 4);
  EXPECT_THAT(open.errors, HasSubstr("is open already"));
}

}  // namespace
}  // namespace kv::test
