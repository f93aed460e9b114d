// Task 6.3: a disk that fails, and power that goes, at every point.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/04-wal/every_crash.h"
#include "tests/06-compaction/told_manifest.h"

namespace kv::test {
namespace {

class ManifestCrashes : public testing::Test {
 protected:
  // Every call fails, with one and the same error, and none of them touches a file, even when the
  // disk is well again.
  void expect_broken(const std::string& code) {
    manifest.changes();
    manifest.files().clear_faults();
    EXPECT_EQ(manifest.append(edit().next_log(8)), code);
    EXPECT_EQ(manifest.append(edit()), code);
    EXPECT_EQ(manifest.close(), code);
    EXPECT_EQ(manifest.append(edit().next_log(9)), code);
    EXPECT_EQ(manifest.changes(), "nothing");
    const Status failed = manifest.writer().append(edit().next_log(8));
    const Status again = manifest.writer().close();
    const bool same = !failed && !again && again.error().message() == failed.error().message();
    observe("the error is the first one", same ? "yes" : "no");
    EXPECT_TRUE(same);
  }

  // What any loss of power leaves has next log 5, or perhaps the edit with 6 that was being
  // written.
  void expect_either() {
    for (const CrashPolicy policy : power_losses) {
      const std::string found = manifest.after(policy);
      EXPECT_TRUE(found.find("next log 5") != std::string::npos ||
                  found.find("next log 6") != std::string::npos)
          << found;
    }
  }

  ToldManifest manifest;
};

TEST_F(ManifestCrashes, AFailedSyncIsForEver) {
  for (const Fault fault : {Fault::sync_fails_keeps, Fault::sync_fails_reverts}) {
    manifest.start(3, {});
    manifest.append(edit().next_log(5));
    manifest.files().fail(fault);
    EXPECT_EQ(manifest.append(edit().next_log(6)), "io_error");
    expect_broken("io_error");
    expect_either();
  }
}

TEST_F(ManifestCrashes, SoIsADiskThatWasFull) {
  manifest.start(3, {});
  manifest.append(edit().next_log(5));
  manifest.files().fail(Fault::disk_full);
  EXPECT_EQ(manifest.append(
                edit().next_log(6).add(0, table(1, std::string(900, 'k'), "z")).next_table(2)),
            "no_space");
  expect_broken("no_space");
  expect_either();
}

TEST_F(ManifestCrashes, AFailedSyncIsNotTriedAgain) {
  manifest.start(3, {});
  manifest.changes();
  manifest.files().fail(Fault::sync_fails_keeps);
  EXPECT_EQ(manifest.append(edit().next_log(6)), "io_error");
  EXPECT_EQ(manifest.changes(), "append db/manifest, sync db/manifest");
  expect_broken("io_error");
}

TEST_F(ManifestCrashes, BehindAFailedWriteNothingIsSynced) {
  manifest.start(3, {});
  manifest.changes();
  manifest.files().fail(Fault::disk_full);
  EXPECT_EQ(manifest.append(edit().next_log(6)), "no_space");
  EXPECT_EQ(manifest.changes(), "append db/manifest");
  expect_broken("no_space");
}

TEST_F(ManifestCrashes, AFailedEndIsForEver) {
  manifest.start(3, {});
  manifest.append(edit().next_log(5));
  manifest.files().fail(Fault::sync_fails_keeps);
  EXPECT_EQ(manifest.close(), "io_error");
  expect_broken("io_error");
  expect_either();
}

TEST_F(ManifestCrashes, ANewManifestMakesUpForAFailedSync) {
  manifest.start(3, {});
  manifest.files().fail(Fault::sync_fails_keeps);
  EXPECT_EQ(manifest.append(edit().next_log(6)), "io_error");
  manifest.files().clear_faults();
  EXPECT_EQ(manifest.start(4, some_version()), "ok");
  EXPECT_EQ(manifest.append(edit().next_log(7)), "ok");
  for (const CrashPolicy policy : power_losses) {
    const std::string found = manifest.after(policy);
    EXPECT_NE(found.find("next log 7"), std::string::npos) << found;
  }
}

TEST_F(ManifestCrashes, ANewManifestThatFailsLeavesTheOldOne) {
  manifest.start(3, {});
  manifest.append(edit().next_log(5));
  const std::string old = manifest.after(CrashPolicy::nothing);
  for (const Fault fault : {Fault::disk_full, Fault::sync_fails_keeps, Fault::sync_fails_reverts}) {
    manifest.files().fail(fault);
    EXPECT_NE(manifest.start(4, some_version()), "ok");
    manifest.files().clear_faults();
    for (const CrashPolicy policy : power_losses) EXPECT_EQ(manifest.after(policy), old);
  }
}

TEST_F(ManifestCrashes, WithoutItsNameANewManifestIsInDoubt) {
  manifest.start(3, {});
  manifest.append(edit().next_log(5));
  const SyncNames fails = []() -> Status { return failure(Code::io_error, "names fail"); };
  EXPECT_EQ(manifest.start(4, some_version(), fails), "io_error");
  for (const CrashPolicy policy : power_losses) {
    const std::string found = manifest.after(policy);
    EXPECT_TRUE(found.starts_with("manifest 3: next log 5") ||
                found == "manifest 4: " + told(some_version()))
        << found;
  }
}

// Steps that make one version after another, and what is known of how far they came.
class Steps {
 public:
  Steps() {
    versions_.emplace_back();
    for (std::uint64_t i = 1; i <= edits; ++i) {
      Result<Version> next = apply(versions_.back(), edit_of(i));
      EXPECT_TRUE(ok(next));
      versions_.push_back(*std::move(next));
    }
  }

  // A manifest, edits, a new manifest, edits, and the end.
  void run(SimulatedFileSystem& files) {
    done_ = 0;
    started_ = false;
    auto writer = start_manifest(files, store_directory, 1, versions_[0]);
    if (!writer) return;
    started_ = true;
    for (std::uint64_t i = 1; i <= edits; ++i) {
      if (i == 3) {
        writer = start_manifest(files, store_directory, 2, versions_[done_]);
        if (!writer) return;
      }
      if (!(*writer)->append(edit_of(i))) return;
      done_ = i;
    }
    static_cast<void>((*writer)->close());
  }

  // What is left is what the last call that returned had made, or the next: nothing else.
  std::string look(const SimulatedFileSystem& left) const {
    const auto found = find_manifest(left, store_directory);
    if (!found) return "!! " + found.error().text();
    if (!*found) return started_ ? "!! none" : "none";
    const Version& version = (*found)->version;
    if (version == versions_[done_]) return std::to_string(done_);
    const bool next = started_ && done_ < edits && version == versions_[done_ + 1];
    return next ? std::to_string(done_) + " and the next" : "!! " + told(version);
  }

 private:
  static constexpr std::uint64_t edits = 5;

  // Longer than a sector, so that it can be torn.
  static Edit edit_of(std::uint64_t i) {
    Edit edit;
    edit.next_table(i + 1).add(0, table(i, std::string(700, 'a'), "z", {i, i}));
    if (i > 1) edit.remove(0, i - 1).put_away(i);
    return edit;
  }

  std::vector<Version> versions_;
  std::uint64_t done_ = 0;
  bool started_ = false;
};

std::uint64_t make_directory(SimulatedFileSystem& files) {
  EXPECT_TRUE(ok(files.create_directory(store_directory)));
  EXPECT_TRUE(ok(files.sync_directory("/")));
  return files.points();
}

TEST_F(ManifestCrashes, AfterEveryCrashItIsTheVersionBeforeOrAfterTheEdit) {
  Steps steps;
  SimulatedFileSystem empty;
  const std::uint64_t first_point = make_directory(empty);
  const std::string call = announce("crash at every point");
  std::uint64_t wrong = 0;
  std::string seen;
  const std::uint64_t shown = after_every_crash(
      first_point, 40,
      [&](SimulatedFileSystem& files) {
        make_directory(files);
        steps.run(files);
        seen += "\n";
      },
      [&](const SimulatedFileSystem& left) {
        const std::string look = steps.look(left);
        if (look.starts_with("!!")) ++wrong;
        if (look.starts_with("!!") && wrong < 5) seen += look + "; ";
      });
  observe(call, std::to_string(shown) + " losses, " + std::to_string(wrong) + " wrong" +
                    (wrong > 0 ? seen : ""));
  EXPECT_EQ(wrong, 0u) << seen;
  EXPECT_GT(shown, 500u);
}

TEST_F(ManifestCrashes, AfterEveryFailedSyncToo) {
  // The process lives on, and the power goes later.
  for (const Fault fault : {Fault::sync_fails_keeps, Fault::sync_fails_reverts}) {
    for (std::uint64_t passing = 0; passing < 11; ++passing) {
      Steps steps;
      SimulatedFileSystem files;
      make_directory(files);
      files.fail(fault, passing);
      const std::string call = announce("fail after " + std::to_string(passing) + " syncs");
      steps.run(files);
      std::string wrong;
      for (std::uint64_t i = 0; i < 25; ++i) {
        SimulatedFileSystem left = files;
        Random random(seed() * 1000 + i);
        left.crash(power_losses[i % power_losses.size()], random);
        const std::string look = steps.look(left);
        if (look.starts_with("!!")) wrong = look;
      }
      observe(call, wrong.empty() ? "right" : wrong);
      EXPECT_EQ(wrong, "");
    }
  }
}

TEST_F(ManifestCrashes, CrashAfterCrashNothingIsForgotten) {
  Random random(seed() * 1000 + 66);
  SimulatedFileSystem files;
  make_directory(files);
  Version known;  // what was acknowledged last
  Version next;   // what it may be, too
  std::string numbers;
  for (int life = 0; life < 60; ++life) {
    const auto found = find_manifest(files, store_directory);
    ASSERT_TRUE(ok(found));
    const ReadManifest read = found->value_or(ReadManifest{});
    EXPECT_TRUE(read.version == known || read.version == next) << told(read.version);
    known = next = read.version;
    numbers += std::to_string(known.next_table) + " ";
    files.crash_at(files.points() + random.below(14));
    auto writer = start_manifest(files, store_directory, read.number + 1, known);
    while (writer) {
      Edit edit;
      const TableNumber table_number = known.next_table;
      edit.next_table(table_number + 1)
          .add(0, table(table_number, std::string(300, 'k'), "z", {table_number, table_number}));
      if (table_number > 3) edit.remove(0, table_number - 3);
      const Result<Version> after = apply(known, edit);
      ASSERT_TRUE(ok(after));
      next = *after;
      if (!(*writer)->append(edit)) break;
      known = next;
    }
    files.crash(power_losses[random.below(power_losses.size())], random);
  }
  observe("how far each life came", numbers);
  EXPECT_GT(known.next_table, 30u);
}

}  // namespace
}  // namespace kv::test
