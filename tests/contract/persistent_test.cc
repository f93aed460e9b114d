// What a store with a directory does with it (kv/options.h, Store::close).

#include <string>

#include "tests/contract/contract.h"
#include "tests/support/story.h"

namespace kv::test {
namespace {

class Persistent : public Contract {
 protected:
  void SetUp() override {
    if (!GetParam().persistent) GTEST_SKIP() << "the store is volatile";
    Contract::SetUp();
    if (!IsSkipped()) options_.directory = make_directory();
  }

  std::unique_ptr<Store> open_it() { return open(options_); }

  Options options_;
};
KV_CONTRACT(Persistent);

TEST_P(Persistent, NeedsADirectory) {
  EXPECT_TRUE(fails_with(Code::invalid_argument, GetParam().open({})));
}

TEST_P(Persistent, MakesItsDirectoryAndThoseAboveIt) {
  options_.directory += "/not/there";
  const auto store = open_it();
  EXPECT_EQ(told(store->put("k", "v")), "ok");
}

TEST_P(Persistent, ShowsItsContentWhenItIsOpenedAgain) {
  for (int opened = 0; opened < 3; ++opened) {
    const auto store = open_it();
    const std::string number = std::to_string(opened);
    EXPECT_EQ(ToldStore(*store).scan(),
              opened == 0 ? "nothing" : "\"k\"=\"" + std::to_string(opened - 1) + "\" \"l\"=\"\"");
    Batch batch;
    batch.put("k", number);
    batch.put("l", "");
    batch.put("gone", number);
    ASSERT_TRUE(ok(store->apply(batch)));
    ASSERT_TRUE(ok(store->erase("gone")));
    EXPECT_TRUE(ok(store->close()));
  }
}

TEST_P(Persistent, IsClosedByItsDestructor) {
  ASSERT_TRUE(ok(open_it()->put("k", "v")));
  EXPECT_EQ(told(open_it()->get("k")), "ok \"v\"");
}

TEST_P(Persistent, LetsGoOfItsDirectoryWhenItIsClosed) {
  const auto closed = open_it();
  ASSERT_TRUE(ok(closed->put("k", "v")));
  ASSERT_TRUE(ok(closed->close()));
  const auto opened = open_it();
  EXPECT_EQ(told(opened->get("k")), "ok \"v\"");
  EXPECT_EQ(told(closed->get("k")), "closed");
}

TEST_P(Persistent, HasItsDirectoryToItself) {
  const auto store = open_it();
  EXPECT_FALSE(GetParam().open(options_).has_value());
  EXPECT_EQ(told(store->put("k", "v")), "ok");
}

TEST_P(Persistent, KeepsWhatWasFlushedAtAnyDurability) {
  for (const Durability durability : {Durability::none, Durability::wal, Durability::sync}) {
    options_.directory = make_directory();
    options_.durability = durability;
    auto store = GetParam().open(options_);
    if (durability == Durability::none && failed_with(Code::invalid_argument, store)) continue;
    ASSERT_TRUE(ok(store));
    EXPECT_EQ(told((*store)->put("k", "v")), "ok");
    EXPECT_EQ(told((*store)->flush()), "ok");
    ASSERT_TRUE(ok((*store)->close()));
    EXPECT_EQ(told(open_it()->get("k")), "ok \"v\"");
  }
}

}  // namespace
}  // namespace kv::test
