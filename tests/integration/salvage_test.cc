// Stores that are damaged in many ways, salvaged; and the power going at every step of it.

#include "persistence/salvage.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/simulated_executor.h"
#include "base/simulated_file_system.h"
#include "engines/engines.h"
#include "tests/integration/damaged_files.h"
#include "tests/support/expect.h"

namespace kv::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
Result<std::unique_ptr<Store>> open_in(SimulatedFileSystem& files,
                                       std::shared_ptr<SimulatedExecutor> executor) {
  return open_wal({.directory = "/db", .durability = Durability::sync, .write_buffer_bytes = 4096},
                  {&files, std::move(executor), [](std::string_view) {}});
}

// Writes 1 to 80, on 20 keys: a checkpoint of the first logs, and several logs behind it. Nobody
// has closed the store.
SimulatedFileSystem damaged_by(const Damager& damage) {
  SimulatedFileSystem files;
  const auto executor = std::make_shared<SimulatedExecutor>();
  const auto store = open_in(files, executor);
  EXPECT_TRUE(ok(store));
  for (int i = 1; i <= 80; ++i) {
    const std::string value = fmt::format("{}{}", i, std::string(150, '.'));
    EXPECT_TRUE(ok((*store)->put(fmt::format("key {:02}", i % 20), value)));
    if (i == 40) executor->run_all();
  }
  SimulatedFileSystem left = files;
  damage(left);
  return left;
}

Damager lose_bytes(std::string name, std::size_t offset, std::size_t count) {
  return [=](SimulatedFileSystem& files) {
    std::string bytes = bytes_of(files, name);
    count == std::string::npos ? bytes.replace(offset, count, bytes.size() - offset, '\0')
                               : bytes.replace(offset, count, count, '\0');
    write_over(files, name, bytes);
  };
}

SalvageReport salvaged(SimulatedFileSystem& files) {
  const auto memtable = make_memtable();
  SalvageReport report;
  EXPECT_TRUE(ok(salvage(files, "/db", *memtable, report)));
  return report;
}

// What the store holds: it must open.
Content content_of(SimulatedFileSystem files) {
  return content_in(open_in(files, std::make_shared<SimulatedExecutor>()));
}

Content after_write(int last) {
  Content content;
  for (int i = 1; i <= last; ++i) content[fmt::format("key {:02}", i % 20)] = std::to_string(i);
  return content;
}

const Damager no_damage = [](SimulatedFileSystem&) {};

TEST(Salvage, LeavesAStoreThatOpensAsItIs) {
  SimulatedFileSystem files = damaged_by(no_damage);
  const auto before = names_in(files);
  const SalvageReport report = salvaged(files);
  EXPECT_FALSE(report.changed);
  EXPECT_EQ(report.last, 80U);
  EXPECT_THAT(report.damages, IsEmpty());
  EXPECT_EQ(names_in(files), before);
  EXPECT_EQ(content_of(files), after_write(80));
}

TEST(Salvage, LeavesATornTailToWhoeverOpensTheStore) {
  const std::string last = files_with(damaged_by(no_damage), ".log").back();
  SimulatedFileSystem files = damaged_by([&](SimulatedFileSystem& of) {
    std::string bytes = bytes_of(of, last);
    bytes.at(bytes.find_last_not_of('\0')) ^= 1;
    write_over(of, last, bytes);
  });
  const SalvageReport report = salvaged(files);
  EXPECT_FALSE(report.changed);
  EXPECT_EQ(report.last, 79U);
  ASSERT_THAT(report.damages, SizeIs(1));
  EXPECT_EQ(report.damages[0].path, path_of(last));
}

TEST(Salvage, TakesEveryRecordBehindADamagedOne) {
  const std::string log = files_with(damaged_by(no_damage), ".log").front();
  SimulatedFileSystem files = damaged_by(flip(log, 100));
  const std::string damaged = bytes_of(files, log);
  const SalvageReport report = salvaged(files);
  EXPECT_TRUE(report.changed);
  EXPECT_EQ(report.last, 80U);
  ASSERT_THAT(report.damages, SizeIs(1));
  EXPECT_EQ(report.damages[0].path, path_of(log));
  EXPECT_EQ(report.damages[0].offset, 40U);
  ASSERT_THAT(report.missing, SizeIs(1));
  EXPECT_EQ(report.missing[0].first, report.missing[0].last);
  ASSERT_THAT(report.kept, SizeIs(1));
  EXPECT_EQ(report.kept[0].copy, path_of(log + ".damaged"));
  EXPECT_EQ(bytes_of(files, log + ".damaged"), damaged);
  EXPECT_EQ(content_of(files), after_write(80));  // the key was written again later
  EXPECT_THAT(files_with(files, ".log"), IsEmpty());
}

TEST(Salvage, TellsWhichWritesALostLogHeld) {
  const std::string log = files_with(damaged_by(no_damage), ".log").front();
  SimulatedFileSystem files = damaged_by(lose_file(log));
  const SalvageReport report = salvaged(files);
  EXPECT_TRUE(report.changed);
  ASSERT_THAT(report.missing, SizeIs(1));
  EXPECT_GT(report.missing[0].last, report.missing[0].first);
  EXPECT_THAT(report.kept, IsEmpty());
}

TEST(Salvage, KeepsALogWhoseFirstSectorsReadAsZeros) {
  const std::string log = files_with(damaged_by(no_damage), ".log").front();
  SimulatedFileSystem files = damaged_by(lose_bytes(log, 0, 1024));
  const SalvageReport report = salvaged(files);
  EXPECT_TRUE(report.changed);
  ASSERT_THAT(report.kept, SizeIs(1));
  EXPECT_THAT(report.missing, SizeIs(1));
}

TEST(Salvage, FindsTheNumberOfACheckpointWithoutAHeader) {
  for (const Damager& damage :
       {flip("checkpoint", 3), flip("checkpoint", 16), lose_bytes("checkpoint", 0, 40)}) {
    SimulatedFileSystem files = damaged_by(damage);
    const SalvageReport report = salvaged(files);
    EXPECT_TRUE(report.changed);
    ASSERT_THAT(report.damages, SizeIs(1));
    EXPECT_EQ(report.damages[0].path, path_of("checkpoint"));
    EXPECT_THAT(report.damages[0].what, HasSubstr("the checkpoint is of write"));
    EXPECT_THAT(report.missing, IsEmpty());
    EXPECT_EQ(content_of(files), after_write(80));
    EXPECT_EQ(report.kept.at(0).copy, path_of("checkpoint.damaged"));
  }
}

TEST(Salvage, DoesWithoutACheckpointThatNothingProves) {
  SimulatedFileSystem files = damaged_by(lose_bytes("checkpoint", 0, std::string::npos));
  const SalvageReport report = salvaged(files);
  ASSERT_THAT(report.damages, SizeIs(1));
  EXPECT_THAT(report.damages[0].what, HasSubstr("nothing of the checkpoint can be trusted"));
  ASSERT_THAT(report.missing, SizeIs(1));
  EXPECT_EQ(report.missing[0].first, 1U);
  EXPECT_EQ(content_of(files), after_write(80));  // the logs have written every key once more
}

TEST(Salvage, WritesFormatAnew) {
  for (const Damager& damage : {lose_file("FORMAT"), flip("FORMAT", 2)}) {
    SimulatedFileSystem files = damaged_by(damage);
    const SalvageReport report = salvaged(files);
    EXPECT_TRUE(report.changed);
    ASSERT_THAT(report.damages, SizeIs(1));
    EXPECT_EQ(report.damages[0].path, path_of("FORMAT"));
    EXPECT_THAT(report.damages[0].what, HasSubstr("it is taken for wal"));
    EXPECT_THAT(report.missing, IsEmpty());
    EXPECT_EQ(content_of(files), after_write(80));
  }
}

TEST(Salvage, NeedsAStoreThatNobodyHasOpen) {
  const auto memtable = make_memtable();
  SalvageReport report;
  SimulatedFileSystem files;
  EXPECT_TRUE(fails_with(Code::invalid_argument, salvage(files, "/db", *memtable, report)));
  ASSERT_TRUE(ok(files.create_directory("/db")));
  EXPECT_TRUE(fails_with(Code::invalid_argument, salvage(files, "/db", *memtable, report)));
  EXPECT_THAT(names_in(files), IsEmpty());
  const auto store = open_in(files, std::make_shared<SimulatedExecutor>());
  EXPECT_TRUE(fails_with(Code::unavailable, salvage(files, "/db", *memtable, report)));
  ASSERT_TRUE(ok((*store)->close()));
  write_over(files, "FORMAT", "kvdb 1 other\n");
  EXPECT_TRUE(fails_with(Code::invalid_argument, salvage(files, "/db", *memtable, report)));
  write_over(files, "FORMAT", "kvdb 2 wal\n");
  EXPECT_TRUE(fails_with(Code::invalid_argument, salvage(files, "/db", *memtable, report)));
}

// The directory's copies of damaged files, as bytes.
std::vector<std::string> copies_in(const FileSystem& files) {
  std::vector<std::string> copies;
  for (const std::string& name : names_in(files)) {
    if (name.ends_with(".damaged")) copies.push_back(bytes_of(files, name));
  }
  return copies;
}

TEST(Salvage, GoesOnAfterACrashAtAnyPoint) {
  const std::vector<std::string> logs = files_with(damaged_by(no_damage), ".log");
  const std::vector<Damager> damages = {
      flip(logs.front(), 100),
      all_of({flip(logs.front(), 20), flip(logs.back(), 100)}),
      all_of({lose_file(logs[1]), flip("checkpoint", 200)}),
      lose_bytes("checkpoint", 0, 40),
      all_of({lose_bytes("checkpoint", 0, std::string::npos), flip(logs[1], 3)}),
      all_of({lose_file("FORMAT"), flip(logs.front(), 100)}),
      all_of({flip("FORMAT", 1), flip("checkpoint", 39)}),
  };
  for (std::size_t i = 0; i < damages.size(); ++i) {
    SCOPED_TRACE(fmt::format("damage {}", i));
    const SimulatedFileSystem damaged = damaged_by(damages[i]);
    SimulatedFileSystem whole = damaged;
    EXPECT_TRUE(salvaged(whole).changed);
    const Content content = content_of(whole);
    const auto salvage = [](SimulatedFileSystem& files) {
      const auto memtable = make_memtable();
      SalvageReport report;
      static_cast<void>(kv::salvage(files, "/db", *memtable, report));
    };
    const auto check = [&](SimulatedFileSystem& after) {
      salvaged(after);
      EXPECT_EQ(content_of(after), content);
      EXPECT_EQ(copies_in(after), copies_in(whole));
    };
    EXPECT_GT(crash_at_each_point(damaged, salvage, check), 4U);
  }
}

}  // namespace
}  // namespace kv::test
