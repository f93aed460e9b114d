// The simple commit (storage/simple_commit.h): what it does with a target, and what after a failure
// in the middle of a batch. (That it makes a store what a store must be: tests/contract.)

#include "storage/simple_commit.h"

#include <gtest/gtest.h>

#include <memory>
#include <new>
#include <string>
#include <vector>

#include "kv/batch.h"
#include "kv/context.h"
#include "tests/support/expect.h"

namespace kv {
namespace {

using test::fails_with;
using test::ok;

// Notes the steps, and has memory for so many changes.
class Target final : public CommitTarget {
 public:
  explicit Target(std::size_t room) : room_(room) {}

  std::vector<std::string> steps;

 private:
  Status check(const Batch&) override { return {}; }

  void insert(const Batch& batch, SequenceNumber first) override {
    for (const Batch::Operation& change : batch.changes()) {
      if (room_ == 0) throw std::bad_alloc();
      --room_;
      steps.push_back("insert " + std::to_string(first++) + " " + std::string(change.key));
    }
  }

  void publish(SequenceNumber last) override {
    published_ = last;
    steps.push_back("publish " + std::to_string(last));
  }

  SequenceNumber published() const override { return published_; }
  std::unique_ptr<InternalIterator> versions() const override { return nullptr; }

  std::size_t room_;
  SequenceNumber published_ = 0;
};

Batch puts(std::initializer_list<const char*> keys) {
  Batch batch;
  for (const char* key : keys) batch.put(key, "");
  return batch;
}

TEST(SimpleCommit, ABatchIsInsertedWholeThenPublished) {
  Target target(9);
  const auto commit = make_simple_commit(target);
  EXPECT_TRUE(ok(commit->apply(puts({"a", "b"}), Context::none())));
  EXPECT_TRUE(ok(commit->apply(puts({}), Context::none())));
  EXPECT_TRUE(ok(commit->apply(puts({"c"}), Context::none())));
  EXPECT_EQ(target.steps, (std::vector<std::string>{"insert 1 a", "insert 2 b", "publish 2",
                                                    "insert 3 c", "publish 3"}));
}

TEST(SimpleCommit, HalfABatchIsNeverPublished) {
  Target target(2);
  const auto commit = make_simple_commit(target);
  EXPECT_TRUE(ok(commit->apply(puts({"a"}), Context::none())));
  EXPECT_THROW(static_cast<void>(commit->apply(puts({"b", "c"}), Context::none())), std::bad_alloc);
  EXPECT_TRUE(fails_with(Code::unavailable, commit->apply(puts({"d"}), Context::none())));
  EXPECT_TRUE(fails_with(Code::unavailable, commit->apply(puts({"d", "e"}), Context::none())));
  EXPECT_EQ(target.steps, (std::vector<std::string>{"insert 1 a", "publish 1", "insert 2 b"}));
  EXPECT_TRUE(ok(commit->close()));
  EXPECT_TRUE(fails_with(Code::closed, commit->apply(puts({"d"}), Context::none())));
}

TEST(SimpleCommit, ASingleChangeWithoutRoomLeavesNothingBehind) {
  Target target(0);
  const auto commit = make_simple_commit(target);
  EXPECT_THROW(static_cast<void>(commit->apply(puts({"a"}), Context::none())), std::bad_alloc);
  EXPECT_THROW(static_cast<void>(commit->apply(puts({"a"}), Context::none())), std::bad_alloc);
  EXPECT_EQ(target.steps, std::vector<std::string>());
}

}  // namespace
}  // namespace kv
