// Stores with tables that are damaged in many ways, salvaged; and the power going at every step.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "base/simulated_executor.h"
#include "base/simulated_file_system.h"
#include "engines/engines.h"
#include "kv/batch.h"
#include "persistence/salvage.h"
#include "persistence/wal.h"
#include "storage/sstable.h"
#include "tests/integration/damaged_files.h"
#include "tests/integration/store_with_tables.h"
#include "tests/support/expect.h"

namespace kv::test {
namespace {

using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class TableSalvage : public testing::Test {
 protected:
  // Damages the store, salvages it, and looks whether it holds what the report says.
  SalvageReport salvage_after(const Damager& damage) {
    damage(*files_);
    SalvageReport report = salvaged(*files_);
    EXPECT_TRUE(report.changed);
    EXPECT_EQ(content_of(*files_), after_writes(report.missing));
    SimulatedFileSystem again = *files_;
    EXPECT_FALSE(salvaged(again).changed);
    return report;
  }

  const SimulatedFileSystem whole_ = whole_store();
  std::unique_ptr<SimulatedFileSystem> files_ = std::make_unique<SimulatedFileSystem>(whole_);
  const std::vector<std::string> tables_ = files_with(whole_, ".sst");
  const std::vector<std::string> logs_ = files_with(whole_, ".log");
};

TEST_F(TableSalvage, LeavesAStoreThatIsWholeAsItIs) {
  ASSERT_GE(tables_.size(), 3U);
  ASSERT_FALSE(logs_.empty());
  const auto before = names_in(*files_);
  const SalvageReport report = salvaged(*files_);
  EXPECT_FALSE(report.changed);
  EXPECT_EQ(report.last, static_cast<SequenceNumber>(writes));
  EXPECT_EQ(report.versions, static_cast<std::size_t>(writes));
  EXPECT_THAT(report.damages, IsEmpty());
  EXPECT_EQ(names_in(*files_), before);
  EXPECT_EQ(content_of(*files_), after_writes({}));
}

TEST_F(TableSalvage, TakesEveryBlockButTheDamagedOne) {
  const std::string damaged = tables_[1];
  const std::string newer = bytes_of(*files_, tables_[2]);
  const SalvageReport report = salvage_after(flip(damaged, 700));  // in the second block
  ASSERT_THAT(report.damages, SizeIs(1));
  EXPECT_EQ(report.damages[0].path, path_of(damaged));
  EXPECT_GT(report.damages[0].offset, 0U);
  EXPECT_THAT(report.damages[0].what, HasSubstr("a data block, of keys from \"key "));
  EXPECT_GT(count_of(report.missing), 0U);
  EXPECT_LT(count_of(report.missing), 10U);
  EXPECT_EQ(report.versions + count_of(report.missing), static_cast<std::size_t>(writes));
  ASSERT_THAT(report.kept, SizeIs(1));
  EXPECT_EQ(report.kept[0].copy, path_of(damaged + ".damaged"));
  EXPECT_EQ(bytes_of(*files_, tables_[2]), newer);
  EXPECT_EQ(files_with(*files_, ".log"), logs_);
}

TEST_F(TableSalvage, LosesNothingWithFooterIndexFilterOrProperties) {
  for (const std::string& table : {tables_.front(), tables_[1], tables_.back()}) {
    const TableFooter of = footer_of(*files_, table);
    for (const std::int64_t offset :
         {std::int64_t{-3}, std::int64_t{-60}, static_cast<std::int64_t>(of.filter.offset),
          static_cast<std::int64_t>(of.index.offset) + 1,
          static_cast<std::int64_t>(of.properties.offset) + 1}) {
      SCOPED_TRACE(fmt::format("{} at {}", table, offset));
      files_ = std::make_unique<SimulatedFileSystem>(whole_);
      const SalvageReport report = salvage_after(flip(table, offset));
      EXPECT_THAT(report.missing, IsEmpty());
      EXPECT_THAT(report.damages, SizeIs(1));
      EXPECT_EQ(report.versions, static_cast<std::size_t>(writes));
      EXPECT_EQ(report.last, static_cast<SequenceNumber>(writes));
    }
  }
}

TEST_F(TableSalvage, FindsTheBlocksBetweenDamagedOnesByTheIndexWithoutAFooter) {
  const std::string table = tables_[1];
  const auto filter = static_cast<std::int64_t>(footer_of(*files_, table).filter.offset);
  const SalvageReport report =
      salvage_after(all_of({flip(table, 20), flip(table, filter - 20), flip(table, -3)}));
  ASSERT_THAT(report.damages, SizeIs(3));
  EXPECT_EQ(report.damages[0].offset, 0U);
  EXPECT_THAT(report.damages[0].what, HasSubstr("a data block, of keys up to "));
  EXPECT_GT(report.damages[1].offset, report.damages[0].bytes);
  EXPECT_THAT(report.damages[1].what, HasSubstr("a data block, of keys from "));
  EXPECT_THAT(report.damages[2].what, HasSubstr("no intact footer"));
  EXPECT_GT(count_of(report.missing), 0U);
  EXPECT_LT(count_of(report.missing), 10U);
}

TEST_F(TableSalvage, FillsThePlaceOfATableThatIsMissing) {
  for (std::size_t at = 0; at + 1 < tables_.size(); ++at) {
    files_ = std::make_unique<SimulatedFileSystem>(whole_);
    const TableProperties lost = properties_of(*files_, tables_[at]);
    const SalvageReport report = salvage_after(lose_file(tables_[at]));
    EXPECT_EQ(report.missing,
              (std::vector<MissingWrites>{{lost.first_sequence, lost.last_sequence}}));
    EXPECT_THAT(report.damages, Contains(Field(&Damage::path, path_of(tables_[at]))));
    EXPECT_THAT(report.kept, IsEmpty());
    EXPECT_EQ(files_with(*files_, ".sst"), tables_);
  }
}

TEST_F(TableSalvage, GoesOnWithTheLogsWhereTheNewestTableIsMissing) {
  const TableProperties lost = properties_of(*files_, tables_.back());
  const SalvageReport report = salvage_after(lose_file(tables_.back()));
  EXPECT_EQ(report.missing,
            (std::vector<MissingWrites>{{lost.first_sequence, lost.last_sequence}}));
  EXPECT_EQ(report.last, static_cast<SequenceNumber>(writes));
}

TEST_F(TableSalvage, PutsTheNewestTableTogetherWithTheLogs) {
  const SalvageReport report =
      salvage_after(all_of({flip(tables_.back(), 700), flip(logs_.front(), 50)}));
  EXPECT_THAT(report.damages, Contains(Field(&Damage::path, path_of(tables_.back()))));
  EXPECT_THAT(report.damages, Contains(Field(&Damage::path, path_of(logs_.front()))));
  EXPECT_THAT(report.kept, SizeIs(2));
  EXPECT_EQ(report.last, static_cast<SequenceNumber>(writes));
  EXPECT_THAT(files_with(*files_, ".log"), IsEmpty());
}

TEST_F(TableSalvage, TakesFromTheLogWhatItsTableHasLost) {
  // The power went before the log was removed.
  const std::string table = tables_.back();
  const TableProperties properties = properties_of(*files_, table);
  const TableNumber number = table_number(table).value_or(0);
  const std::string name = table.substr(0, table.find('.')) + ".log";
  std::string log =
      encode_log_header({.number = number, .first = properties.first_sequence, .unsynced = 0});
  for (auto i = properties.first_sequence; i <= properties.last_sequence; ++i) {
    const int write = static_cast<int>(i);
    Batch batch;
    erases(write) ? batch.erase(key_of(write))
                  : batch.put(key_of(write), fmt::format("{}{}", i, std::string(100, '.')));
    append_record(log, number, {RecordKind::batch, i, 0, batch.encode()});
  }
  make_file(*files_, name, log + std::string(4096, '\0'));
  const SalvageReport report = salvage_after(all_zeros(table));
  EXPECT_THAT(report.missing, IsEmpty());
  EXPECT_EQ(report.versions, static_cast<std::size_t>(writes));
}

TEST_F(TableSalvage, DoesWithoutTablesOfWhichNothingIsLeft) {
  for (std::size_t at = 0; at < tables_.size(); ++at) {
    files_ = std::make_unique<SimulatedFileSystem>(whole_);
    const TableProperties lost = properties_of(*files_, tables_[at]);
    const SalvageReport report = salvage_after(all_zeros(tables_[at]));
    EXPECT_EQ(report.missing,
              (std::vector<MissingWrites>{{lost.first_sequence, lost.last_sequence}}));
    EXPECT_EQ(report.kept.at(0).path, path_of(tables_[at]));
  }
  files_ = std::make_unique<SimulatedFileSystem>(whole_);
  std::vector<Damager> every;
  for (const std::string& table : tables_) every.push_back(all_zeros(table));
  EXPECT_THAT(salvage_after(all_of(every)).missing, SizeIs(1));
}

TEST_F(TableSalvage, BelievesNothingOfATableUnderAnotherName) {
  const std::string other = bytes_of(*files_, tables_[0]);
  const TableProperties lost = properties_of(*files_, tables_[1]);
  const SalvageReport report =
      salvage_after([&](SimulatedFileSystem& files) { write_over(files, tables_[1], other); });
  EXPECT_THAT(report.damages, Contains(Field(&Damage::what, HasSubstr("this is table "))));
  EXPECT_EQ(report.missing,
            (std::vector<MissingWrites>{{lost.first_sequence, lost.last_sequence}}));
}

// A table of this name in another store, with values of so many bytes.
std::string foreign_table(const std::string& name, std::size_t value_bytes) {
  SimulatedFileSystem files;
  const auto executor = std::make_shared<SimulatedExecutor>();
  const auto store = open_in(files, executor);
  EXPECT_TRUE(ok(store));
  for (int i = 1; store && i <= 400; ++i) {
    EXPECT_TRUE(ok((*store)->put("k", std::string(value_bytes, 'v'))));
    executor->run_all();
  }
  EXPECT_THAT(files_with(files, ".sst"), Contains(name));
  return bytes_of(files, name);
}

TEST_F(TableSalvage, RefusesATableThatDoesNotBelongBeforeItChangesOne) {
  // Of another store, which holds more writes, or fewer; behind one that is damaged.
  for (const std::size_t at : {0, 2}) {
    for (const std::size_t value_bytes : {50, 200}) {
      SCOPED_TRACE(fmt::format("table {}, {} bytes", tables_[at], value_bytes));
      files_ = std::make_unique<SimulatedFileSystem>(whole_);
      if (at > 0) flip(tables_.front(), 20)(*files_);
      write_over(*files_, tables_[at], foreign_table(tables_[at], value_bytes));
      const auto before = names_in(*files_);
      const std::string first = bytes_of(*files_, tables_.front());
      SalvageReport report;
      const Status done = salvage_tables(*files_, "/db", report);
      ASSERT_TRUE(fails_with(Code::corruption, done));
      EXPECT_THAT(done.error().message(), HasSubstr("does not belong here; move it away"));
      EXPECT_FALSE(report.changed);
      EXPECT_EQ(names_in(*files_), before);
      EXPECT_EQ(bytes_of(*files_, tables_.front()), first);
    }
  }
}

TEST_F(TableSalvage, RefusesATableThatTellsOfADamagedOnesWrites) {
  flip(tables_[1], 20)(*files_);
  write_over(*files_, tables_[2], foreign_table(tables_[2], 120));
  ASSERT_GT(properties_of(*files_, tables_[2]).first_sequence,
            properties_of(*files_, tables_[1]).first_sequence);
  ASSERT_LE(properties_of(*files_, tables_[2]).first_sequence,
            properties_of(*files_, tables_[1]).last_sequence);
  SalvageReport report;
  EXPECT_TRUE(fails_with(Code::corruption, salvage_tables(*files_, "/db", report)));
  EXPECT_FALSE(report.changed);
}

TEST_F(TableSalvage, ReportsWhatItHadRepairedBeforeAnError) {
  all_of({flip(tables_[0], 20), flip(tables_[1], 20)})(*files_);
  SimulatedFileSystem whole = *files_;
  const SalvageReport all = salvaged(whole);
  bool told = false;  // some losses by the first, the others by the second
  for (std::uint64_t passing = 0;; ++passing) {
    SimulatedFileSystem files = *files_;
    files.fail(Fault::disk_full, passing);
    SalvageReport first;
    if (salvage_tables(files, "/db", first)) break;
    files.clear_faults();
    const SalvageReport second = salvaged(files);
    std::vector<MissingWrites> missing = first.missing;
    missing.insert(missing.end(), second.missing.begin(), second.missing.end());
    EXPECT_EQ(missing, all.missing) << "the disk is full after " << passing << " appends";
    told = told || (!first.missing.empty() && !second.missing.empty());
  }
  EXPECT_TRUE(told);
}

TEST_F(TableSalvage, WritesFormatAnew) {
  for (const Damager& damage : {lose_file("FORMAT"), flip("FORMAT", 2)}) {
    files_ = std::make_unique<SimulatedFileSystem>(whole_);
    EXPECT_THAT(salvage_after(damage).missing, IsEmpty());
    EXPECT_EQ(engine_to_salvage(*files_, "/db").value_or(""), "sstable");
  }
}

TEST_F(TableSalvage, IsForEngineSstableAlone) {
  const auto store = open_in(*files_, std::make_shared<SimulatedExecutor>());
  SalvageReport report;
  EXPECT_TRUE(fails_with(Code::unavailable, salvage_tables(*files_, "/db", report)));
  ASSERT_TRUE(ok((*store)->close()));
  const auto memtable = make_memtable();
  EXPECT_TRUE(fails_with(Code::invalid_argument, salvage(*files_, "/db", *memtable, report)));
  write_over(*files_, "FORMAT", "kvdb 1 wal\n");
  EXPECT_TRUE(fails_with(Code::invalid_argument, salvage_tables(*files_, "/db", report)));
}

TEST_F(TableSalvage, GoesOnAfterACrashAtAnyPoint) {
  const std::vector<Damager> damages = {
      all_of({lose_file(tables_[0]), flip(tables_.back(), 700)}),
      all_of({flip("FORMAT", 1), all_zeros(tables_[1]), flip(tables_.back(), -3),
              flip(logs_.front(), 50)}),
      all_of({flip(tables_[0], 20), flip(tables_[1], -60)}),
  };
  for (std::size_t i = 0; i < damages.size(); ++i) {
    SCOPED_TRACE(fmt::format("damage {}", i));
    SimulatedFileSystem damaged = whole_store();
    damages[i](damaged);
    SimulatedFileSystem whole = damaged;
    EXPECT_TRUE(salvaged(whole).changed);
    const Content content = content_of(whole);
    const auto salvage = [](SimulatedFileSystem& files) {
      SalvageReport report;
      static_cast<void>(salvage_tables(files, "/db", report));
    };
    const auto check = [&](SimulatedFileSystem& after) {
      salvaged(after);
      EXPECT_EQ(content_of(after), content);
      EXPECT_EQ(files_with(after, ".damaged"), files_with(whole, ".damaged"));
    };
    EXPECT_GT(crash_at_each_point(damaged, salvage, check), 4U);
  }
}

}  // namespace
}  // namespace kv::test
