// Engine `lsm` over files that fail: tables that are merged in levels (persistence/table_levels.h,
// persistence/compactor.h), and what becomes of them when the store is opened again.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/checksum.h"
#include "base/coding.h"
#include "base/random.h"
#include "kv/capabilities.h"
#include "persistence/database_directory.h"
#include "persistence/manifest.h"
#include "tests/persistence/table_stores.h"
#include "tests/support/expect.h"
#include "tests/support/story.h"

namespace kv::test {
namespace {

class LevelStores : public StoresWithTables {
 protected:
  std::vector<Maintenance::Level> levels() { return store->as<Maintenance>()->levels().value(); }

  // What opening the store complains of.
  std::string complaint() {
    const Status opened = store.open();
    return opened ? "none"
                  : std::string(name(opened.error().code())) + ": " + opened.error().message();
  }

  void expect_corruption_naming(const std::string& what) {
    const std::string told = complaint();
    EXPECT_TRUE(told.starts_with("corruption")) << told;
    EXPECT_NE(told.find(what), std::string::npos) << told;
    EXPECT_NE(told.find("kvcli salvage"), std::string::npos) << told;
  }

  // A store with levels, closed.
  void make_and_close() {
    ASSERT_TRUE(ok(store.open()));
    ASSERT_NO_FATAL_FAILURE(write(120));
    ASSERT_TRUE(ok(store->close()));
    store.abandon();
  }
};

TEST_F(LevelStores, TablesOfLevelZeroAreMergedIntoTheLevelsBelow) {
  ASSERT_TRUE(ok(store.open()));
  write(200);
  EXPECT_GE(store.figure("compactions"), 5);
  const auto tree = levels();
  ASSERT_FALSE(tree.empty());
  EXPECT_GT(tree.back().number, 0);
  EXPECT_LT(store.tables(), 30u);
  EXPECT_EQ(table_names().size(), store.figure("tables"));
  expect_all_survives();
}

TEST_F(LevelStores, ClosedAndOpenedItIsTheSame) {
  ASSERT_TRUE(ok(store.open()));
  write(150);
  const std::string content = store.content();
  const auto sequence = store->as<Versioned>()->last_sequence();
  const auto names = table_names();
  ASSERT_TRUE(ok(store->close()));
  ASSERT_TRUE(ok(store.open()));
  EXPECT_EQ(store.content(), content);
  EXPECT_EQ(store->as<Versioned>()->last_sequence(), sequence);
  EXPECT_EQ(table_names(), names);
  write(150);
  expect_all_survives();
}

TEST_F(LevelStores, ASnapshotSeesWhatItSawThroughAllCompactions) {
  ASSERT_TRUE(ok(store.open()));
  write(60);
  ASSERT_TRUE(ok(store->erase("k7")));
  const auto snapshot = store->snapshot();
  ASSERT_TRUE(ok(snapshot));
  const std::string content = store.content();
  for (int round = 0; round < 5; ++round) {
    write(60);
    ASSERT_TRUE(ok(store->as<Maintenance>()->compact()));
    const auto all = (*snapshot)->scan({});
    ASSERT_TRUE(ok(all));
    EXPECT_EQ(rest(**all), content);
    EXPECT_TRUE(fails_with(Code::not_found, (*snapshot)->get("k7")));
  }
}

TEST_F(LevelStores, WhatIsForgottenIsNotAnswered) {
  ASSERT_TRUE(ok(store.open()));
  write(20);  // too few for a compaction
  const SequenceNumber early = 10;
  auto* const versioned = store->as<Versioned>();
  ASSERT_TRUE(ok(versioned->snapshot_at(early)));
  write(100);
  ASSERT_TRUE(ok(store->as<Maintenance>()->compact()));
  const std::string gone = "the versions of sequence number 10 are gone";
  const auto snapshot = versioned->snapshot_at(early);
  ASSERT_TRUE(fails_with(Code::invalid_argument, snapshot));
  EXPECT_NE(snapshot.error().message().find(gone), std::string::npos);
  const auto each = [](const Versioned::Change&) { return true; };
  EXPECT_TRUE(fails_with(Code::invalid_argument, versioned->changes_since(early, each)));
  ASSERT_TRUE(ok(store->close()));
  ASSERT_TRUE(ok(store.open()));
  EXPECT_TRUE(fails_with(Code::invalid_argument, store->as<Versioned>()->snapshot_at(early)));
}

TEST_F(LevelStores, FilesStayAsLongAsAReaderHasThem) {
  ASSERT_TRUE(ok(store.open()));
  write(60);
  const std::string content = store.content();
  const auto before = table_names();
  auto walk = store->scan({});
  ASSERT_TRUE(ok(walk));
  ASSERT_TRUE((*walk)->next());
  const std::string first = std::string((*walk)->key());
  write(100);
  ASSERT_TRUE(ok(store->as<Maintenance>()->compact()));
  const auto during = table_names();
  EXPECT_TRUE(std::ranges::includes(during, before));
  ASSERT_TRUE((*walk)->seek(first));
  walk->reset();
  write(60);
  ASSERT_TRUE(ok(store->as<Maintenance>()->compact()));
  const auto after = table_names();
  EXPECT_EQ(after.size(), store.figure("tables"));
}

TEST_F(LevelStores, TheFilterDropsWhatNobodyWants) {
  const auto drop = [](std::string_view key, std::string_view) { return key.ends_with('3'); };
  Options filtering = options_in_db();
  filtering.compaction_filter = drop;
  ASSERT_TRUE(ok(store.open(filtering)));
  write(100);
  write(7, true, 1);
  ASSERT_TRUE(ok(store->as<Maintenance>()->compact()));
  EXPECT_TRUE(fails_with(Code::not_found, store->get("k3")));
  EXPECT_TRUE(fails_with(Code::not_found, store->get("k13")));
  EXPECT_TRUE(ok(store->get("k4")));
}

// Levels that each hold twice as much as the one above, and tables of a few entries: all of them
// are at work all the time.
TEST_F(LevelStores, LongRunsThroughEveryLevelAreAsAMapWouldBe) {
  Options tiny = options_in_db();
  tiny.durability = Durability::wal;
  tiny.table_bytes = 1'024;
  tiny.level1_bytes = 1'024;
  tiny.level_multiplier = 2;
  ASSERT_TRUE(ok(store.open(tiny)));
  Random random(test::seed());
  Content content;
  for (int i = 0; i < 80'000; ++i) {
    const std::string key = "key" + std::to_string(random.below(400));
    if (random.below(5) == 0) {
      ASSERT_TRUE(ok(store->erase(key)));
      content.erase(key);
    } else {
      content[key] = std::string(random.below(300), static_cast<char>('a' + random.below(26)));
      ASSERT_TRUE(ok(store->put(key, content[key])));
    }
    if (random.below(4) == 0) store.executor().run_one();
    if (i % 8'000 != 0) continue;
    ASSERT_EQ(store.content(), told_content(content)) << i;
  }
  EXPECT_EQ(store.content(), told_content(content));
  const auto figures = store->as<Maintenance>()->statistics();
  ASSERT_TRUE(ok(figures));
  EXPECT_GE(figures->at("compactions_of_level_0"), 100);
  for (int level = 1; level <= 5; ++level) {
    const std::string figure = "compactions_of_level_" + std::to_string(level);
    ASSERT_TRUE(figures->contains(figure)) << figure;
    EXPECT_GE(figures->at(figure), 1'000) << figure;
  }
}

TEST_F(LevelStores, WritersAreSlowedAndThenStoppedByLevelZero) {
  ASSERT_TRUE(ok(store.open_with_compactions_apart()));
  // Write-outs run, compactions don't.
  while (store.figure("writes_stopped_by_level0") == 0) {
    ASSERT_NO_FATAL_FAILURE(write(1, false));
    store.executor().run_all();
    ASSERT_LT(store.figure("tables"), 14);
  }
  EXPECT_GT(store.pauses(), 0);
  EXPECT_EQ(store.pauses(), store.figure("writes_slowed_by_level0"));
  EXPECT_GE(store.figure("compactions"), 1);
}

TEST_F(LevelStores, AFullDiskDuringACompactionKeepsReadingAndRefusesWritesClearly) {
  ASSERT_TRUE(ok(store.open_with_compactions_apart()));
  write(60);
  const std::string before = store.content();
  files.fail(Fault::disk_full);
  store.compactions().run_all();
  ASSERT_EQ(store.warnings().size(), 1u);
  EXPECT_NE(store.warnings().front().find("a compaction failed"), std::string::npos);
  EXPECT_EQ(store.content(), before);
  Status written;
  for (int i = 0; i < 40 && written; ++i) {
    written = put_next();
    store.executor().run_all();
  }
  EXPECT_TRUE(fails_with(Code::no_space, written));
  EXPECT_TRUE(fails_with(Code::no_space, put_next()));
  const std::string content = store.content();
  expect_all_survives();
  files.clear_faults();
  ASSERT_TRUE(ok(store.open()));
  EXPECT_EQ(store.content(), content);
  write(60);
  EXPECT_GE(store.figure("compactions"), 1);
  expect_all_survives();
}

TEST_F(LevelStores, ACompactionThatFailsAnywhereHasChangedNothing) {
  for (const Fault fault :
       {Fault::disk_full, Fault::sync_fails_keeps, Fault::sync_fails_reverts, Fault::read_fails}) {
    int failed = 0;
    for (std::uint64_t passing = 0; passing < 8; ++passing) {
      SCOPED_TRACE(std::to_string(static_cast<int>(fault)) + " after " + std::to_string(passing));
      SimulatedFileSystem own;
      SimulatedStore small(own);
      ASSERT_TRUE(ok(small.open_with_compactions_apart()));
      for (int i = 0; i < 45; ++i) {
        ASSERT_TRUE(ok(small->put("k" + std::to_string(i % 13), std::string(500, 'v'))));
        small.executor().run_all();
      }
      const std::string content = small.content();
      own.fail(fault, passing);
      small.compactions().run_all();
      own.clear_faults();
      failed += static_cast<int>(small.warnings().size());
      EXPECT_EQ(small.content(), content);
      SimulatedFileSystem left = own;
      Random random(test::seed());
      left.crash(CrashPolicy::nothing, random);
      SimulatedStore survivor(left);
      ASSERT_TRUE(ok(survivor.open()));
      EXPECT_EQ(survivor.content(), content);
    }
    EXPECT_GE(failed, 3) << static_cast<int>(fault);
  }
}

TEST_F(LevelStores, SizesThatCannotBeHonouredAreRefused) {
  Options wrong[] = {options_in_db(), options_in_db(), options_in_db()};
  wrong[0].table_bytes = 1023;
  wrong[1].level1_bytes = 1023;
  wrong[2].level_multiplier = 1;
  for (const Options& options : wrong) {
    EXPECT_TRUE(fails_with(Code::invalid_argument, open_lsm(options, Environment{})));
  }
  EXPECT_FALSE(files.exists("db").value());
}

TEST_F(LevelStores, BehindAManifestThatFailedNothingMoreIsWritten) {
  ASSERT_TRUE(ok(store.open()));
  store.executor().run_all();
  while (store.executor().waiting() == 0) ASSERT_NO_FATAL_FAILURE(write(1, false));
  files.fail(Fault::sync_fails_keeps, 2);  // the table's and the directory's pass
  store.executor().run_all();
  ASSERT_EQ(store.warnings().size(), 1u);
  Status written;
  for (int i = 0; i < 40 && written; ++i) {
    written = put_next();
    store.executor().run_all();
  }
  ASSERT_FALSE(written.has_value());
  EXPECT_NE(written.error().message().find("close the store and open it again"), std::string::npos)
      << written.error().text();
  const std::string content = store.content();
  const auto names = table_names();
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(put_next().has_value());
    store.executor().run_all();
  }
  EXPECT_EQ(table_names(), names);
  EXPECT_EQ(store.content(), content);
  expect_all_survives();
  ASSERT_TRUE(ok(store.open()));
  EXPECT_EQ(store.content(), content);
  write(30);
}

TEST_F(LevelStores, WhatNoManifestNamesIsRemoved) {
  ASSERT_NO_FATAL_FAILURE(make_and_close());
  ASSERT_TRUE(ok(files.create("db/000999.sst")));
  ASSERT_TRUE(ok(files.create("db/000998.sst.new")));
  ASSERT_TRUE(ok(store.open()));
  EXPECT_FALSE(files.exists("db/000999.sst").value());
  EXPECT_FALSE(files.exists("db/000998.sst.new").value());
}

TEST_F(LevelStores, AMissingManifestIsNamed) {
  ASSERT_NO_FATAL_FAILURE(make_and_close());
  ASSERT_TRUE(ok(files.unlink("db/manifest")));
  expect_corruption_naming("no manifest");
}

TEST_F(LevelStores, AMissingTableIsNamed) {
  ASSERT_NO_FATAL_FAILURE(make_and_close());
  const std::string missing = "db/" + table_names().front();
  ASSERT_TRUE(ok(files.unlink(missing)));
  expect_corruption_naming(missing);
}

TEST_F(LevelStores, ATableThatIsAnotherIsNamed) {
  ASSERT_NO_FATAL_FAILURE(make_and_close());
  const auto names = table_names();
  ASSERT_GE(names.size(), 2u);
  ASSERT_TRUE(ok(files.rename("db/" + names[0], "db/" + names[1])));
  const std::string told = complaint();
  EXPECT_TRUE(told.starts_with("corruption")) << told;
}

TEST_F(LevelStores, ANewerManifestIsLeftToANewerProgram) {
  ASSERT_NO_FATAL_FAILURE(make_and_close());
  std::string bytes = encode_manifest_header(3);
  bytes[8] = 2;
  std::string sum;
  append_fixed64(sum, checksum(std::string_view(bytes).substr(0, 32)));
  bytes.replace(32, 8, sum);
  ASSERT_TRUE(
      ok(replace_file(files, "db/manifest", [&](AppendFile& file) { return file.append(bytes); })));
  const auto names = table_names();
  const std::string told = complaint();
  EXPECT_TRUE(told.starts_with("invalid_argument")) << told;
  EXPECT_NE(told.find("has format version 2, and this program reads 1"), std::string::npos) << told;
  EXPECT_EQ(table_names(), names);
}

}  // namespace
}  // namespace kv::test
