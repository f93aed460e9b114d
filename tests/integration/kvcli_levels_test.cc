// The levels of a store as kvcli draws them, and kvcli with engine lsm: levels, figures, traces and
// compactions; and a store of engine sstable that it takes over.

#include <gmock/gmock.h>

#include "apps/kvcli/level_drawing.h"
#include "tests/integration/kvcli_run.h"

namespace kv::test {
namespace {

using cli::bytes_text;
using cli::level_drawing;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Level = Maintenance::Level;

TEST(LevelDrawing, BytesHaveThreeDigitsAndAUnit) {
  const std::pair<std::uint64_t, std::string_view> cases[] = {
      {0, "0 B"},
      {999, "999 B"},
      {1000, "0.98 KiB"},
      {1024, "1.00 KiB"},
      {10'235, "10.0 KiB"},
      {102'349, "100 KiB"},
      {1'023'000, "999 KiB"},
      {1'024'000, "0.98 MiB"},
      {std::uint64_t{5} << 30, "5.00 GiB"},
      {~std::uint64_t{0}, "16384 PiB"},
  };
  for (const auto& [bytes, text] : cases) EXPECT_EQ(bytes_text(bytes), text);
}

TEST(LevelDrawing, LevelZeroHasABoxForEachTableAndTheOthersABarOnOneScale) {
  const Level levels[] = {{0, 3, 3 << 10}, {1, 9, 10 << 10}, {2, 81, 40 << 10}};
  EXPECT_EQ(level_drawing(levels, 71),
            "level 0    3 tables  3.00 KiB  [#][#][#]\n"
            "level 1    9 tables  10.0 KiB  ##########\n"
            "level 2   81 tables  40.0 KiB  ########################################\n"
            "in all    93 tables  53.0 KiB\n");
}

TEST(LevelDrawing, TheLeastOfALevelIsSeen) {
  const Level levels[] = {{0, 1, 50}, {1, 1, 1}, {2, 1, 900'000}};
  EXPECT_THAT(level_drawing(levels, 72), HasSubstr("level 1    1 table      1 B  #\n"));
}

TEST(LevelDrawing, ALevelBetweenOthersIsShownWithoutTablesToo) {
  const Level levels[] = {{0, 1, 10}, {2, 1, 10}};
  EXPECT_THAT(level_drawing(levels, 72), HasSubstr("\nlevel 1   0 tables   0 B\nlevel 2   "));
}

TEST(LevelDrawing, BoxesThatDoNotFitAreCounted) {
  const Level levels[] = {{0, 12, 1200}};
  EXPECT_THAT(level_drawing(levels, 80),
              StartsWith("level 0   12 tables  1.17 KiB  " + std::string("[#][#][#][#][#][#]") +
                         "[#][#][#][#][#][#]\n"));
  EXPECT_THAT(level_drawing(levels, 60),
              StartsWith("level 0   12 tables  1.17 KiB  [#][#][#][#][#][#] + 6 more\n"));
}

TEST(LevelDrawing, NoLineIsWiderThanTheTerminal) {
  for (std::uint64_t tables = 1; tables <= 300; ++tables) {
    const Level levels[] = {{0, tables, tables * 1000}, {1, 7, 123'456}, {6, 999, 7'654'321}};
    for (std::size_t width = 50; width <= 120; width += 7) {
      std::string drawing = level_drawing(levels, width);
      for (std::size_t end = drawing.find('\n'); end != drawing.npos; end = drawing.find('\n')) {
        ASSERT_LE(end, width) << drawing;
        drawing.erase(0, end + 1);
      }
    }
  }
  EXPECT_EQ(level_drawing({}, 80), "no tables\n");
}

class KvcliLevels : public Kvcli {
 protected:
  // With so little room in level 1 there are several levels.
  static constexpr std::string_view several = "--level1-bytes 8192";

  // Two rounds over the same keys, in an order that makes tables overlap; `gone` is erased between
  // them, k0007 at last.
  void make_store(std::string_view engine, std::string_view more = several) {
    std::string lines = "put gone away\n";
    for (int round = 1; round <= 2; ++round) {
      for (int i = 0; i < 1'000; ++i) {
        lines += fmt::format("put k{:04} {}/{}\n", i * 7 % 1'000, round, std::string(40, 'v'));
      }
      lines += "del gone\n";
    }
    const Ended made = script(lines + "del k0007\ncompact\n", options(engine, more));
    ASSERT_EQ(made, (Ended{0, "", ""}));
  }

  static std::string options(std::string_view engine, std::string_view more) {
    return fmt::format(
        "--engine {} --directory db --write-buffer 8192 --table-bytes 4096 --compression none {}",
        engine, more);
  }
};

TEST_F(KvcliLevels, DrawsThemAndGivesThemAsData) {
  make_store("lsm");
  const Ended drawn = run("kvcli --directory db levels");
  EXPECT_EQ(drawn.code, 0);
  EXPECT_THAT(drawn.output,
              testing::ContainsRegex("level [1-6]  +[0-9]+ tables?  +[0-9.]+ KiB  #+\n"));
  EXPECT_THAT(run("kvcli --directory db levels --output csv").output,
              testing::ContainsRegex("^level,files,bytes\r\n[1-6],[0-9]+,[0-9]+\r\n"));
}

TEST_F(KvcliLevels, FiguresThatAreNotWholeHaveTwoDecimals) {
  std::string lines;
  for (int i = 0; i < 1'000; ++i) {
    lines += fmt::format("put k{:04} {:0100}\n", i * 3 % 1'000, i);
  }
  lines += "compact\nstats\nstats --output json\nstats --output csv\n";
  const Ended ended = script(lines, options("lsm", several));
  EXPECT_EQ(ended.code, 0) << ended;
  EXPECT_THAT(ended.output,
              testing::ContainsRegex("\nwrite_amplification +[0-9]+\\.[0-9][0-9]\nwrite_out_bytes "
                                     "+[0-9]+\nwrite_outs +[0-9]+\n"));
  EXPECT_THAT(ended.output, testing::ContainsRegex(
                                "\"name\":\"write_amplification\",\"value\":[0-9]+\\.[0-9][0-9]}"));
  EXPECT_THAT(ended.output,
              testing::ContainsRegex("\r\nwrite_amplification,[0-9]+\\.[0-9][0-9]\r"));
  EXPECT_THAT(ended.output, HasSubstr("\nsequence                             1000\n"));
}

TEST_F(KvcliLevels, TracesTheWayThroughThem) {
  make_store("lsm");
  const Ended traced = run("kvcli --directory db trace k0100");
  EXPECT_THAT(traced.output, testing::ContainsRegex("level [1-6]: the one to ask is table [0-9]+\n"
                                                    "block at [0-9]+: read from the file\n"
                                                    "table [0-9]+: block at [0-9]+ has it: "));
  for (const std::string_view absent : {"a", "zzz"}) {
    const std::string way = run(fmt::format("kvcli --directory db trace {}", absent)).output;
    EXPECT_THAT(way, testing::ContainsRegex("level [1-6]: no table spans it\nnot found\n"));
    EXPECT_THAT(way, testing::Not(HasSubstr("out of its range")));
  }
}

TEST_F(KvcliLevels, CompactTakesARange) {
  make_store("lsm");
  for (const std::string_view range : {"k0 k0100", "k0", "--prefix k01", "", "\"\" k1"}) {
    EXPECT_EQ(run(fmt::format("kvcli --directory db compact {}", range)), (Ended{0, "", ""}));
  }
  const Ended both = run("kvcli --directory db compact --prefix k01 k1");
  EXPECT_EQ(both.code, 2);
  EXPECT_THAT(both.errors, HasSubstr("give either START and END, or --prefix"));
  EXPECT_EQ(run("kvcli --directory db compact a b c").code, 2);
  EXPECT_EQ(run("kvcli --directory db count").output, "999\n");
}

TEST_F(KvcliLevels, CompactLeavesOneLevelWithoutWhatNobodySees) {
  make_store("lsm", "--level1-bytes 1000000");
  const Ended ended = run(R"(kvcli --directory db levels --output csv | grep -c '^[0-9]')");
  EXPECT_EQ(ended.output, "1\n");
  EXPECT_THAT(run("kvcli inspect db/*.sst --changes 100000").output, Not(HasSubstr("gone")));
}

TEST_F(KvcliLevels, TheEngineTakesOverAStoreOfEngineSstable) {
  make_store("sstable");
  const std::string before = run("kvcli --directory db scan").output;
  EXPECT_THAT(run("kvcli inspect db --limit 1").output,
              StartsWith("db: a store of engine sstable"));
  EXPECT_EQ(run("kvcli --engine lsm --directory db get k0007").code, 1);
  EXPECT_THAT(run("kvcli inspect db --limit 1").output, StartsWith("db: a store of engine lsm"));
  EXPECT_EQ(run("kvcli --directory db scan"), (Ended{0, before, ""}));
  EXPECT_EQ(run("kvcli --directory db put k0007 again && kvcli --directory db get k0007"),
            (Ended{0, "again\n", ""}));
}

TEST_F(KvcliLevels, WhatItTookOverIsNoStoreOfEngineSstableAnyMore) {
  make_store("sstable");
  ASSERT_EQ(run("kvcli --engine lsm --directory db put k v"), (Ended{0, "", ""}));
  const std::string names = run("ls db").output;
  const Ended refused = run("kvcli --engine sstable --directory db get k");
  EXPECT_EQ(refused.code, 2);
  EXPECT_EQ(refused.output, "");
  EXPECT_THAT(refused.errors, HasSubstr("was made by engine lsm; open it with that one"));
  EXPECT_EQ(run("ls db").output, names);
  EXPECT_EQ(run("kvcli --directory db get k"), (Ended{0, "v\n", ""}));
  EXPECT_EQ(run("kvcli --engine wal --directory db get k").code, 2);
}

TEST_F(KvcliLevels, RefusesSizesThatCannotBeHonoured) {
  for (const auto& [option, why] :
       {std::pair{"--table-bytes 1023", "table_bytes is 1023; it may be 1024 to 1073741824"},
        std::pair{"--level1-bytes 0", "level1_bytes is 0; the least is 1024"}}) {
    const Ended ended = run(fmt::format("kvcli --engine lsm --directory db {} put k v", option));
    EXPECT_EQ(ended.code, 2) << option;
    EXPECT_THAT(ended.errors, HasSubstr(why));
  }
  EXPECT_NE(run("ls db").code, 0);  // nothing was made
}

}  // namespace
}  // namespace kv::test
