// Long runs of an engine with parts so small that memtables are written out all the time (engine
// `lsm`: and merged in many levels),
// beside a std::map: reads, scans, snapshots, and openings after a close or a loss of power.

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "tests/persistence/simulated_store.h"
#include "tests/support/drawn.h"
#include "tests/support/expect.h"
#include "tests/support/story.h"

namespace kv::test {
namespace {

class ModelRun {
 public:
  explicit ModelRun(std::uint64_t salt) : drawn_(salt), random_(test::seed() * 1000 + salt) {}

  void go(int steps) {
    open();
    for (int i = 0; i < steps && !testing::Test::HasFatalFailure(); ++i) {
      SCOPED_TRACE("step " + std::to_string(i));
      step();
    }
    check_all();
    EXPECT_GE(written_out_, 20u);
  }

 private:
  struct Taken {
    std::unique_ptr<Snapshot> snapshot;
    std::string content;
  };

  void step() {
    const std::size_t which = drawn_.below(100);
    if (which < 60) return write();
    if (which < 80) return read();
    if (which < 88) return static_cast<void>(store_->executor().run_one());
    if (which < 92) return take();
    if (which < 96) return check_snapshot();
    if (which < 98) return check_all();
    if (drawn_.once_in(2)) return reopen();
  }

  std::string key() { return "key" + std::to_string(drawn_.below(60)); }

  void write() {
    Batch batch;
    for (std::size_t left = 1 + drawn_.below(3); left > 0; --left) {
      const std::string changed = key();
      if (drawn_.once_in(4)) {
        batch.erase(changed);
        content_.erase(changed);
      } else {
        const std::string value(drawn_.below(400), static_cast<char>('a' + drawn_.below(26)));
        batch.put(changed, value);
        content_[changed] = value;
      }
    }
    ASSERT_TRUE(ok((*store_)->apply(batch)));
  }

  void read() {
    const std::string wanted = key();
    const auto found = content_.find(wanted);
    const Result<std::string> value = (*store_)->get(wanted);
    if (found == content_.end()) {
      ASSERT_TRUE(fails_with(Code::not_found, value)) << wanted;
    } else {
      ASSERT_TRUE(ok(value)) << wanted;
      ASSERT_EQ(*value, found->second) << wanted;
    }
  }

  void take() {
    auto snapshot = (*store_)->snapshot();
    ASSERT_TRUE(ok(snapshot));
    taken_.push_back({*std::move(snapshot), told_content(content_)});
  }

  void check_snapshot() {
    if (taken_.empty()) return;
    const std::size_t which = drawn_.below(taken_.size());
    const auto all = taken_[which].snapshot->scan({});
    ASSERT_TRUE(ok(all));
    ASSERT_EQ(rest(**all), taken_[which].content);
    taken_.erase(taken_.begin() + static_cast<std::ptrdiff_t>(which));
  }

  void check_all() {
    ASSERT_EQ(store_->content(), told_content(content_));
    const auto all = (*store_)->scan({.reverse = true});
    ASSERT_TRUE(ok(all));
    for (auto entry = content_.rbegin(); entry != content_.rend(); ++entry) {
      ASSERT_TRUE((*all)->next());
      ASSERT_EQ((*all)->key(), entry->first);
      ASSERT_EQ((*all)->value(), entry->second);
    }
    ASSERT_FALSE((*all)->next());
  }

  void open() {
    if (!store_) store_.emplace(*files_);
    ASSERT_TRUE(ok(store_->open()));
    EXPECT_TRUE(store_->warnings().empty()) << store_->warnings().front();
  }

  // Every write was synced, so that whatever happens, all of it is there again.
  void reopen() {
    taken_.clear();
    written_out_ += static_cast<std::size_t>(store_->figure("write_outs"));
    if (drawn_.once_in(2)) {
      ASSERT_TRUE(ok((*store_)->close()));
    } else {
      auto left = std::make_unique<SimulatedFileSystem>(*files_);
      left->crash(power_losses[drawn_.below(power_losses.size())], random_);
      store_.reset();
      files_ = std::move(left);
    }
    open();
    check_all();
  }

  Drawn drawn_;
  Random random_;
  Content content_;
  std::unique_ptr<SimulatedFileSystem> files_ = std::make_unique<SimulatedFileSystem>();
  std::optional<SimulatedStore> store_;
  std::vector<Taken> taken_;
  std::size_t written_out_ = 0;
};

TEST(TableStoreModel, LongRunsAreAsAMapWouldBe) {
  for (std::uint64_t salt = 0; salt < 3 && !testing::Test::HasFatalFailure(); ++salt) {
    SCOPED_TRACE("run " + std::to_string(salt));
    ModelRun(salt).go(1'000);
  }
}

}  // namespace
}  // namespace kv::test
