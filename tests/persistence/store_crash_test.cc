// An engine that keeps a log crashes at every point where it changes something, in every way that
// it can, and is opened again: it holds the state after some write, no earlier than was promised.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "tests/persistence/simulated_store.h"
#include "tests/support/drawn.h"
#include "tests/support/expect.h"
#include "tests/support/story.h"

namespace kv::test {
namespace {

// A run of drawn batches, and the store's content after each: states[i] after i batches.
struct Script {
  std::vector<Batch> batches;
  std::vector<std::string> states;

  explicit Script(std::size_t count) {
    Drawn drawn(61);
    Content content;
    states.push_back(told_content(content));
    for (std::size_t i = 0; i < count; ++i) {
      Batch batch = drawn.batch(0);
      batch.put("number", std::to_string(i) + std::string(drawn.below(5) * 150, 'n'));
      for (const Batch::Operation& change : batch.changes()) {
        if (change.kind == Batch::Kind::erase) {
          content.erase(std::string(change.key));
        } else {
          content[std::string(change.key)] = change.value;
        }
      }
      batches.push_back(std::move(batch));
      states.push_back(told_content(content));
    }
  }
};

// How far a run came: so many batches were acknowledged, so many are promised to survive the loss
// of power, and so many were begun.
struct Progress {
  std::size_t acknowledged = 0;
  std::size_t durable = 0;
  std::size_t begun = 0;
};

Progress run(SimulatedFileSystem& files, const Script& script, Durability durability) {
  Progress progress;
  SimulatedStore store(files);
  if (!store.open(durability)) return progress;
  for (const Batch& batch : script.batches) {
    ++progress.begun;
    if (!store->apply(batch)) return progress;
    ++progress.acknowledged;
    if (durability == Durability::sync) progress.durable = progress.acknowledged;
    if (progress.acknowledged % 7 == 0) {
      if (!store->flush()) return progress;
      progress.durable = progress.acknowledged;
    }
    if (progress.acknowledged % 3 == 0) store.executor().run_all();
  }
  if (store->close()) progress.durable = progress.acknowledged;
  return progress;
}

class StoreCrashes : public testing::TestWithParam<Durability> {
 protected:
  // The state that an opened store is in, as the number of batches before it.
  static void expect_right(SimulatedFileSystem& files, const Script& script, std::size_t least,
                           std::size_t most, const std::string& where) {
    SimulatedStore store(files);
    const Status opened = store.open(Durability::sync);
    ASSERT_TRUE(ok(opened)) << where;
    const std::string content = store.content();
    for (std::size_t i = least; i <= most; ++i) {
      if (script.states[i] == content) return;
    }
    FAIL() << where << ": none of the states " << least << " ... " << most << " but " << content;
  }
};

TEST_P(StoreCrashes, LeaveAStateNoEarlierThanWasPromised) {
  const Script script(40);
  std::uint64_t point = 0;
  for (;; ++point) {
    SimulatedFileSystem files;
    files.crash_at(point);
    const Progress progress = run(files, script, GetParam());
    if (!files.dead()) break;
    for (std::uint64_t i = 0; i < 12; ++i) {
      const CrashPolicy policy = i % 6 == 5 ? CrashPolicy::process_death : power_losses[i % 6];
      SimulatedFileSystem left = files;
      Random random(test::seed() * 1000 + i);
      left.crash(policy, random);
      const bool kept = policy == CrashPolicy::process_death && GetParam() != Durability::none;
      expect_right(left, script, kept ? progress.acknowledged : progress.durable, progress.begun,
                   "crash at " + std::to_string(point) + ", policy " +
                       std::to_string(static_cast<int>(policy)));
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_GT(point, 60u);
}

TEST_P(StoreCrashes, OfTheRecoveryLoseNothingEither) {
  // A crash in the middle, then a crash at each point of the opening that follows.
  const Script script(25);
  SimulatedFileSystem undisturbed;
  run(undisturbed, script, GetParam());
  for (std::uint64_t point = undisturbed.points() / 3; point < undisturbed.points();
       point += undisturbed.points() / 6 + 1) {
    SimulatedFileSystem files;
    files.crash_at(point);
    const Progress progress = run(files, script, GetParam());
    Random random(test::seed() + point);
    for (const CrashPolicy first : {CrashPolicy::process_death, CrashPolicy::random_sectors}) {
      SimulatedFileSystem once = files;
      once.crash(first, random);
      SimulatedFileSystem reference = once;
      SimulatedStore opened(reference);
      ASSERT_TRUE(ok(opened.open()));
      const std::string recovered = opened.content();
      for (std::uint64_t inner = 0;; ++inner) {
        SimulatedFileSystem dying = once;
        dying.crash_at(dying.points() + inner);
        {
          SimulatedStore store(dying);
          static_cast<void>(store.open());
        }
        if (!dying.dead()) break;
        for (const CrashPolicy second : power_losses) {
          SimulatedFileSystem twice = dying;
          twice.crash(second, random);
          expect_right(twice, script, progress.durable, progress.begun,
                       "crash at " + std::to_string(point) + ", then at " + std::to_string(inner));
          if (HasFatalFailure()) return;
        }
        SimulatedFileSystem killed = dying;
        killed.crash(CrashPolicy::process_death, random);
        SimulatedStore again(killed);
        ASSERT_TRUE(ok(again.open())) << point << ", then " << inner;
        EXPECT_EQ(again.content(), recovered) << point << ", then " << inner;
      }
    }
  }
}

std::string level_name(const testing::TestParamInfo<Durability>& level) {
  return std::string(name(level.param));
}

INSTANTIATE_TEST_SUITE_P(, StoreCrashes,
                         testing::Values(Durability::none, Durability::wal, Durability::sync),
                         level_name);

}  // namespace
}  // namespace kv::test
