// Stores of engine lsm that are damaged in many ways, salvaged; and the power going at every step.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "base/checksum.h"
#include "base/coding.h"
#include "tests/integration/store_with_levels.h"

namespace kv::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class LevelSalvage : public testing::Test {
 protected:
  void SetUp() override {
    const Version version = version_of(whole_);
    for (std::size_t level = 0; level < level_count; ++level) {
      for (const TableInfo& info : version.levels[level]) tables_.push_back({level, info});
    }
  }

  // Damages the store and salvages it; then it opens, and there is nothing to salvage any more.
  SalvageReport salvage_after(const Damager& damage) {
    files_ = std::make_unique<SimulatedFileSystem>(whole_);
    damage(*files_);
    SalvageReport report = salvaged_levels(*files_);
    SimulatedFileSystem again = *files_;
    EXPECT_FALSE(salvaged_levels(again).changed);
    EXPECT_EQ(content_of_levels(again), content_of_levels(*files_));
    EXPECT_TRUE(was_written(content_of_levels(*files_)));
    EXPECT_EQ(bytes_of(*files_, "FORMAT"), "kvdb 1 lsm\n");
    return report;
  }

  // What is refused is left as it is.
  void expect_refusal(Code code, std::string_view why) {
    const auto names = names_in(*files_);
    SalvageReport report;
    const Status done = salvage_levels(*files_, "/db", report);
    ASSERT_TRUE(fails_with(code, done));
    EXPECT_THAT(done.error().message(), HasSubstr(std::string(why)));
    EXPECT_FALSE(report.changed);
    EXPECT_EQ(names_in(*files_), names);
  }

  struct InLevel {
    std::size_t level;
    TableInfo info;
    std::string name() const { return table_name(info.number); }
  };

  // What is said of a damaged table of which so many versions were saved.
  static auto known_of(const InLevel& table, std::uint64_t saved) {
    return AllOf(HasSubstr(fmt::format("a table of level {} is damaged, and {} of its {} versions "
                                       "of keys from ",
                                       table.level, saved, table.info.entries)),
                 HasSubstr(fmt::format("of writes {} to {}, could be saved",
                                       table.info.first_sequence, table.info.last_sequence)));
  }

  const SimulatedFileSystem whole_ = store_with_levels();
  const Content all_ = all_written();
  const std::string manifest_ = bytes_of(whole_, "manifest");
  std::vector<InLevel> tables_;
  std::unique_ptr<SimulatedFileSystem> files_ = std::make_unique<SimulatedFileSystem>(whole_);
};

TEST_F(LevelSalvage, LeavesAStoreThatIsWholeAsItIs) {
  const Version version = version_of(whole_);
  ASSERT_FALSE(version.levels[0].empty());
  ASSERT_FALSE(version.levels[1].empty());
  ASSERT_FALSE(version.levels[2].empty());
  ASSERT_EQ(content_of_levels(whole_), all_);
  const SalvageReport report = salvage_after([](SimulatedFileSystem&) {});
  EXPECT_FALSE(report.changed);
  EXPECT_EQ(report.last, static_cast<SequenceNumber>(level_writes));
  EXPECT_THAT(report.damages, IsEmpty());
  EXPECT_THAT(report.notes, IsEmpty());
  EXPECT_EQ(names_in(*files_), names_in(whole_));
}

TEST_F(LevelSalvage, MakesAManifestWhereThereIsNone) {
  const SalvageReport report = salvage_after(lose_file("manifest"));
  EXPECT_TRUE(report.changed);
  EXPECT_EQ(content_of_levels(*files_), all_);
  EXPECT_THAT(report.damages, ElementsAre(Field(&Damage::path, "/db/manifest")));
  EXPECT_THAT(report.missing, IsEmpty());
  EXPECT_THAT(report.notes, ElementsAre(HasSubstr("may have come back")));
  EXPECT_EQ(report.last, static_cast<SequenceNumber>(level_writes));
  const Version version = version_of(*files_);
  EXPECT_EQ(version.put_away, report.last);
  EXPECT_EQ(files_with(*files_, ".sst").size(), version.levels[1].size());
  EXPECT_THAT(files_with(*files_, ".log"), IsEmpty());
}

TEST_F(LevelSalvage, TheStoreGoesOnAfterwards) {
  salvage_after(lose_file("manifest"));
  const auto executor = std::make_shared<SimulatedExecutor>();
  const auto store = open_levels(*files_, executor);
  ASSERT_TRUE(ok(store));
  write_levels(**store, *executor, level_writes + 1, level_writes + 200);
  executor->run_all();
  ASSERT_TRUE(ok((*store)->close()));
  EXPECT_EQ(content_of_levels(*files_), all_written(level_writes + 200));
}

TEST_F(LevelSalvage, LosesNothingWithAnyRecordOfTheManifest) {
  const std::vector<std::size_t> records = record_offsets(manifest_);
  ASSERT_GE(records.size(), 6U);
  for (std::size_t i = 0; i + 1 < records.size(); ++i) {
    for (const std::size_t offset : {records[i], records[i] + 23}) {
      SCOPED_TRACE(fmt::format("record {} of {}, offset {}", i + 1, records.size() - 1, offset));
      const SalvageReport report =
          salvage_after(flip("manifest", static_cast<std::int64_t>(offset)));
      EXPECT_EQ(content_of_levels(*files_), all_);
      EXPECT_THAT(report.missing, IsEmpty());
      EXPECT_EQ(report.last, static_cast<SequenceNumber>(level_writes));
      if (i + 2 == records.size()) continue;  // it may be one that a crash has torn
      EXPECT_THAT(report.kept, Contains(Field(&KeptFile::copy, "/db/manifest.damaged")));
    }
  }
}

TEST_F(LevelSalvage, LosesNothingWithAnyRecordOfAManifestThatWasClosed) {
  const SimulatedFileSystem closed = store_with_levels(level_writes, Ending::closed);
  const std::vector<std::size_t> records = record_offsets(bytes_of(closed, "manifest"));
  for (std::size_t i = 0; i + 1 < records.size(); ++i) {
    SCOPED_TRACE(fmt::format("record {} of {}", i + 1, records.size() - 1));
    SimulatedFileSystem files = closed;
    flip("manifest", static_cast<std::int64_t>(records[i]))(files);
    EXPECT_EQ(salvaged_levels(files).changed, i + 2 < records.size());
    EXPECT_EQ(content_of_levels(files), all_);
  }
  SimulatedFileSystem files = closed;
  write_over(files, "manifest", bytes_of(closed, "manifest") + "more");
  EXPECT_THAT(salvaged_levels(files).damages, ElementsAre(Field(&Damage::bytes, 4)));
  EXPECT_EQ(version_of(files).levels, version_of(closed).levels);
}

TEST_F(LevelSalvage, LosesNothingWithTheManifestsEnd) {
  std::vector<std::size_t> ends = record_offsets(manifest_);
  for (const std::size_t record : record_offsets(manifest_)) ends.push_back(record + 10);
  ends.insert(ends.end(), {0, 1, manifest_layout::header_bytes - 1});
  for (const std::size_t end : ends) {
    SCOPED_TRACE(fmt::format("cut to {} of {} bytes", end, manifest_.size()));
    salvage_after(cut("manifest", end));
    EXPECT_EQ(content_of_levels(*files_), all_);
  }
}

TEST_F(LevelSalvage, KeepsTheVersionWhereOnlyTheHeaderIsDamaged) {
  for (const std::int64_t offset : {3, 9, 30, 35}) {
    SCOPED_TRACE(fmt::format("offset {}", offset));
    const SalvageReport report = salvage_after(flip("manifest", offset));
    EXPECT_TRUE(report.changed);
    EXPECT_EQ(version_of(*files_).levels, version_of(whole_).levels);
    EXPECT_EQ(content_of_levels(*files_), all_);
    EXPECT_FALSE(report.lost_versions);
  }
}

TEST_F(LevelSalvage, SaysWhichTableIsMissing) {
  for (const InLevel& lost : tables_) {
    SCOPED_TRACE(fmt::format("{} of level {}", lost.name(), lost.level));
    const SalvageReport report = salvage_after(lose_file(lost.name()));
    ASSERT_THAT(report.damages, SizeIs(1));
    EXPECT_EQ(report.damages[0].path, path_of(lost.name()));
    EXPECT_THAT(report.damages[0].what,
                HasSubstr(fmt::format("a table of level {} is missing: {} versions of keys from ",
                                      lost.level, lost.info.entries)));
    EXPECT_THAT(report.damages[0].what,
                HasSubstr(fmt::format("of writes {} to {}", lost.info.first_sequence,
                                      lost.info.last_sequence)));
    EXPECT_TRUE(report.lost_versions);
    EXPECT_EQ(files_with(*files_, ".log"), files_with(whole_, ".log"));
    EXPECT_THAT(files_with(*files_, ".sst"), SizeIs(tables_.size() - 1));
  }
}

TEST_F(LevelSalvage, TakesEveryBlockButTheDamagedOne) {
  for (const InLevel& damaged : tables_) {
    SCOPED_TRACE(fmt::format("{} of level {}", damaged.name(), damaged.level));
    const SalvageReport report = salvage_after(flip(damaged.name(), 10));
    ASSERT_THAT(report.damages, SizeIs(2));
    EXPECT_THAT(report.damages[1].what, HasSubstr("a data block, of keys up to "));
    EXPECT_TRUE(report.lost_versions);
    EXPECT_THAT(report.kept,
                ElementsAre(Field(&KeptFile::copy, path_of(damaged.name() + ".damaged"))));
    const std::uint64_t entries = entries_in(version_of(*files_));
    const std::uint64_t before = entries_in(version_of(whole_));
    EXPECT_LT(entries, before);
    EXPECT_GT(entries + 10, before);
    EXPECT_THAT(report.damages[0].what,
                known_of(damaged, damaged.info.entries - (before - entries)));
  }
}

TEST_F(LevelSalvage, LosesNothingWithATablesFooter) {
  for (const InLevel& damaged : tables_) {
    SCOPED_TRACE(fmt::format("{} of level {}", damaged.name(), damaged.level));
    const SalvageReport report = salvage_after(flip(damaged.name(), -3));
    EXPECT_TRUE(report.changed);
    EXPECT_FALSE(report.lost_versions);
    EXPECT_EQ(content_of_levels(*files_), all_);
  }
}

TEST_F(LevelSalvage, SavesTablesAndManifestTogether) {
  const SalvageReport report =
      salvage_after(all_of({lose_file("manifest"), flip(tables_.back().name(), 10)}));
  EXPECT_TRUE(report.lost_versions);
  EXPECT_THAT(report.damages, SizeIs(3));
  EXPECT_THAT(report.damages[1].what, HasSubstr(" versions of keys could be saved"));
  EXPECT_THAT(report.kept, SizeIs(1));
}

TEST_F(LevelSalvage, PutsWhatIsLeftOfTheLogsIntoATable) {
  const std::vector<std::string> logs = files_with(whole_, ".log");
  ASSERT_FALSE(logs.empty());
  for (const bool manifest_is_lost : {false, true}) {
    const SalvageReport report = salvage_after([&](SimulatedFileSystem& files) {
      flip(logs.front(), 300)(files);
      if (manifest_is_lost) lose_file("manifest")(files);
    });
    ASSERT_THAT(report.missing, SizeIs(1));
    EXPECT_EQ(report.missing[0].first, report.missing[0].last);
    EXPECT_THAT(report.kept, Contains(Field(&KeptFile::path, path_of(logs.front()))));
    EXPECT_THAT(files_with(*files_, ".log"), IsEmpty());
    EXPECT_EQ(report.last, static_cast<SequenceNumber>(level_writes));
  }
}

TEST_F(LevelSalvage, RefusesATableThatIsNotTheNamedOne) {
  for (const InLevel& table : {tables_.front(), tables_.back()}) {
    files_ = std::make_unique<SimulatedFileSystem>(whole_);
    write_over(*files_, table.name(), foreign(table.info));
    expect_refusal(Code::corruption, "is another table than \"/db/manifest\" names: move away");
  }
}

TEST_F(LevelSalvage, RefusesTablesThatContradictEachOther) {
  lose_file("manifest")(*files_);
  write_over(*files_, tables_.back().name(), foreign(tables_.back().info));
  expect_refusal(Code::corruption, "tell of different writes with number ");
}

TEST_F(LevelSalvage, SeesThatAManifestIsAnotherStores) {
  const SalvageReport report = salvage_after([](SimulatedFileSystem& files) {
    Version other{.next_log = 1000, .put_away = 3, .next_table = 2000};
    files.unlink(path_of("manifest")).value();
    ASSERT_TRUE(ok(start_manifest(files, "/db", 7, other)));
  });
  EXPECT_EQ(content_of_levels(*files_), all_);
  EXPECT_THAT(report.missing, IsEmpty());
}

TEST_F(LevelSalvage, BelievesNothingOfATableUnderAnotherName) {
  const std::string other = bytes_of(whole_, tables_[0].name());
  const SalvageReport report = salvage_after(
      [&](SimulatedFileSystem& files) { write_over(files, tables_[1].name(), other); });
  EXPECT_THAT(report.damages, ElementsAre(Field(&Damage::what, known_of(tables_[1], 0)),
                                          Field(&Damage::what, HasSubstr("this is table "))));
}

TEST_F(LevelSalvage, RefusesANewerManifest) {
  std::string bytes = manifest_;
  bytes[8] = 2;
  std::string sum;
  append_fixed64(sum, checksum(std::string_view(bytes).substr(0, 32)));
  bytes.replace(32, 8, sum);
  for (const bool has_format : {true, false}) {
    files_ = std::make_unique<SimulatedFileSystem>(whole_);
    write_over(*files_, "manifest", bytes);
    if (!has_format) lose_file("FORMAT")(*files_);
    expect_refusal(Code::invalid_argument, "has format version 2, and this program reads 1");
  }
}

// A table that a compaction has merged since, and which was removed.
std::pair<std::string, std::string> merged_table(const SimulatedFileSystem& now) {
  for (int writes = 100; writes < level_writes; writes += 20) {
    const SimulatedFileSystem earlier = store_with_levels(writes);
    for (const std::string& name : files_with(earlier, ".sst")) {
      if (!now.exists(path_of(name)).value_or(true)) return {name, bytes_of(earlier, name)};
    }
  }
  ADD_FAILURE() << "every table is still there";
  return {};
}

TEST_F(LevelSalvage, LeavesOutWhatTheManifestHasLetGoOf) {
  const auto [name, bytes] = merged_table(whole_);
  const auto left_out = Contains(HasSubstr(name + " is left out"));
  EXPECT_THAT(salvage_after(put_beside(name, bytes)).notes, left_out);
  EXPECT_EQ(content_of_levels(*files_), all_);
  const auto end = static_cast<std::int64_t>(record_offsets(manifest_).end()[-3]);
  EXPECT_THAT(salvage_after(all_of({put_beside(name, bytes), flip("manifest", end)})).notes,
              left_out);
  EXPECT_EQ(content_of_levels(*files_), all_);
  // Nobody knows any more; each key has its newest value, or one that had been erased.
  salvage_after(all_of({put_beside(name, bytes), lose_file("manifest")}));
  Content found = content_of_levels(*files_);
  for (const auto& [key, value] : all_) EXPECT_EQ(found[key], value);
}

TEST_F(LevelSalvage, TakesAnOlderManifestForDamaged) {
  const SimulatedFileSystem earlier = store_with_levels(level_writes - 150);
  const SalvageReport report = salvage_after([&](SimulatedFileSystem& files) {
    write_over(files, "manifest", bytes_of(earlier, "manifest"));
  });
  EXPECT_TRUE(report.changed);
  EXPECT_EQ(content_of_levels(*files_), all_);
}

TEST_F(LevelSalvage, WritesFormatAnew) {
  for (const Damager& damage : {lose_file("FORMAT"), flip("FORMAT", 2)}) {
    const SalvageReport report = salvage_after(damage);
    EXPECT_TRUE(report.changed);
    EXPECT_EQ(content_of_levels(*files_), all_);
  }
}

TEST_F(LevelSalvage, IsForAStoreThatIsTakenOverHalf) {
  write_over(*files_, "FORMAT", "kvdb 1 sstable\n");
  flip(tables_.front().name(), -3)(*files_);
  EXPECT_TRUE(salvaged_levels(*files_).changed);
  EXPECT_EQ(content_of_levels(*files_), all_);
  lose_file("manifest")(*files_);
  write_over(*files_, "FORMAT", "kvdb 1 sstable\n");
  SalvageReport report;
  EXPECT_TRUE(fails_with(Code::invalid_argument, salvage_levels(*files_, "/db", report)));
}

TEST_F(LevelSalvage, LeavesANewStoreAsItIs) {
  SimulatedFileSystem files;
  ASSERT_TRUE(ok(files.create_directory("/db")));
  put_beside("FORMAT", "kvdb 1 lsm\n")(files);
  EXPECT_FALSE(salvaged_levels(files).changed);
  EXPECT_THAT(content_of_levels(files), IsEmpty());
}

TEST_F(LevelSalvage, IsTriedAgainWhenThereIsRoom) {
  for (const Damager& damage : {lose_file("manifest"), flip(tables_.back().name(), 10)}) {
    salvage_after(damage);
    const Content content = content_of_levels(*files_);
    for (std::uint64_t passing = 0;; ++passing) {
      SimulatedFileSystem files = whole_;
      damage(files);
      files.fail(Fault::disk_full, passing);
      SalvageReport report;
      if (salvage_levels(files, "/db", report)) break;
      files.clear_faults();
      salvaged_levels(files);
      EXPECT_EQ(content_of_levels(files), content) << "full after " << passing << " appends";
    }
  }
}

TEST_F(LevelSalvage, GoesOnAfterACrashAtAnyPoint) {
  const std::string log = files_with(whole_, ".log").front();
  const Damager damages[] = {
      lose_file("manifest"),
      all_of({flip("manifest", 50), flip(tables_.back().name(), 10), flip(log, 50)}),
      all_of({flip("FORMAT", 1), lose_file(tables_.front().name()), flip(tables_.back().name(), 10),
              flip(log, 50)}),
  };
  for (const Damager& damage : damages) {
    SimulatedFileSystem damaged = whole_;
    damage(damaged);
    SimulatedFileSystem whole = damaged;
    EXPECT_TRUE(salvaged_levels(whole).changed);
    const Content content = content_of_levels(whole);
    const auto salvage = [](SimulatedFileSystem& files) {
      SalvageReport report;
      static_cast<void>(salvage_levels(files, "/db", report));
    };
    const auto check = [&](SimulatedFileSystem& after) {
      salvaged_levels(after);
      EXPECT_FALSE(salvaged_levels(after).changed);
      EXPECT_EQ(content_of_levels(after), content);
      EXPECT_EQ(files_with(after, ".damaged"), files_with(whole, ".damaged"));
    };
    EXPECT_GT(crash_at_each_point(damaged, salvage, check), 8U);
  }
}

}  // namespace
}  // namespace kv::test
