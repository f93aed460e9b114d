#include <gtest/gtest.h>

#include "engines/engines.h"
#include "tests/support/expect.h"
#include "tests/support/told_store.h"

namespace kv::test {
namespace {

TEST(MapStore, GetReturnsWhatPutStored) {
  auto store = open_map({});
  ASSERT_TRUE(ok(store));
  ToldStore told_store(**store);
  EXPECT_TRUE(ok(told_store.put("a", "1")));
  EXPECT_EQ(told(told_store.get("a")), "ok \"1\"");
  EXPECT_EQ(told_store.scan({.reverse = true}), "\"a\"=\"1\"");
}

}  // namespace
}  // namespace kv::test
