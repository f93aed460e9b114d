// Engine `sstable` over files that fail: memtables that are written out to tables
// (persistence/table_archive.h), and what becomes of them when the store is opened again.

#include <gtest/gtest.h>

#include <string>

#include "kv/capabilities.h"
#include "tests/persistence/table_stores.h"
#include "tests/support/expect.h"
#include "tests/support/story.h"

namespace kv::test {
namespace {

class TableStores : public StoresWithTables {
 protected:
  // Writes until two memtables wait, which nobody writes out.
  void fill_up() {
    while (store.executor().waiting() == 0) write(1, false);
    const std::size_t logs = store.logs();
    while (store.logs() == logs) write(1, false);
  }

  void sync_of_names_fails(Fault fault) {
    ASSERT_TRUE(ok(store.open()));
    fill_up();
    const std::string content = store.content();
    files.fail(fault, 1);  // the table's own sync passes
    store.executor().run_all();
    ASSERT_EQ(store.warnings().size(), 1u);
    EXPECT_EQ(store.content(), content);
    // The names are in doubt: no sync after the one that failed proves anything.
    EXPECT_TRUE(fails_with(Code::io_error, put_next()));
    EXPECT_EQ(store.content(), content);
    expect_all_survives();
  }
};

TEST_F(TableStores, TablesTakeThePlaceOfFullLogs) {
  ASSERT_TRUE(ok(store.open()));
  write(50);
  EXPECT_GE(store.tables(), 5u);
  EXPECT_LE(store.logs(), 2u);
  EXPECT_FALSE(files.exists("db/checkpoint").value_or(true));
  expect_all_survives();
  EXPECT_TRUE(store.warnings().empty());
}

TEST_F(TableStores, ClosedAndOpenedItIsTheSame) {
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(ok(store.open(Durability::none)));
    write(17);
    ASSERT_TRUE(ok(store->erase("k3")));
    const std::string content = store.content();
    ASSERT_TRUE(ok(store->close()));
    ASSERT_TRUE(ok(store.open()));
    EXPECT_EQ(store.content(), content);
    EXPECT_EQ(told(store->get("k3")), "not_found");
    EXPECT_TRUE(store.warnings().empty());
  }
}

TEST_F(TableStores, LogsStayAsLongAsNobodyDoesTheWork) {
  ASSERT_TRUE(ok(store.open()));
  fill_up();
  EXPECT_EQ(store.tables(), 0u);
  expect_all_survives();
  store.executor().run_all();
  EXPECT_EQ(store.tables(), 2u);
  EXPECT_LE(store.logs(), 2u);
  expect_all_survives();
}

TEST_F(TableStores, WhatIsErasedIsNotFoundInOlderTables) {
  ASSERT_TRUE(ok(store.open()));
  ASSERT_TRUE(ok(store->put("gone", "1")));
  write(20);
  ASSERT_TRUE(ok(store->erase("gone")));
  EXPECT_EQ(told(store->get("gone")), "not_found");
  write(30);
  EXPECT_EQ(told(store->get("gone")), "not_found");
  expect_all_survives();
}

TEST_F(TableStores, WritersWaitForTheSecondMemtable) {
  ASSERT_TRUE(ok(store.open()));
  fill_up();
  ASSERT_EQ(store.tables(), 0u);
  // The executor runs what the writer waits for.
  write(1, false);
  EXPECT_GE(store.tables(), 1u);
}

TEST_F(TableStores, AFullDiskRefusesWritesAndLosesNothing) {
  ASSERT_TRUE(ok(store.open()));
  fill_up();
  const std::string content = store.content();
  files.fail(Fault::disk_full);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(fails_with(Code::no_space, store->put("k1", "lost")));
    EXPECT_EQ(store.content(), content);
  }
  EXPECT_EQ(store.tables(), 0u);
  EXPECT_EQ(store.warnings().size(), 1u);  // once, however often it fails
  expect_all_survives();

  files.clear_faults();
  write(20);
  EXPECT_GE(store.tables(), 3u);
  EXPECT_LE(store.logs(), 2u);
  EXPECT_EQ(store.warnings().size(), 1u);
  expect_all_survives();
}

TEST_F(TableStores, AWriteOutThatFailsAnywhereIsTriedAgain) {
  // At any of the table's appends, or at its sync.
  std::vector<std::pair<Fault, std::uint64_t>> faults = {{Fault::sync_fails_keeps, 0},
                                                         {Fault::sync_fails_reverts, 0}};
  for (std::uint64_t passing = 0; passing < 6; ++passing) {
    faults.emplace_back(Fault::disk_full, passing);
  }
  std::size_t failed = 0;
  for (const auto& [fault, passing] : faults) {
    SimulatedFileSystem disk;
    SimulatedStore first(disk);
    ASSERT_TRUE(ok(first.open()));
    while (first.executor().waiting() == 0) {
      ASSERT_TRUE(ok(first->put("k" + std::to_string(passing), std::string(500, 'v'))));
    }
    const std::string content = first.content();
    disk.fail(fault, passing);
    first.executor().run_all();
    failed += first.warnings().size();
    EXPECT_EQ(first.content(), content);
    disk.clear_faults();
    ASSERT_TRUE(ok(first->as<Maintenance>()->compact()));
    EXPECT_EQ(first.tables(), 1u) << passing;
    EXPECT_EQ(first.content(), content);
    EXPECT_FALSE(disk.exists("db/000001.sst.new").value_or(true));
  }
  EXPECT_GE(failed, 4u);
}

TEST_F(TableStores, AFailedSyncOfTheDirectoryLosesNothing) {
  sync_of_names_fails(Fault::sync_fails_keeps);
}

TEST_F(TableStores, NorOneWhoseEffectIsUndone) { sync_of_names_fails(Fault::sync_fails_reverts); }

TEST_F(TableStores, WhatWasNeverFinishedIsRemoved) {
  ASSERT_TRUE(ok(store.open()));
  write(20);
  const std::string content = store.content();
  ASSERT_TRUE(ok(store->close()));
  store.abandon();
  ASSERT_TRUE(ok((*files.create("db/000044.sst.new"))->append("half a table")));
  ASSERT_TRUE(ok(store.open()));
  EXPECT_FALSE(files.exists("db/000044.sst.new").value_or(true));
  EXPECT_EQ(store.content(), content);
}

TEST_F(TableStores, AMissingTableIsNamed) {
  ASSERT_TRUE(ok(store.open()));
  write(40);
  ASSERT_TRUE(ok(store->close()));
  store.abandon();
  const std::vector<std::string> names = table_names();
  ASSERT_GE(names.size(), 3u);
  ASSERT_TRUE(ok(files.unlink("db/" + names[1])));
  const Status opened = store.open();
  ASSERT_TRUE(fails_with(Code::corruption, opened));
  EXPECT_NE(opened.error().message().find(names[2]), std::string::npos) << opened.error().text();
  EXPECT_NE(opened.error().message().find("a table is missing"), std::string::npos);
  EXPECT_TRUE(fails_with(Code::corruption, store.open()));  // and the lock was let go
}

TEST_F(TableStores, ADamagedFooterIsNamedAndNothingChanges) {
  ASSERT_TRUE(ok(store.open()));
  write(20);
  ASSERT_TRUE(ok(store->close()));
  store.abandon();
  const std::string path = "db/" + table_names().front();
  std::string bytes = read_file(files, path).value();
  bytes[bytes.size() - 30] = static_cast<char>(bytes[bytes.size() - 30] ^ 1);
  ASSERT_TRUE(ok(files.unlink(path)));
  ASSERT_TRUE(ok((*files.create(path))->append(bytes)));
  ASSERT_TRUE(ok((*files.create("db/000044.sst.new"))->append("half a table")));
  const auto list = files.list("db").value();
  const Status opened = store.open();
  ASSERT_TRUE(fails_with(Code::corruption, opened));
  EXPECT_NE(opened.error().message().find(path), std::string::npos) << opened.error().text();
  EXPECT_EQ(files.list("db").value(), list);
}

TEST_F(TableStores, SnapshotsAndIteratorsOutliveWriteOuts) {
  ASSERT_TRUE(ok(store.open()));
  write(10);
  const std::string before = store.content();
  const auto snapshot = store->snapshot();
  ASSERT_TRUE(ok(snapshot));
  const auto begun = store->scan({});
  ASSERT_TRUE(ok(begun));
  const auto reverse = store->scan({.reverse = true});
  ASSERT_TRUE(ok(reverse));
  ASSERT_TRUE((*begun)->next());
  const std::string first = std::string((*begun)->key());
  const std::size_t tables = store.tables();
  write(40);
  ASSERT_TRUE(ok(store->erase("k5")));
  EXPECT_GT(store.tables(), tables + 3);

  EXPECT_NE(store.content(), before);
  const auto now = (*snapshot)->scan({});
  ASSERT_TRUE(ok(now));
  EXPECT_EQ(rest(**now), before);
  EXPECT_EQ((*begun)->key(), first);
  ASSERT_TRUE((*begun)->seek(""));
  EXPECT_TRUE(before.find(test::quoted((*begun)->value())) != std::string::npos);
  std::size_t entries = 0;
  while ((*reverse)->next()) ++entries;
  EXPECT_TRUE(ok((*reverse)->status()));
  EXPECT_EQ(entries, 10u);
}

}  // namespace
}  // namespace kv::test
