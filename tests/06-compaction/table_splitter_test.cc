// Task 6.6: a walk becomes tables.

#include "storage/table_splitter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/simulated_file_system.h"
#include "tests/05-sstable/told_table_writer.h"
#include "tests/support/told_versions.h"

namespace kv::test {
namespace {

using Listed = ListedVersions::Listed;

// The versions of `keys` keys, so many of each, with values of this size; they are of the writes
// from 1 on.
std::vector<Listed> versions_of(std::size_t keys, std::size_t of_each, std::size_t value_bytes) {
  std::vector<Listed> versions;
  for (std::size_t key = 0; key < keys; ++key) {
    for (std::size_t i = 0; i < of_each; ++i) {
      const char letter = static_cast<char>('a' + key);
      versions.push_back(
          {std::string(1, letter), (key + 1) * of_each - i, std::string(value_bytes, letter)});
    }
  }
  return versions;
}

class TableSplitting : public testing::Test {
 protected:
  // Each entry has a block of its own, which takes its bytes and few more.
  TableSplitting() { options.table = plain(1); }

  // An empty disk, on which the first file will be 12.
  void begin_anew() {
    files = std::make_unique<SimulatedFileSystem>();
    made = 0;
  }

  MakeTableFile making() {
    return [this]() -> Result<NewTableFile> {
      if (makes_fail_after == made) return failure(Code::io_error, "no file was to be made");
      const TableNumber number = 12 + made++;
      auto file = files->create(table_name(number));
      if (!file) return failure(std::move(file));
      return NewTableFile{number, *std::move(file)};
    };
  }

  Result<std::vector<TableInfo>> write(std::unique_ptr<ListedVersions> walk) {
    return write_tables(*walk, making(), options);
  }

  // `12 "a"@9 to "b"@7, 3 entries` for each table, or the error.
  std::string write(std::vector<Listed> versions, std::size_t fails_after = ~std::size_t{0}) {
    const std::string call =
        announce("write " + std::to_string(versions.size()) + " entries, a table ends at " +
                 std::to_string(options.table_bytes) + " bytes");
    auto walk = std::make_unique<ListedVersions>(std::move(versions), Direction::forward);
    walk->fail_after(fails_after);
    auto written = write(std::move(walk));
    if (!written) return saw(call, std::string(name(written.error().code())));
    infos = *std::move(written);
    std::string told = infos.empty() ? "no tables" : "";
    for (const TableInfo& info : infos) {
      told += (told.empty() ? "" : " | ") + std::to_string(info.number) + " " +
              told_key(info.smallest) + " to " + told_key(info.largest) + ", " +
              std::to_string(info.entries) + " entries";
    }
    return saw(call, told);
  }

  // The entries of the file of this number, or what is wrong with it.
  std::vector<Listed> entries_of(TableNumber number) {
    const auto bytes = read_file(*files, table_name(number));
    if (!bytes) return {{bytes.error().text(), 0, {}}};
    const DrawnTable table(*bytes);
    if (!table.broken.empty()) return {{table.broken, 0, {}}};
    std::vector<Listed> entries;
    for (const BlockEntry& entry : table.entries()) {
      const auto key = parse_internal_key(entry.key);
      if (!key) return {{key.error().text(), 0, {}}};
      Listed version{std::string(key->user_key), key->sequence, {}};
      if (key->kind == EntryKind::put) version.value = entry.value;
      entries.push_back(std::move(version));
    }
    return entries;
  }

  // The versions of each table, without their values: `a@9 a@3 b@7! | c@8`.
  std::string in_files() {
    const std::string call = announce("what the files hold");
    std::string told;
    for (TableNumber number = 12; number < 12 + made; ++number) {
      if (number > 12) told += " | ";
      std::string table;
      for (const Listed& entry : entries_of(number)) {
        table += (table.empty() ? "" : " ") + entry.user_key + "@" +
                 std::to_string(entry.sequence) + (entry.value ? "" : "!");
      }
      told += table;
    }
    return saw(call, told);
  }

  // The names in the directory.
  std::string names() {
    const std::string call = announce("the names of the files");
    std::string told;
    const auto listed = files->list("/");
    for (const std::string& each : listed ? *listed : std::vector<std::string>{"?"}) {
      told += (told.empty() ? "" : " ") + each;
    }
    return saw(call, told);
  }

  std::unique_ptr<SimulatedFileSystem> files = std::make_unique<SimulatedFileSystem>();
  SplitOptions options;
  std::vector<TableInfo> infos;  // of what was written last
  std::uint64_t made = 0;        // how many files
  std::uint64_t makes_fail_after = ~std::uint64_t{0};
};

TEST_F(TableSplitting, NothingMakesNoTableAndNoFile) {
  EXPECT_EQ(write(std::vector<Listed>{}), "no tables");
  EXPECT_EQ(names(), "");
  EXPECT_EQ(made, 0u);
}

TEST_F(TableSplitting, WhatIsSmallStandsInOneTable) {
  EXPECT_EQ(write({{"a", 9, "9"}, {"a", 3, {}}, {"b", 7, "7"}}),
            "12 \"a\"@9 to \"b\"@7, 3 entries");
  EXPECT_EQ(in_files(), "a@9 a@3! b@7");
  EXPECT_EQ(names(), "000012.sst");
}

TEST_F(TableSplitting, ATableEndsOnceItIsLargeEnough) {
  options.table_bytes = 300;
  EXPECT_EQ(write(versions_of(7, 1, 100)),
            "12 \"a\"@1 to \"c\"@3, 3 entries | 13 \"d\"@4 to \"f\"@6, 3 entries | "
            "14 \"g\"@7 to \"g\"@7, 1 entries");
  EXPECT_EQ(in_files(), "a@1 b@2 c@3 | d@4 e@5 f@6 | g@7");
}

TEST_F(TableSplitting, TheBlockThatIsBeingFilledCounts) {
  options.table = plain(1 << 20);
  options.table_bytes = 300;
  write(versions_of(7, 1, 100));
  EXPECT_EQ(in_files(), "a@1 b@2 c@3 | d@4 e@5 f@6 | g@7");
}

TEST_F(TableSplitting, NoTableIsBegunForWhatDoesNotCome) {
  options.table_bytes = 300;
  write(versions_of(6, 1, 100));
  EXPECT_EQ(names(), "000012.sst 000013.sst");
  EXPECT_EQ(in_files(), "a@1 b@2 c@3 | d@4 e@5 f@6");
}

TEST_F(TableSplitting, AnEntryThatIsTooLargeHasATableOfItsOwn) {
  options.table_bytes = 50;
  write({{"a", 3, std::string(100'000, 'v')}, {"b", 2, std::string(100, 'v')}, {"c", 1, {}}});
  EXPECT_EQ(in_files(), "a@3 | b@2 | c@1!");
}

TEST_F(TableSplitting, VersionsOfOneKeyStayTogether) {
  options.table_bytes = 100;
  write(versions_of(3, 4, 60));
  EXPECT_EQ(in_files(), "a@4 a@3 a@2 a@1 | b@8 b@7 b@6 b@5 | c@12 c@11 c@10 c@9");
}

TEST_F(TableSplitting, HoweverManyThereAre) {
  options.table_bytes = 300;
  std::vector<Listed> versions = versions_of(1, 200, 60);
  versions.push_back({"b", 500, "v"});
  EXPECT_EQ(write(versions),
            "12 \"a\"@200 to \"a\"@1, 200 entries | 13 \"b\"@500 to \"b\"@500, 1 entries");
}

TEST_F(TableSplitting, TheVersionThatFillsATableMayHaveOlderOnes) {
  // "b" reaches the size with its first version, and has two more.
  options.table_bytes = 150;
  const std::string value(80, 'v');
  write({{"a", 6, value}, {"b", 5, value}, {"b", 4, {}}, {"b", 3, value}, {"c", 2, value}});
  EXPECT_EQ(in_files(), "a@6 b@5 b@4! b@3 | c@2");
}

TEST_F(TableSplitting, KeysThatBeginAlikeArePartedAsOthers) {
  using namespace std::string_literals;
  options.table_bytes = 1;
  write({{"", 9, "9"}, {"", 8, "8"}, {"a", 7, "7"}, {"a", 6, {}}, {"aa", 5, "5"}, {"aaa", 4, {}}});
  EXPECT_EQ(in_files(), "@9 @8 | a@7 a@6! | aa@5 | aaa@4!");
}

TEST_F(TableSplitting, WhatIsToBeKnownOfATableIsSo) {
  options.table_bytes = 200;
  options.first_sequence = 3;
  options.last_sequence = 90;
  options.table.filter_bits_per_key = 10;
  write(versions_of(5, 2, 60));
  const std::string call = announce("the tables' numbers, and the files'");
  std::string told;
  for (const TableInfo& info : infos) {
    const auto bytes = files->file_size(table_name(info.number));
    ASSERT_TRUE(ok(bytes));
    EXPECT_EQ(info.bytes, *bytes);
    told += std::to_string(info.number) + ": " + std::to_string(*bytes - info.bytes) +
            " bytes off, writes " + std::to_string(info.first_sequence) + " to " +
            std::to_string(info.last_sequence) + "; ";
    const DrawnTable table(*read_file(*files, table_name(info.number)));
    ASSERT_EQ(table.broken, "");
    ASSERT_TRUE(ok(table.properties));
    EXPECT_EQ(table.footer.number, info.number);
    EXPECT_EQ(table.properties->entries, info.entries);
    EXPECT_EQ(told_key(table.properties->smallest), told_key(info.smallest));
    EXPECT_EQ(told_key(table.properties->largest), told_key(info.largest));
    EXPECT_EQ(table.properties->first_sequence, 3u);
    EXPECT_EQ(table.properties->last_sequence, 90u);
    EXPECT_GT(table.filter.bytes.size(), 8u) << "the filter was asked for";
  }
  EXPECT_EQ(saw(call, told),
            "12: 0 bytes off, writes 3 to 90; 13: 0 bytes off, writes 3 to 90; "
            "14: 0 bytes off, writes 3 to 90; ");
}

TEST_F(TableSplitting, TheTablesAreWrittenAsAsked) {
  options.table = {.block_bytes = 500, .filter_bits_per_key = 0, .compression = Compression::zstd};
  write(versions_of(20, 1, 200));
  const std::string call = announce("blocks, and how they are compressed");
  const DrawnTable table(*read_file(*files, table_name(12)));
  std::string told = std::to_string(table.data.size()) + " blocks:";
  for (const DrawnBlock& block : table.data) {
    told += " " + std::to_string(static_cast<int>(block.how));
  }
  EXPECT_EQ(saw(call, told), "7 blocks: 2 2 2 2 2 2 2");
  EXPECT_EQ(table.filter.bytes, "");
}

TEST_F(TableSplitting, EachTableIsDurableWhenTheCallReturns) {
  options.table_bytes = 300;
  write(versions_of(7, 1, 100));
  ASSERT_TRUE(ok(files->sync_directory("/")));
  const std::string call = announce("the power goes; what the files hold");
  Random random(seed());
  files->crash(CrashPolicy::nothing, random);
  step(call);
  EXPECT_EQ(in_files(), "a@1 b@2 c@3 | d@4 e@5 f@6 | g@7");
}

TEST_F(TableSplitting, EachIsSyncedBehindItsLastByte) {
  options.table_bytes = 300;
  write(versions_of(7, 1, 100));
  const std::string call = announce("the last call for each file");
  std::string told;
  for (TableNumber number = 12; number <= 14; ++number) {
    std::string last = "none";
    for (const CrashPoint& point : files->history()) {
      if (point.path.ends_with(table_name(number))) last = name(point.call);
    }
    told += std::to_string(number) + " " + last + ", ";
  }
  EXPECT_EQ(saw(call, told), "12 sync, 13 sync, 14 sync, ");
}

TEST_F(TableSplitting, AWalkThatFailsHasNotEnded) {
  options.table_bytes = 300;
  for (std::size_t steps = 0; steps <= 7; ++steps) {
    begin_anew();
    step("the walk fails after " + std::to_string(steps) + " steps");
    EXPECT_EQ(write(versions_of(7, 1, 100), steps), "io_error");
  }
}

TEST_F(TableSplitting, AFileThatCannotBeMadeEndsIt) {
  options.table_bytes = 300;
  for (const std::uint64_t passing : {0U, 1U, 2U}) {
    begin_anew();
    makes_fail_after = passing;
    step("after " + std::to_string(passing) + " files none is made");
    EXPECT_EQ(write(versions_of(7, 1, 100)), "io_error");
    EXPECT_EQ(made, passing);
  }
}

TEST_F(TableSplitting, AnyAppendThatFailsEndsIt) {
  const std::string call = announce("the disk is full after so many appends");
  options.table_bytes = 300;
  std::string told;
  bool written = false;
  for (std::uint64_t passing = 0; passing < 200 && !written; ++passing) {
    begin_anew();
    files->fail(Fault::disk_full, passing);
    auto walk = std::make_unique<ListedVersions>(versions_of(4, 1, 100), Direction::forward);
    const auto tables = write(std::move(walk));
    written = tables.has_value();
    if (!written && tables.error().code() != Code::no_space) told += tables.error().text() + " ";
    if (written) told += std::to_string(tables->size()) + " tables";
  }
  EXPECT_EQ(saw(call, told), "2 tables");
}

TEST_F(TableSplitting, AnySyncThatFailsEndsIt) {
  options.table_bytes = 300;
  for (const std::uint64_t passing : {0U, 1U, 2U}) {
    begin_anew();
    step("of the syncs " + std::to_string(passing) + " succeed");
    files->fail(Fault::sync_fails_keeps, passing);
    EXPECT_EQ(write(versions_of(7, 1, 100)), "io_error");
  }
}

TEST_F(TableSplitting, ToldToStopItGivesUp) {
  options.table_bytes = 300;
  for (std::size_t before = 0; before < 7; ++before) {
    begin_anew();
    std::size_t asked = 0;
    options.stop = [&]() -> bool { return asked++ >= before; };
    step("told to stop before entry " + std::to_string(before));
    EXPECT_EQ(write(versions_of(7, 1, 100)), "closed");
    const std::string call = announce("how many files were made");
    EXPECT_EQ(saw(call, std::to_string(made)), std::to_string((before + 2) / 3));
  }
}

TEST_F(TableSplitting, ItAsksBeforeEachEntryWhetherToStop) {
  std::size_t asked = 0;
  options.stop = [&]() -> bool { return ++asked > 1000; };
  EXPECT_EQ(write(versions_of(7, 3, 10)), "12 \"a\"@3 to \"g\"@19, 21 entries");
  EXPECT_GE(asked, 21u);
}

TEST_F(TableSplitting, WhateverTheWalkYieldsStandsInTheTablesInOrder) {
  const std::string call = announce("100 random walks, written");
  Random random(seed());
  std::string all;
  for (int round = 0; round < 100; ++round) {
    std::vector<Listed> versions;
    const std::size_t of_each = 1 + random.below(4);
    for (Listed& version : versions_of(random.below(27), of_each, 0)) {
      if (random.below(5) != 0)
        version.value = random.bytes(random.below(90));
      else
        version.value.reset();
      if (random.below(4) != 0) versions.push_back(std::move(version));
    }
    begin_anew();
    options.table = plain(1 + random.below(200));
    options.table_bytes = 1 + random.below(800);
    const auto tables = write(std::make_unique<ListedVersions>(versions, Direction::forward));
    ASSERT_TRUE(ok(tables));
    ASSERT_EQ(tables->size(), made);
    std::size_t at = 0;
    for (const TableInfo& info : *tables) {
      const std::vector<Listed> entries = entries_of(info.number);
      ASSERT_EQ(entries.size(), info.entries);
      for (const Listed& entry : entries) {
        ASSERT_LT(at, versions.size());
        ASSERT_EQ(entry.user_key, versions[at].user_key);
        ASSERT_EQ(entry.sequence, versions[at].sequence);
        ASSERT_EQ(entry.value, versions[at].value);
        ++at;
      }
      if (at < versions.size()) {
        ASSERT_NE(versions[at].user_key, entries.back().user_key);
        ASSERT_GE(info.bytes, options.table_bytes);
      }
      all += std::to_string(info.entries) + " ";
    }
    ASSERT_EQ(at, versions.size());
  }
  observe(call, test::quoted(all));
}

}  // namespace
}  // namespace kv::test
