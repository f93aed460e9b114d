// Task 6.3: a manifest that is begun, written on, closed, replaced and read.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "base/random.h"
#include "tests/06-compaction/told_manifest.h"

namespace kv::test {
namespace {

constexpr std::string_view told_version =
    "0: 7 [\"b\" ... \"q\"] 50-59, 6 [\"a\" ... \"k\"] 40-49 | 1: 2 [\"a\" ... \"h\"] 1-1, "
    "3 [\"k\" ... \"r\"] 1-1 | next log 4, put away 59, known from 2, next table 9";

class Manifests : public testing::Test {
 protected:
  ToldManifest manifest;
};

TEST_F(Manifests, ANewOneHoldsTheWholeVersionAsItsFirstEdit) {
  EXPECT_EQ(manifest.start(3, some_version()), "ok");
  EXPECT_EQ(manifest.file(), "manifest 3 [1: " + told(as_edit(some_version())) + "]");
}

TEST_F(Manifests, OneOfAnEmptyVersionHasAnEdit) {
  EXPECT_EQ(manifest.start(1, {}), "ok");
  EXPECT_EQ(manifest.file(), "manifest 1 [1: next log 0, put away 0, known from 0, next table 1]");
  EXPECT_EQ(manifest.after(CrashPolicy::nothing), "manifest 1: next table 1");
}

TEST_F(Manifests, EachEditHasTheNextNumber) {
  manifest.start(3, {});
  EXPECT_EQ(manifest.append(edit().next_table(3)), "ok");
  EXPECT_EQ(manifest.append(edit()), "ok");
  EXPECT_EQ(manifest.append(edit().add(0, table(2, "a", "b"))), "ok");
  const std::string file = manifest.file();
  EXPECT_TRUE(
      file.ends_with("[2: next table 3] [3: an empty edit] "
                     "[4: + 2 [\"a\" ... \"b\"] 1-1 in level 0]"))
      << file;
}

TEST_F(Manifests, TheEndRecordComesLast) {
  manifest.start(3, {});
  manifest.append(edit().next_table(3));
  EXPECT_EQ(manifest.close(), "ok");
  const std::string file = manifest.file();
  EXPECT_TRUE(file.ends_with("[2: next table 3] [3: end]")) << file;
  EXPECT_EQ(manifest.after(CrashPolicy::nothing), "manifest 3: next table 3; closed");
}

TEST_F(Manifests, OneMayBeClosedAtOnce) {
  manifest.start(3, some_version());
  EXPECT_EQ(manifest.close(), "ok");
  EXPECT_EQ(manifest.after(CrashPolicy::nothing),
            "manifest 3: " + std::string(told_version) + "; closed");
}

TEST_F(Manifests, EachCallThatReturnedIsDurable) {
  EXPECT_EQ(manifest.start(3, some_version()), "ok");
  EXPECT_EQ(manifest.after(CrashPolicy::nothing), "manifest 3: " + std::string(told_version));
  for (std::uint64_t log = 5; log < 9; ++log) {
    EXPECT_EQ(manifest.append(edit().next_log(log)), "ok");
    const std::string found = manifest.after(CrashPolicy::nothing);
    EXPECT_NE(found.find("next log " + std::to_string(log)), std::string::npos) << found;
  }
}

TEST_F(Manifests, AnEditIsOneWriteAndOneSync) {
  manifest.start(3, some_version());
  manifest.changes();
  manifest.append(edit().next_log(5));
  EXPECT_EQ(manifest.changes(), "append db/manifest, sync db/manifest");
  manifest.close();
  EXPECT_EQ(manifest.changes(), "append db/manifest, sync db/manifest");
}

TEST_F(Manifests, AWriterTellsItsNumberAndSize) {
  manifest.start(12, some_version());
  for (std::uint64_t log = 5; log < 8; ++log) {
    const std::string call = announce("number and size");
    const std::uint64_t number = manifest.writer().number();
    const auto size = manifest.files().file_size(store_manifest);
    const bool right = size && manifest.writer().bytes() == *size && number == 12;
    observe(call, std::to_string(number) + ", " + std::to_string(manifest.writer().bytes()));
    EXPECT_TRUE(right);
    manifest.append(edit().next_log(log));
  }
}

TEST_F(Manifests, ANewOneTakesThePlaceOfTheOldOne) {
  manifest.start(3, {});
  manifest.append(edit().next_table(3));
  manifest.close();
  EXPECT_EQ(manifest.start(4, some_version()), "ok");
  EXPECT_EQ(manifest.after(CrashPolicy::nothing), "manifest 4: " + std::string(told_version));
  EXPECT_EQ(manifest.append(edit().next_log(5)), "ok");
  const std::string file = manifest.file();
  EXPECT_TRUE(file.ends_with("] [2: next log 5]")) << file;
  const auto names = manifest.files().list(store_directory);
  EXPECT_TRUE(names && names->size() == 1);
}

TEST_F(Manifests, NamesAreSyncedAsToldTo) {
  int calls = 0;
  const SyncNames names = [&]() -> Status {
    ++calls;
    return manifest.files().sync_directory(store_directory);
  };
  manifest.changes();
  EXPECT_EQ(manifest.start(3, {}, names), "ok");
  const std::string with = manifest.changes();
  EXPECT_EQ(calls, 1);
  manifest.append(edit().next_log(1));
  EXPECT_EQ(calls, 1);
  manifest.changes();
  EXPECT_EQ(manifest.start(4, {}), "ok");
  EXPECT_EQ(manifest.changes(), with);
}

TEST_F(Manifests, EditsAreAppliedInOrder) {
  ManifestBytes bytes;
  bytes.add(as_edit(some_version()));
  EXPECT_EQ(read_of("of one edit", bytes), "manifest 3: " + std::string(told_version));
  bytes.add(edit().remove(0, 7).remove(0, 6));
  EXPECT_EQ(read_of("of two", bytes),
            "manifest 3: 1: 2 [\"a\" ... \"h\"] 1-1, 3 [\"k\" ... \"r\"] 1-1 | next log 4, put "
            "away 59, known from 2, next table 9");
  bytes.add(edit().add(1, table(8, "i", "j", {3, 4})).next_log(6).put_away(60).known_from(50));
  const std::string three =
      "manifest 3: 1: 2 [\"a\" ... \"h\"] 1-1, 8 [\"i\" ... \"j\"] 3-4, 3 [\"k\" ... \"r\"] 1-1 | "
      "next log 6, put away 60, known from 50, next table 9";
  EXPECT_EQ(read_of("of three", bytes), three);
  EXPECT_EQ(read_of("of three, closed", bytes.end()), three + "; closed");
}

TEST_F(Manifests, RecordsAreOfTheHeadersNumber) {
  for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 40}) {
    ManifestBytes bytes(number);
    bytes.add(edit().next_table(2)).add(edit().next_table(5));
    EXPECT_EQ(read_of("of another number", bytes),
              "manifest " + std::to_string(number) + ": next table 5");
    ToldManifest written;
    written.start(number, {});
    written.append(edit().next_log(4));
    const std::string file = written.file();
    EXPECT_TRUE(file.ends_with(" [2: next log 4]")) << file;
  }
}

TEST_F(Manifests, ADirectoryMayHaveNone) {
  const std::string call = announce("find a manifest where there is none");
  const auto found = find_manifest(manifest.files(), store_directory);
  observe(call, found && !*found ? "none" : "one, or an error");
  EXPECT_TRUE(found && !*found);
  manifest.start(3, {});
  EXPECT_EQ(manifest.after(CrashPolicy::process_death), "manifest 3: next table 1");
}

TEST_F(Manifests, EditsMayBeLarge) {
  Version version;
  for (TableNumber number = 1; number <= 2'000; ++number) {
    const std::string key = std::to_string(10'000 + number);
    version.levels[3].push_back(table(number, key, key + "x"));
  }
  version.next_table = 2'001;
  const std::string call = announce("write and read 2000 tables");
  const auto writer = start_manifest(manifest.files(), store_directory, 5, version);
  ASSERT_TRUE(ok(writer));
  const auto found = find_manifest(manifest.files(), store_directory);
  const bool same = found && *found && (*found)->version == version;
  observe(call, same ? "the same" : "not the same");
  EXPECT_TRUE(same);
}

TEST_F(Manifests, WhatIsWrittenIsRead) {
  Random random(test::seed() * 1000 + 64);
  Version model;
  std::uint64_t number = 1;
  manifest.start(number, model);
  for (int i = 0; i < 150; ++i) {
    if (random.below(20) == 0) {
      manifest.start(++number, model);
    } else {
      Edit any;
      const std::string key(1 + random.below(40), static_cast<char>('a' + random.below(26)));
      const std::size_t level = random.below(level_count);
      any.next_table(model.next_table + 1).next_log(model.next_log + random.below(2));
      any.add(level, table(model.next_table, key, key));
      for (const TableInfo& old : model.levels[level]) any.remove(level, old.number);
      const Result<Version> next = apply(model, any);
      ASSERT_TRUE(ok(next));
      EXPECT_EQ(manifest.append(any), "ok");
      model = *next;
    }
    if (i % 10 == 0) {
      EXPECT_EQ(manifest.after(CrashPolicy::nothing),
                "manifest " + std::to_string(number) + ": " + told(model));
    }
  }
}

}  // namespace
}  // namespace kv::test
