// The checkpoint (persistence/checkpoint.h): what goes in comes out, a new one takes the place of
// the old as a whole, and nothing that is wrong with one passes for right.

#include "persistence/checkpoint.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/checksum.h"
#include "base/coding.h"
#include "base/random.h"
#include "base/simulated_file_system.h"
#include "storage/memtable.h"
#include "tests/support/expect.h"
#include "tests/support/story.h"

namespace kv {
namespace {

using test::fails_with;
using test::ok;
using namespace std::string_literals;

// What a checkpoint holds, as text: `7, next log 3: a@5=1 b@7=2`, or the code of the failure.
std::string told(const FileSystem& files, std::vector<Damage>* damages = nullptr) {
  std::string entries;
  const AddVersion add = [&entries](const InternalKey& key, std::string_view value) {
    entries += " " + std::string(key.user_key) + "@" + std::to_string(key.sequence) +
               (key.kind == EntryKind::put ? "=" : " erased") + std::string(value);
  };
  const auto header = read_checkpoint(files, "db", add, damages);
  if (!header) return std::string(name(header.error().code()));
  if (!*header) return "none";
  return std::to_string((*header)->sequence) + ", next log " + std::to_string((*header)->next_log) +
         ":" + entries;
}

// A walk that fails behind its first entry.
class FailingWalk final : public InternalIterator {
 public:
  FailingWalk() { append_internal_key(key_, {"a", 1, EntryKind::put}); }

 private:
  bool do_next() override {
    if (std::exchange(stepped_, true)) return fail(Error(Code::io_error, "the disk is broken"));
    stand_on(key_, "1");
    return true;
  }
  bool do_seek(std::string_view) override { return false; }

  std::string key_;
  bool stepped_ = false;
};

class Checkpoints : public testing::Test {
 protected:
  Checkpoints() {
    EXPECT_TRUE(ok(files_.create_directory("db")));
    EXPECT_TRUE(ok(files_.sync_directory("/")));
    table_->add(1, EntryKind::put, "a", "1");
    table_->add(2, EntryKind::put, "b", "2");
    table_->add(3, EntryKind::put, "a", "3");
    table_->add(4, EntryKind::put, "", "4");
    table_->add(5, EntryKind::tombstone, "b", "");
    table_->add(6, EntryKind::put, "c", "");
  }

  Status write(FileSystem& files, SequenceNumber sequence, LogNumber next_log = 3) {
    const auto walk = table_->iterate(Direction::forward);
    auto written = write_checkpoint(files, "db", {sequence, next_log}, *walk);
    if (!written) return failure(std::move(written));
    EXPECT_EQ(*written, files.file_size("db/checkpoint").value_or(0));
    return {};
  }

  std::string names() {
    std::string text;
    const auto listed = files_.list("db");
    for (const std::string& name : *listed) text += name + " ";
    return text;
  }

  // Puts these bytes in the checkpoint's place.
  void lay(std::string_view bytes) {
    static_cast<void>(files_.unlink("db/checkpoint"));
    const auto file = files_.create("db/checkpoint");
    ASSERT_TRUE(ok(file));
    ASSERT_TRUE(ok((*file)->append(bytes)));
  }

  SimulatedFileSystem files_;
  std::unique_ptr<Memtable> table_ = make_memtable();
};

TEST_F(Checkpoints, WithoutOneThereIsNone) { EXPECT_EQ(told(files_), "none"); }

TEST_F(Checkpoints, HoldsWhatAReaderSeesAtItsNumber) {
  for (const auto& [sequence, seen] : std::initializer_list<std::pair<SequenceNumber, const char*>>{
           {6, "6, next log 3: @4=4 a@3=3 c@6="},
           {5, "5, next log 3: @4=4 a@3=3"},
           {4, "4, next log 3: @4=4 a@3=3 b@2=2"},
           {2, "2, next log 3: a@1=1 b@2=2"},
           {0, "0, next log 3:"}}) {
    ASSERT_TRUE(ok(write(files_, sequence)));
    EXPECT_EQ(told(files_), seen);
  }
}

TEST_F(Checkpoints, StandsAsItIsDrawn) {
  ASSERT_TRUE(ok(write(files_, 5, 9)));
  std::string expected = "kvdb.chk";
  append_fixed32(expected, 1);
  append_fixed32(expected, 0);
  append_fixed64(expected, 5);
  append_fixed64(expected, 9);
  append_fixed64(expected, checksum(expected));
  std::string entries;
  for (const auto& [key, sequence, value] : {std::tuple{"", 4, "4"}, std::tuple{"a", 3, "3"}}) {
    std::string internal;
    append_internal_key(internal, {key, static_cast<SequenceNumber>(sequence), EntryKind::put});
    append_string(entries, internal);
    append_string(entries, value);
  }
  append_record(expected, 5, {RecordKind::entries, 1, 0, entries});
  append_record(expected, 5, {RecordKind::end, 3, 0, {}});
  EXPECT_EQ(read_file(files_, "db/checkpoint").value(), expected);
}

TEST_F(Checkpoints, MayHoldMuch) {
  const auto table = make_memtable();
  std::string expected = "2000, next log 3:";
  for (SequenceNumber i = 1; i <= 2'000; ++i) {
    const std::string key = std::to_string(10'000 + i);
    const std::string value(i % 500 == 0 ? 100'000 : i % 60, 'v');
    table->add(i, EntryKind::put, key, value);
    expected += " " + key + "@" + std::to_string(i) + "=" + value;
  }
  const auto walk = table->iterate(Direction::forward);
  ASSERT_TRUE(ok(write_checkpoint(files_, "db", {2'000, 3}, *walk)));
  EXPECT_TRUE(told(files_) == expected);
}

TEST_F(Checkpoints, ItsRecordsAreAsLargeAsTheHeaderSays) {
  // As many entries as fit into 32 KiB, at least one.
  const auto table = make_memtable();
  for (SequenceNumber i = 1; i <= 20; ++i) {
    table->add(i, EntryKind::put, "key" + std::to_string(100 + i),
               std::string(i == 10 ? 50'000 : 9'000, 'v'));
  }
  const auto walk = table->iterate(Direction::forward);
  ASSERT_TRUE(ok(write_checkpoint(files_, "db", {20, 3}, *walk)));
  const std::string file = read_file(files_, "db/checkpoint").value();
  std::size_t at = checkpoint_layout::header_bytes;
  std::string sizes;
  while (const auto record = record_at(file, at, 20)) {
    sizes += std::to_string(record->payload.size() / 9'000) + " ";
    at += record_bytes(record->payload.size());
  }
  EXPECT_EQ(sizes, "3 3 3 5 3 3 3 1 0 ");
}

TEST_F(Checkpoints, IsDurableWhenItIsWritten) {
  ASSERT_TRUE(ok(write(files_, 6)));
  for (const CrashPolicy policy : power_losses) {
    for (std::uint64_t i = 0; i < 20; ++i) {
      SimulatedFileSystem left = files_;
      Random random(test::seed() * 100 + i);
      left.crash(policy, random);
      EXPECT_EQ(told(left), "6, next log 3: @4=4 a@3=3 c@6=");
    }
  }
}

TEST_F(Checkpoints, InEveryCrashItIsTheOldOneOrTheNew) {
  ASSERT_TRUE(ok(write(files_, 2)));
  const std::string before = told(files_);
  bool seen_before = false;
  bool seen_after = false;
  std::uint64_t point = 0;
  for (;; ++point) {
    SimulatedFileSystem dying = files_;
    dying.crash_at(dying.points() + point);
    static_cast<void>(write(dying, 6, 4));
    if (!dying.dead()) break;
    for (std::uint64_t i = 0; i < 60; ++i) {
      SimulatedFileSystem left = dying;
      Random random(test::seed() * 1000 + i);
      left.crash(i % 6 == 5 ? CrashPolicy::process_death : power_losses[i % 6], random);
      const std::string now = told(left);
      seen_before |= now == before;
      seen_after |= now == "6, next log 4: @4=4 a@3=3 c@6=";
      EXPECT_TRUE(now == before || now == "6, next log 4: @4=4 a@3=3 c@6=") << point << ": " << now;
      // Whatever it left behind is in nobody's way.
      EXPECT_TRUE(ok(write(left, 4, 5)));
      EXPECT_EQ(told(left), "4, next log 5: @4=4 a@3=3 b@2=2");
    }
  }
  EXPECT_TRUE(seen_before && seen_after);
  EXPECT_GE(point, 4u);
}

TEST_F(Checkpoints, AFullDiskLeavesTheOldOne) {
  ASSERT_TRUE(ok(write(files_, 2)));
  for (std::uint64_t passing = 0; passing < 3; ++passing) {
    files_.fail(Fault::disk_full, passing, test::seed());
    EXPECT_TRUE(fails_with(Code::no_space, write(files_, 6)));
    files_.clear_faults();
    EXPECT_EQ(told(files_), "2, next log 3: a@1=1 b@2=2");
    EXPECT_EQ(names(), "checkpoint ");
  }
  EXPECT_TRUE(ok(write(files_, 6)));
}

TEST_F(Checkpoints, AFailedSyncLeavesTheOldOneOrEither) {
  ASSERT_TRUE(ok(write(files_, 2)));
  const std::string before = told(files_);
  files_.fail(Fault::sync_fails_keeps);
  EXPECT_TRUE(fails_with(Code::io_error, write(files_, 6)));
  EXPECT_EQ(told(files_), before);
  files_.fail(Fault::sync_fails_keeps, 1);  // the directory's
  EXPECT_TRUE(fails_with(Code::io_error, write(files_, 6)));
  const std::string now = told(files_);
  EXPECT_TRUE(now == before || now == "6, next log 3: @4=4 a@3=3 c@6=") << now;
}

TEST_F(Checkpoints, AFailedWalkLeavesTheOldOne) {
  ASSERT_TRUE(ok(write(files_, 2)));
  FailingWalk walk;
  EXPECT_TRUE(fails_with(Code::io_error, write_checkpoint(files_, "db", {9, 9}, walk)));
  EXPECT_EQ(told(files_), "2, next log 3: a@1=1 b@2=2");
  EXPECT_EQ(names(), "checkpoint ");
}

TEST_F(Checkpoints, AnyBitThatIsWrongIsCorruption) {
  ASSERT_TRUE(ok(write(files_, 5)));
  const std::string whole = read_file(files_, "db/checkpoint").value();
  const std::string right = told(files_);
  std::size_t passed = 0;
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    lay(flipped);
    const std::string now = told(files_);
    // The zeros that fill up a record mean nothing.
    if (now == right) {
      ++passed;
      EXPECT_EQ(whole[bit / 8], '\0');
    } else {
      EXPECT_EQ(now, "corruption") << bit;
    }
  }
  EXPECT_LE(passed, 7u * 8u);
}

TEST_F(Checkpoints, CutAnywhereItIsCorruption) {
  ASSERT_TRUE(ok(write(files_, 5)));
  const std::string whole = read_file(files_, "db/checkpoint").value();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    lay(whole.substr(0, size));
    EXPECT_EQ(told(files_), "corruption") << size;
  }
}

TEST_F(Checkpoints, TheMessageNamesTheFileAndTheOffset) {
  ASSERT_TRUE(ok(write(files_, 5)));
  std::string bytes = read_file(files_, "db/checkpoint").value();
  bytes[50] = static_cast<char>(bytes[50] ^ 1);
  lay(bytes);
  const auto read = read_checkpoint(files_, "db", [](const InternalKey&, std::string_view) {});
  ASSERT_TRUE(fails_with(Code::corruption, read));
  EXPECT_NE(read.error().message().find("db/checkpoint"), std::string::npos);
  EXPECT_NE(read.error().message().find("offset 40"), std::string::npos) << read.error().text();
}

TEST_F(Checkpoints, ANewerFormatIsNotGuessedAt) {
  ASSERT_TRUE(ok(write(files_, 5)));
  std::string bytes = read_file(files_, "db/checkpoint").value();
  bytes[8] = 2;
  std::string sum;
  append_fixed64(sum, checksum(std::string_view(bytes).substr(0, 32)));
  lay(bytes.replace(32, 8, sum));
  EXPECT_EQ(told(files_), "invalid_argument");
}

TEST_F(Checkpoints, AnyBytesMayCome) {
  ASSERT_TRUE(ok(write(files_, 5)));
  const std::string whole = read_file(files_, "db/checkpoint").value();
  Random random(test::seed());
  for (int i = 0; i < 500; ++i) {
    lay(whole.substr(0, random.below(2) * 40) + random.bytes(random.below(300)));
    EXPECT_EQ(told(files_), "corruption");
    std::vector<Damage> damages;
    static_cast<void>(told(files_, &damages));
  }
}

TEST_F(Checkpoints, SalvagePassesOverDamage) {
  const auto table = make_memtable();
  for (SequenceNumber i = 1; i <= 3; ++i) {
    table->add(i, EntryKind::put, "k" + std::to_string(i), std::string(40'000, 'v'));
  }
  const auto walk = table->iterate(Direction::forward);
  ASSERT_TRUE(ok(write_checkpoint(files_, "db", {3, 3}, *walk)));
  std::string bytes = read_file(files_, "db/checkpoint").value();
  const std::size_t second = 40 + record_bytes(40'000 + 1 + 10 + 3);
  bytes[second + 1'000] = 'x';
  lay(bytes);
  EXPECT_EQ(told(files_), "corruption");
  std::vector<Damage> damages;
  const std::string saved = told(files_, &damages);
  EXPECT_NE(saved.find(" k1@1="), std::string::npos);
  EXPECT_EQ(saved.find(" k2@2="), std::string::npos);
  EXPECT_NE(saved.find(" k3@3="), std::string::npos);
  ASSERT_FALSE(damages.empty());
  EXPECT_EQ(damages[0].offset, second);
  EXPECT_EQ(damages[0].bytes, second - 40);
}

TEST_F(Checkpoints, SalvageNeedsAHeader) {
  ASSERT_TRUE(ok(write(files_, 5)));
  std::string bytes = read_file(files_, "db/checkpoint").value();
  bytes[17] = 'x';
  lay(bytes);
  std::vector<Damage> damages;
  EXPECT_EQ(told(files_, &damages), "corruption");
}

}  // namespace
}  // namespace kv
