// Maintenance::compact of engine `lsm` (persistence/compactor.h): that it leaves the range in its
// smallest form, and comes to an end while writers go on.

#include <gtest/gtest.h>

#include <stop_token>
#include <string>

#include "kv/capabilities.h"
#include "tests/persistence/table_stores.h"
#include "tests/support/expect.h"

namespace kv::test {
namespace {

class LevelCompacts : public StoresWithTables {
 protected:
  // A value of 500 bytes: seven fill a log.
  Status put(int key) {
    return store->put("k" + std::to_string(key),
                      std::to_string(++written_) + std::string(500, 'v'));
  }

  // Writes so many values, of `keys` keys in turn. Background work runs behind each.
  void write(int values, int keys) {
    for (int i = 0; i < values; ++i) {
      ASSERT_TRUE(ok(put(i % keys)));
      store.executor().run_all();
    }
  }

  static Options options() {
    return {.directory = "db",
            .durability = Durability::sync,
            .write_buffer_bytes = 4'096,
            .compression = Compression::none};
  }

  Status compact(const Range& range = {}, const Context& context = Context::none()) {
    return store->as<Maintenance>()->compact(range, context);
  }

  std::vector<Maintenance::Level> levels() { return store->as<Maintenance>()->levels().value(); }

  // A writer in the background: at each of its turns so many values, as long as it has turns left.
  void write_on(int values, int keys) {
    store.executor().schedule([this, values, keys] {
      if (turns_left_ == 0) return;
      --turns_left_;
      for (int i = 0; i < values; ++i) EXPECT_TRUE(ok(put(written_ % keys)));
      write_on(values, keys);
    });
  }

  int turns_left_ = 0;

 private:
  int written_ = 0;
};

TEST_F(LevelCompacts, EachKeyStandsOnceAndNoTombstone) {
  ASSERT_TRUE(ok(store.open(options())));
  write(100, 40);
  for (int key = 0; key < 40; key += 2) {
    ASSERT_TRUE(ok(store->erase("k" + std::to_string(key))));
  }
  const std::string content = store.content();
  ASSERT_TRUE(ok(compact()));
  EXPECT_EQ(store.content(), content);
  ASSERT_EQ(levels().size(), 1u);
  EXPECT_LT(store.figure("table_bytes"), 20 * 700);
  expect_all_survives();
}

TEST_F(LevelCompacts, WhatIsInMemoryIsWrittenOutBefore) {
  ASSERT_TRUE(ok(store.open(options())));
  ASSERT_TRUE(ok(put(1)));
  ASSERT_TRUE(ok(put(2)));
  ASSERT_TRUE(ok(put(1)));
  const std::string content = store.content();
  ASSERT_TRUE(ok(compact()));
  EXPECT_EQ(store.figure("memtable_entries"), 0);
  ASSERT_EQ(levels().size(), 1u);
  EXPECT_EQ(levels().front().number, 1);
  EXPECT_LT(store.figure("table_bytes"), 2 * 700) << "k1 stands once";
  EXPECT_EQ(store.logs(), 1u);
  EXPECT_EQ(store.content(), content);
  expect_all_survives();
  ASSERT_TRUE(ok(put(3)));
  expect_all_survives();
}

TEST_F(LevelCompacts, WhatWasErasedLeavesNothingBehind) {
  ASSERT_TRUE(ok(store.open(options())));
  ASSERT_TRUE(ok(put(1)));
  ASSERT_TRUE(ok(compact()));
  ASSERT_TRUE(ok(store->erase("k1")));
  ASSERT_TRUE(ok(compact()));
  EXPECT_TRUE(levels().empty());
  EXPECT_EQ(store.tables(), 0u);
  EXPECT_EQ(store.content(), "nothing");
  expect_all_survives();
}

TEST_F(LevelCompacts, OfAnEmptyMemtableNoLogIsEnded) {
  ASSERT_TRUE(ok(store.open(options())));
  ASSERT_TRUE(ok(compact()));
  ASSERT_TRUE(ok(put(1)));
  ASSERT_TRUE(ok(compact()));
  const auto names = files.list("db").value();
  const auto write_outs = store.figure("write_outs");
  ASSERT_TRUE(ok(compact({.start = "x", .end = "y"})));
  EXPECT_EQ(files.list("db").value(), names);
  EXPECT_EQ(store.figure("write_outs"), write_outs);
}

TEST_F(LevelCompacts, WhatWasOnlyMovedIsWrittenAnew) {
  ASSERT_TRUE(ok(store.open(options())));
  // Each log has seven versions of one key, so the tables do not overlap.
  for (int key = 10; key < 26; ++key) {
    for (int i = 0; i < 7; ++i) ASSERT_TRUE(ok(put(key)));
    store.executor().run_all();
  }
  ASSERT_GE(store.figure("compaction_moves"), 1);
  ASSERT_EQ(store.figure("compactions"), 0);
  const std::string content = store.content();
  ASSERT_TRUE(ok(compact()));
  EXPECT_LT(store.figure("table_bytes"), 16 * 800);
  EXPECT_EQ(store.content(), content);
  expect_all_survives();
}

TEST_F(LevelCompacts, WhatASnapshotHeldGoesWithTheNextOne) {
  ASSERT_TRUE(ok(store.open(options())));
  write(40, 10);
  auto snapshot = store->snapshot();
  ASSERT_TRUE(ok(snapshot));
  write(10, 10);
  ASSERT_TRUE(ok(compact()));
  EXPECT_GT(store.figure("table_bytes"), 20 * 500) << "of each key, what the snapshot sees, too";
  snapshot->reset();
  ASSERT_TRUE(ok(compact()));
  EXPECT_LT(store.figure("table_bytes"), 10 * 700);
}

TEST_F(LevelCompacts, OtherRangesStayAsTheyAre) {
  Options small = options();
  small.table_bytes = 1'024;
  ASSERT_TRUE(ok(store.open(small)));
  for (int round = 0; round < 2; ++round) {
    for (int key = 10; key < 80; ++key) ASSERT_TRUE(ok(put(key)));
    ASSERT_TRUE(ok(compact()));
  }
  const auto before = store.figure("compaction_bytes_written");
  const auto compactions = store.figure("compactions");
  ASSERT_TRUE(ok(compact({.start = "k40", .end = "k42"})));
  EXPECT_GT(store.figure("compactions"), compactions);
  EXPECT_LE(store.figure("compaction_bytes_written") - before, 6 * 700);
}

TEST_F(LevelCompacts, EndsThoughLevel0RefillsAllTheTime) {
  ASSERT_TRUE(ok(store.open(options())));
  write(100, 40);
  turns_left_ = 300;
  write_on(7, 40);  // at each turn a table in level 0
  ASSERT_TRUE(ok(compact()));
  EXPECT_GT(turns_left_, 200);
  store.executor().run_all();
  EXPECT_EQ(turns_left_, 0);
  expect_all_survives();
}

// A job at a time, hundreds of them, while level 0 takes a table in every seven. A writer that had
// to stop for it would end the test: it is a task, and must not wait.
TEST_F(LevelCompacts, WritersNeedNotStopWhileItTakesLong) {
  Options tiny = options();
  tiny.durability = Durability::wal;
  tiny.table_bytes = 1'024;
  tiny.level1_bytes = 1'024;
  tiny.level_multiplier = 2;
  ASSERT_TRUE(ok(store.open(tiny)));
  write(400, 200);
  turns_left_ = 1'000;
  write_on(1, 200);
  const auto compactions = store.figure("compactions");
  const auto write_outs = store.figure("write_outs");
  ASSERT_TRUE(ok(compact()));
  EXPECT_GT(turns_left_, 0);
  EXPECT_GT(store.figure("compactions") - compactions, 100);
  EXPECT_GT(store.figure("write_outs") - write_outs, 12);
  turns_left_ = 0;
  store.executor().run_all();
  ASSERT_TRUE(ok(store->flush()));
  expect_all_survives();
}

TEST_F(LevelCompacts, WritesOutAlsoWhatAnEndedLogHolds) {
  ASSERT_TRUE(ok(store.open(options())));
  ASSERT_TRUE(ok(put(1)));
  std::stop_source source;
  store.executor().schedule([&] { source.request_stop(); });
  // It ends the log, and does not wait until what that holds is written out.
  const auto context = Context().with_cancellation(source.get_token());
  EXPECT_TRUE(fails_with(Code::cancelled, compact({}, context)));
  ASSERT_TRUE(ok(store->close()));
  ASSERT_TRUE(ok(store.open(options())));
  EXPECT_EQ(store.figure("memtable_entries"), 1);
  EXPECT_TRUE(ok(compact()));
  EXPECT_EQ(store.figure("memtable_entries"), 0);
  EXPECT_EQ(store.tables(), 1u);
}

TEST_F(LevelCompacts, EndsWithItsContext) {
  ASSERT_TRUE(ok(store.open(options())));
  write(60, 40);
  std::stop_source source;
  source.request_stop();
  const auto context = Context().with_cancellation(source.get_token());
  EXPECT_TRUE(fails_with(Code::cancelled, compact({}, context)));
  EXPECT_TRUE(ok(compact()));
}

TEST_F(LevelCompacts, WithoutRoomForALogWritersGoOn) {
  ASSERT_TRUE(ok(store.open(options())));
  ASSERT_TRUE(ok(put(1)));
  files.fail(Fault::disk_full);
  EXPECT_TRUE(fails_with(Code::no_space, compact()));
  EXPECT_TRUE(ok(put(2)));
  const std::string content = store.content();
  expect_all_survives();
  files.clear_faults();
  ASSERT_TRUE(ok(compact()));
  EXPECT_EQ(store.content(), content);
  EXPECT_EQ(store.figure("memtable_entries"), 0);
  expect_all_survives();
}

}  // namespace
}  // namespace kv::test
