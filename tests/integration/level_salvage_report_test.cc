// What the salvage of engine lsm says is lost.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "persistence/wal.h"
#include "tests/integration/store_with_levels.h"

namespace kv::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class LevelSalvageReport : public testing::Test {
 protected:
  // Damages the store and salvages it.
  SalvageReport salvage_after(const Damager& damage) {
    files_ = std::make_unique<SimulatedFileSystem>(whole_);
    damage(*files_);
    return salvaged_levels(*files_);
  }

  // What is said of a damaged table of which so many versions were saved.
  static auto known_of(std::size_t level, const TableInfo& table, std::uint64_t saved) {
    return AllOf(HasSubstr(fmt::format("a table of level {} is damaged, and {} of its {} versions "
                                       "of keys from ",
                                       level, saved, table.entries)),
                 HasSubstr(fmt::format("of writes {} to {}, could be saved", table.first_sequence,
                                       table.last_sequence)));
  }

  const SimulatedFileSystem whole_ = store_with_levels();
  const Version version_ = version_of(whole_);
  const std::string manifest_ = bytes_of(whole_, "manifest");
  std::unique_ptr<SimulatedFileSystem> files_;
};

TEST_F(LevelSalvageReport, SaysHowMuchOfATableThatIsCutIsSaved) {
  const std::uint64_t before = entries_in(version_);
  for (std::size_t level = 0; level < level_count; ++level) {
    for (const TableInfo& table : version_.levels[level]) {
      SCOPED_TRACE(fmt::format("{} of level {}", table_name(table.number), level));
      const SalvageReport empty = salvage_after(cut(table_name(table.number), 0));
      EXPECT_THAT(empty.damages, ElementsAre(Field(&Damage::what, known_of(level, table, 0)),
                                             Field(&Damage::what, "the file is empty")));
      EXPECT_EQ(entries_in(version_of(*files_)), before - table.entries);
      EXPECT_TRUE(empty.lost_versions);

      const SalvageReport half = salvage_after(cut(table_name(table.number), table.bytes / 2));
      const std::uint64_t lost = before - entries_in(version_of(*files_));
      EXPECT_GT(lost, 0U);
      ASSERT_THAT(half.damages, Not(IsEmpty()));
      EXPECT_THAT(half.damages[0].what, known_of(level, table, table.entries - lost));
    }
  }
}

TEST_F(LevelSalvageReport, SaysOfATableWhatADamagedManifestStillTells) {
  const TableInfo& table = version_.levels[2].back();
  const Damager no_table = cut(table_name(table.number), 0);
  const auto edit = static_cast<std::int64_t>(record_offsets(manifest_).end()[-3]);
  EXPECT_THAT(salvage_after(all_of({no_table, flip("manifest", edit)})).damages,
              Contains(Field(&Damage::what, known_of(2, table, 0))));
  const SalvageReport neither = salvage_after(all_of({no_table, lose_file("manifest")}));
  EXPECT_THAT(neither.damages,
              Contains(Field(&Damage::what, HasSubstr("0 versions of keys could be saved; how many "
                                                      "it had, nothing tells"))));
  EXPECT_TRUE(neither.lost_versions);
}

TEST_F(LevelSalvageReport, AManifestThatEndsWithItsHeaderMissesItsFirstEdit) {
  const SalvageReport report = salvage_after(cut("manifest", manifest_layout::header_bytes));
  ASSERT_THAT(report.damages, SizeIs(1));
  EXPECT_EQ(report.damages[0].what, "the first edit is missing");
  EXPECT_EQ(report.damages[0].offset, manifest_layout::header_bytes);
  EXPECT_EQ(report.damages[0].bytes, 0U);
}

TEST_F(LevelSalvageReport, AnEditOutOfItsTurnIsNamed) {
  std::string bytes = encode_manifest_header(5);
  const std::string first = encode_edit(as_edit(version_));
  append_record(bytes, 5, {RecordKind::edit, 1, 0, first});
  const std::size_t place = bytes.size();
  append_record(bytes, 5, {RecordKind::edit, 4, 0, encode_edit({.put_away = version_.put_away})});
  const SalvageReport report =
      salvage_after([&](SimulatedFileSystem& files) { write_over(files, "manifest", bytes); });
  ASSERT_THAT(report.damages, SizeIs(1));
  EXPECT_EQ(report.damages[0].what, "record 4 stands where number 2 should");
  EXPECT_EQ(report.damages[0].offset, place);
}

TEST_F(LevelSalvageReport, WithoutTheManifestsNumberItsEditsCantBeTold) {
  const SalvageReport number = salvage_after(flip("manifest", 16));
  ASSERT_THAT(number.damages, SizeIs(2));
  EXPECT_EQ(number.damages[0].what, "the header");
  EXPECT_THAT(number.damages[1].what, HasSubstr("without the header's number"));
  EXPECT_EQ(number.damages[1].offset, manifest_layout::header_bytes);
  EXPECT_THAT(salvage_after(flip("manifest", 30)).damages, SizeIs(1));  // the number is right
  const SalvageReport edit = salvage_after(flip("manifest", manifest_layout::header_bytes));
  ASSERT_THAT(edit.damages, SizeIs(1));
  EXPECT_EQ(edit.damages[0].what, "no intact edit begins here");
}

TEST_F(LevelSalvageReport, SaysThatAllWasMergedOnlyWhereItWas) {
  files_ = std::make_unique<SimulatedFileSystem>(whole_);
  lose_file("manifest")(*files_);
  files_->fail(Fault::disk_full, 0);
  SalvageReport report;
  EXPECT_FALSE(salvage_levels(*files_, "/db", report));
  EXPECT_THAT(report.damages, SizeIs(1));
  EXPECT_THAT(report.notes, IsEmpty());
}

}  // namespace
}  // namespace kv::test
