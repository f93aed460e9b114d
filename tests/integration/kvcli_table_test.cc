// kvcli with engine sstable: tables made readable, whole and damaged, and the commands that look
// into a store.

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/integration/kvcli_run.h"

namespace kv::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

class KvcliTables : public Kvcli {
 protected:
  // A store with table 1 in the folder db: of 60 writes, the last one an erasure; a few blocks.
  void make_store() {
    std::string lines;
    for (int i = 1; i < 60; ++i) lines += fmt::format("put k{:02} {}\n", i, std::string(60, 'v'));
    lines += "del k07\n";
    const Ended made = script(lines + "compact\n", options("--write-buffer 4096"));
    ASSERT_EQ(made, (Ended{0, "", ""}));
    ASSERT_THAT(run("ls db").output, HasSubstr("000001.sst\n"));
  }

  static std::string options(std::string_view more) {
    return fmt::format("--engine sstable --directory db --block-bytes 1024 --compression none {}",
                       more);
  }

  // The table with one bit flipped in each of these places, as "000001.sst".
  void damage(std::initializer_list<std::size_t> offsets) {
    std::string bytes = read("db/000001.sst");
    for (const std::size_t offset : offsets) bytes.at(offset) ^= 1;
    write("000001.sst", bytes);
  }

  // Where the footer begins.
  std::size_t footer() { return read("db/000001.sst").size() - 80; }
};

TEST_F(KvcliTables, InspectShowsATable) {
  make_store();
  const Ended ended = run("kvcli inspect db/000001.sst --changes 1");
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.errors, "");
  EXPECT_THAT(ended.output, testing::StartsWith("db/000001.sst: table 1, "));
  EXPECT_THAT(ended.output, HasSubstr("    offset     bytes  kind        content\n"
                                      "         0 "));
  EXPECT_THAT(ended.output, HasSubstr(fmt::format("{0:31}\"k01\" = \"{1}\", by write 1\n{0:31}and ",
                                                  "", std::string(60, 'v'))));
  EXPECT_THAT(ended.output, testing::ContainsRegex("  filter +of [0-9]+ bits, 7 probes\n"));
  EXPECT_THAT(ended.output, HasSubstr("  index       of "));
  EXPECT_THAT(ended.output, HasSubstr("  properties  writes 1.."));
  EXPECT_THAT(ended.output, HasSubstr("  footer      table 1; filter at "));
  EXPECT_THAT(ended.output, EndsWith(" entries; intact\n"));
}

TEST_F(KvcliTables, InspectShowsTombstones) {
  ASSERT_EQ(script(fmt::format("put k {0}\ndel k\nput l {0}\n", std::string(3'000, 'v')) +
                       fmt::format("put m {}\ncompact\n", std::string(3'000, 'v')),
                   options("--write-buffer 4096"))
                .code,
            0);
  const Ended ended = run("kvcli inspect db/000001.sst");
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.output, HasSubstr("\"k\" erased, by write 2\n"));
  EXPECT_THAT(ended.output, HasSubstr(" 1 of them a tombstone; "));
}

TEST_F(KvcliTables, InspectMarksADamagedBlockAndShowsTheOthers) {
  make_store();
  damage({10});
  const Ended ended = run("kvcli inspect 000001.sst");
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.output, HasSubstr("content\n!! offset 0: data, of "));
  EXPECT_THAT(ended.output, HasSubstr("the block's checksum is not that of its bytes\n"));
  EXPECT_THAT(ended.output, Not(HasSubstr("\"k01\" =")));
  EXPECT_THAT(ended.output, HasSubstr("\"k20\" ="));
  EXPECT_THAT(ended.output, EndsWith("; DAMAGED\n"));
}

TEST_F(KvcliTables, InspectFindsTheBlocksWithoutFooterOrIndex) {
  make_store();
  const std::string parts =
      run("kvcli inspect db/000001.sst --changes 0 | grep '  data   '").output;
  damage({footer() + 20});
  const Ended lost = run("kvcli inspect 000001.sst --changes 0");
  EXPECT_EQ(lost.code, 1);
  EXPECT_THAT(lost.output, HasSubstr("Its footer is damaged: what is shown was found by its own"));
  EXPECT_THAT(lost.output, HasSubstr(parts));
  EXPECT_THAT(lost.output, HasSubstr("  index       of "));
  EXPECT_THAT(lost.output, HasSubstr("  properties  writes 1.."));
  EXPECT_THAT(lost.output, HasSubstr(fmt::format("!! offset {}: footer: ", footer())));

  const std::string index =
      run("kvcli inspect db/000001.sst | sed -n 's/.*index at \\([0-9]*\\).*/\\1/p'").output;
  damage({std::stoul(index) + 5});
  const Ended without_index = run("kvcli inspect 000001.sst --changes 0");
  EXPECT_EQ(without_index.code, 1);
  EXPECT_THAT(without_index.output, HasSubstr(parts));
  EXPECT_THAT(without_index.output,
              HasSubstr(fmt::format("!! offset {}: index, of ", std::stoul(index))));

  damage({10, footer() + 20});
  const Ended both = run("kvcli inspect 000001.sst --changes 0");
  EXPECT_THAT(both.output, HasSubstr("content\n!! offset 0: data, of "));
  EXPECT_THAT(both.output, HasSubstr(parts.substr(parts.find('\n') + 1)));
}

TEST_F(KvcliTables, InspectTellsDamageOfEveryKind) {
  make_store();
  const std::string table = read("db/000001.sst");
  const std::pair<std::string, std::string_view> cases[] = {
      {"", "!! offset 0: footer: it does not end with a table's footer"},
      {std::string(1'000, '\0'),
       "!! offset 0: no intact block begins here, nor behind: 1000 bytes"},
      {table.substr(0, 1'500), "nor behind: "},
      {table.substr(100), "!! offset 0: no intact block begins here, nor behind: "},
      {std::string(100, 'x') + table.substr(100), "!! offset 0: data, of "},
  };
  for (const auto& [bytes, mark] : cases) {
    write("000001.sst", bytes);
    const Ended ended = run("kvcli inspect 000001.sst");
    EXPECT_EQ(ended.code, 1) << mark;
    EXPECT_THAT(ended.output, HasSubstr(std::string(mark)));
  }
  write("000002.sst", table);
  EXPECT_THAT(run("kvcli inspect 000002.sst").output, HasSubstr("says that this is table 1; "));
  write("copy", table);
  EXPECT_EQ(run("kvcli inspect copy").code, 0);
  damage({footer() + 20});
  const Ended nameless = run("mv 000001.sst copy; kvcli inspect copy");
  EXPECT_EQ(nameless.code, 2);
  EXPECT_THAT(nameless.errors, HasSubstr("name it as the store did, as in 000007.sst"));
}

TEST_F(KvcliTables, InspectShowsADirectoryAndWhatOpeningItWouldSay) {
  make_store();
  const Ended whole = run("kvcli inspect db");
  EXPECT_EQ(whole.code, 0) << whole;
  EXPECT_THAT(whole.output, testing::StartsWith("db: a store of engine sstable\n"
                                                "db/000001.sst: table 1, "));
  EXPECT_THAT(whole.output, HasSubstr("it opens, with the state after write 60; "));
  damage({footer() + 20});
  write("db/000001.sst", read("000001.sst"));
  write("db/000009.sst.new", "half a table");
  const std::string names = run("ls db").output;
  const Ended damaged = run("kvcli inspect db");
  EXPECT_EQ(damaged.code, 1);
  EXPECT_THAT(damaged.output, HasSubstr("!! it doesn't open: \"db/000001.sst\", offset "));
  EXPECT_EQ(run("ls db").output, names);
}

TEST_F(KvcliTables, TracesTheWayOfAGet) {
  make_store();
  const Ended found = run("kvcli --directory db trace k01");
  EXPECT_EQ(found.code, 0);
  EXPECT_THAT(found.output, testing::StartsWith("memtable: no\nblock at 0: read from the file\n"));
  EXPECT_THAT(found.output, EndsWith("found\n"));
  const Ended missing = run("kvcli --directory db trace zzz");
  EXPECT_EQ(missing.code, 0);
  EXPECT_THAT(missing.output, EndsWith("table 1: out of its range\nnot found\n"));
  EXPECT_EQ(run("kvcli --directory db trace").code, 2);
}

TEST_F(KvcliTables, TracesAGetUpToTheDamageThatEndsIt) {
  make_store();
  damage({10});
  write("db/000001.sst", read("000001.sst"));
  const Ended ended = run("kvcli --directory db trace k01");
  EXPECT_EQ(ended.code, 4);
  EXPECT_EQ(ended.output, "memtable: no\n");
  EXPECT_THAT(ended.errors, testing::StartsWith("kvcli: trace: \"db/000001.sst\", offset 0: "));
}

TEST_F(KvcliTables, ScanTellsFirstHowFarItCame) {
  make_store();
  damage({10});
  write("db/000001.sst", read("000001.sst"));
  const Ended ended = run("kvcli --directory db scan");
  EXPECT_EQ(ended.code, 4);
  EXPECT_THAT(ended.errors,
              testing::StartsWith("kvcli: scan, after 0 entries: \"db/000001.sst\", offset 0: "));
}

TEST_F(KvcliTables, CompactLeavesTheMemtableOfTheLogInUse) {
  EXPECT_EQ(script("put k v\ncompact\nlevels\n", options("--write-buffer 4096")),
            (Ended{0, "no tables\n", ""}));
  EXPECT_THAT(run("kvcli help compact").output, HasSubstr("until that is full"));
}

TEST_F(KvcliTables, ShowsFiguresAndLevels) {
  make_store();
  EXPECT_THAT(run("kvcli --directory db levels").output,
              testing::MatchesRegex("level 0   1 table  .*B  \\[#\\]\n"));
  EXPECT_THAT(run("kvcli --directory db --output json levels").output,
              testing::StartsWith("{\"level\":0,\"files\":1,\"bytes\":"));
  EXPECT_THAT(run("kvcli --directory db stats").output, testing::ContainsRegex("\ntables +1\n"));
  EXPECT_THAT(run("kvcli --directory db --output csv stats").output,
              testing::AllOf(testing::StartsWith("name,value\r\n"), HasSubstr("\r\ntables,1\r\n")));
}

TEST_F(KvcliTables, ClearsAndCompacts) {
  make_store();
  EXPECT_EQ(run("kvcli --directory db count").output, "58\n");
  EXPECT_EQ(run("kvcli --directory db clear"), (Ended{0, "", ""}));
  EXPECT_EQ(run("kvcli --directory db count").output, "0\n");
  EXPECT_EQ(run("kvcli --directory db compact"), (Ended{0, "", ""}));
}

TEST_F(KvcliTables, SaysWhichEnginesHaveNoInnerLife) {
  for (const std::string_view command : {"stats", "levels", "trace k", "compact", "clear"}) {
    const Ended ended = run(fmt::format("kvcli --engine map {}", command));
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.errors, HasSubstr("memtable, wal, sstable and lsm do"));
  }
  EXPECT_EQ(run("kvcli --engine memtable levels").output, "no tables\n");
}

TEST_F(KvcliTables, RefusesOptionsThatCannotBeHonoured) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"--compression best", "there are none, lz4 and zstd"},
      {"--block-bytes 3", "it may be 64 to"},
      {"--filter-bits 41", "it may be 0 to 40"},
      {"--write-buffer 1", "the least is 4096"},
      {"--table-bytes -1", "--table-bytes: must be 0 or more"},
      {"--level1-bytes much", "--level1-bytes"},
      {"--block-cache many", "--block-cache"},
      {"--block-cache -1", "--block-cache: must be 0 or more"},
  };
  for (const auto& [option, remedy] : cases) {
    const Ended ended =
        run(fmt::format("kvcli --engine sstable --directory db {} put k v", option));
    EXPECT_EQ(ended.code, 2) << option;
    EXPECT_THAT(ended.errors, HasSubstr(std::string(remedy)));
  }
  EXPECT_NE(run("ls db").code, 0);  // nothing was made
}

TEST_F(KvcliTables, SalvageLeavesAStoreThatIsWholeAsItIs) {
  make_store();
  const std::string names = run("ls db").output;
  EXPECT_EQ(run("kvcli salvage db"),
            (Ended{0, "nothing to salvage: the store opens, with the state after write 60\n", ""}));
  EXPECT_EQ(run("ls db").output, names);
}

TEST_F(KvcliTables, SalvageMakesNewTablesOfWhatIsIntact) {
  make_store();
  ASSERT_EQ(
      script(fmt::format("put k01 new\ndel k02\nput k30 {}\ncompact\n", std::string(3'000, 'w')),
             options("--write-buffer 4096")),
      (Ended{0, "", ""}));
  ASSERT_EQ(run("ls db | grep sst").output, "000001.sst\n000002.sst\n");
  std::string bytes = read("db/000002.sst");
  bytes.at(10) ^= 1;
  write("db/000002.sst", bytes);
  EXPECT_EQ(run("kvcli --directory db get k02").code, 4);

  const Ended salvaged = run("kvcli salvage db");
  EXPECT_EQ(salvaged.code, 1) << salvaged;
  EXPECT_THAT(salvaged.output, testing::StartsWith("lost: db/000002.sst, bytes 0 to "));
  EXPECT_THAT(salvaged.output, HasSubstr(": a data block, of keys up to \"k56\"\n"));
  EXPECT_THAT(salvaged.output, HasSubstr("lost: writes 43..56\n"
                                         "lost: writes 60..62\n"
                                         "kept: db/000002.sst as db/000002.sst.damaged\n"
                                         "A key whose newest version is lost has an older value "
                                         "now, or one that had been erased.\n"
                                         "saved: 46 versions of keys, up to write 63; the store "
                                         "opens again\n"));
  EXPECT_EQ(read("db/000002.sst.damaged"), bytes);
  EXPECT_EQ(run("kvcli --directory db get k02").output, std::string(60, 'v') + "\n");
  EXPECT_EQ(run("kvcli --directory db exists k07").code, 0);  // its erasure, write 60, is lost
  EXPECT_EQ(run("kvcli --directory db exists k43").code, 1);
  EXPECT_EQ(run("kvcli salvage db").code, 0);
}

TEST_F(KvcliTables, SalvageFindsOutWhoseTheDirectoryIs) {
  make_store();
  for (const std::string_view first : {"echo x >db/FORMAT", "rm db/FORMAT"}) {
    EXPECT_THAT(run(fmt::format("{}; kvcli salvage db", first)).output,
                HasSubstr("which engine the store belongs to"));
    EXPECT_EQ(run("cat db/FORMAT").output, "kvdb 1 sstable\n");
    EXPECT_EQ(run("kvcli --directory db count").output, "58\n");
  }
}

}  // namespace
}  // namespace kv::test
