// Writers, readers in both directions, snapshots, write-outs and compactions of an engine that
// keeps tables, at the same time, in threads.

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "kv/capabilities.h"
#include "tests/persistence/simulated_store.h"
#include "tests/support/expect.h"

namespace kv::test {
namespace {

constexpr int writers = 2;
constexpr int batches = 300;
constexpr int keys = 8;  // of each writer: a batch gives all of them the same number

std::string key_of(int writer, int key) {
  return "w" + std::to_string(writer) + "/" + std::to_string(key);
}

class TableStoreThreads : public testing::Test {
 protected:
  void open() {
    auto executor = make_thread_executor(2);
    ASSERT_TRUE(ok(executor));
    auto opened = open_engine_under_test(
        options_in_db(Durability::wal),
        {.files = &files_, .executor = *std::move(executor), .warn = [this](std::string_view text) {
           const std::lock_guard lock(mutex_);
           warnings_.emplace_back(text);
         }});
    ASSERT_TRUE(ok(opened));
    store_ = *std::move(opened);
  }

  void write(int writer) {
    for (int number = 0; number < batches; ++number) {
      Batch batch;
      for (int key = 0; key < keys; ++key) {
        batch.put(key_of(writer, key), std::to_string(number) + std::string(60, 'v'));
      }
      if (const Status done = store_->apply(batch); !done) return complain(done.error().text());
    }
  }

  // The number that all of the writer's keys have, or -1 where they have none yet.
  int number_of(Reader& reader, int writer, bool reverse = false) {
    int number = -1;
    const std::string start = key_of(writer, 0);
    const std::string end = key_of(writer, keys);
    const auto entries = reader.scan({.start = start, .end = end, .reverse = reverse});
    if (!entries) return complain(entries.error().text()), -1;
    int seen = 0;
    while ((*entries)->next()) {
      const int now = std::stoi(std::string((*entries)->value()));
      if (seen++ > 0 && now != number) complain("a batch is seen in part");
      number = now;
    }
    if (const Status end_status = (*entries)->status(); !end_status) {
      complain(end_status.error().text());
    }
    if (seen != 0 && seen != keys) complain("keys are missing");
    return number;
  }

  void read() {
    std::vector<int> before(writers, -1);
    do {
      const auto snapshot = store_->snapshot();
      if (!snapshot) return complain(snapshot.error().text());
      for (int writer = 0; writer < writers; ++writer) {
        const int number = number_of(**snapshot, writer);
        if (number < before[static_cast<std::size_t>(writer)]) complain("the store went back");
        before[static_cast<std::size_t>(writer)] = number;
        const auto value = store_->get(key_of(writer, 3));
        if (number < 0) continue;
        if (!value) return complain(value.error().text());
        if (std::stoi(*value) < number) complain("a get is older than a snapshot before it");
        if (number_of(**snapshot, writer, true) != number) complain("a snapshot has changed");
      }
    } while (!written_);
  }

  void complain(std::string what) {
    const std::lock_guard lock(mutex_);
    complaints_.push_back(std::move(what));
  }

  void expect_no_complaints() {
    const std::lock_guard lock(mutex_);
    EXPECT_TRUE(complaints_.empty()) << complaints_.size() << ", first: " << complaints_.front();
    EXPECT_TRUE(warnings_.empty()) << warnings_.front();
  }

  void run() {
    std::vector<std::jthread> reading;
    for (int i = 0; i < 2; ++i) reading.emplace_back([this] { read(); });
    {
      std::vector<std::jthread> writing;
      for (int writer = 0; writer < writers; ++writer) {
        writing.emplace_back([this, writer] { write(writer); });
      }
    }
    written_ = true;
  }

  SimulatedFileSystem files_;
  std::atomic<bool> written_{false};  // ordered with nothing: it ends loops

  std::mutex mutex_;
  // Guarded by mutex_:
  std::vector<std::string> warnings_;
  std::vector<std::string> complaints_;

  std::unique_ptr<Store> store_;  // last: its threads use the rest
};

TEST_F(TableStoreThreads, SeeWholeBatchesInOrderThroughWriteOuts) {
  ASSERT_NO_FATAL_FAILURE(open());
  run();
  expect_no_complaints();
  const auto figures = store_->as<Maintenance>()->statistics();
  ASSERT_TRUE(ok(figures));
  EXPECT_GE(figures->at("write_outs"), 10.0);
  ASSERT_TRUE(ok(store_->close()));
  ASSERT_NO_FATAL_FAILURE(open());
  for (int writer = 0; writer < writers; ++writer) {
    EXPECT_EQ(number_of(*store_, writer), batches - 1);
  }
  expect_no_complaints();
}

}  // namespace
}  // namespace kv::test
