// Task 2.3: erasing closes the gap.

#include <gtest/gtest.h>

#include <initializer_list>
#include <map>
#include <string>

#include "tests/02-hash-map/told_table.h"
#include "tests/support/drawn.h"

namespace kv::test {
namespace {

class Deletion : public testing::Test {
 protected:
  // Puts the keys, erases one, and looks whether the others are still there.
  void erase_one_of(std::initializer_list<const char*> keys, const char* erased) {
    for (const char* key : keys) table.put(key, key);
    table.show();
    EXPECT_TRUE(table.erase(erased));
    table.show();
    for (const char* key : keys) {
      EXPECT_EQ(table.find(key), std::string_view(key) == erased ? "none" : test::quoted(key));
    }
    EXPECT_EQ(table.broken(), "nothing");
  }

  std::size_t taken() const {
    std::size_t count = 0;
    for (std::size_t slot = 0; slot < table.table().capacity(); ++slot) {
      if (table.table().at(slot) != nullptr) ++count;
    }
    return count;
  }

  ToldTable table;
};

TEST_F(Deletion, TakesOneEntryOut) {
  erase_one_of({"1/a", "5/b", "9/c"}, "5/b");
  EXPECT_EQ(table.size(), "2");
}

TEST_F(Deletion, OfAnAbsentKeyChangesNothing) {
  EXPECT_FALSE(table.erase("1/a"));
  table.put("1/a", "1");
  EXPECT_FALSE(table.erase("1/b"));
  EXPECT_FALSE(table.erase("2/a"));
  EXPECT_FALSE(table.erase("17/a"));
  EXPECT_TRUE(table.erase("1/a"));
  EXPECT_FALSE(table.erase("1/a"));
  EXPECT_EQ(table.size(), "0");
}

TEST_F(Deletion, WhatStoodBehindTheGapIsStillFound) {
  erase_one_of({"2/a", "2/b", "2/c", "3/d"}, "2/b");
}

TEST_F(Deletion, AnEntryAtHomeStaysThere) { erase_one_of({"2/a", "3/b", "4/c"}, "2/a"); }

TEST_F(Deletion, AnEntryMovesPastOneThatMustStay) {
  // 3/b stands at home and stays; 2/c behind it belongs into the gap.
  erase_one_of({"2/a", "3/b", "2/c"}, "2/a");
}

TEST_F(Deletion, EachMoveOpensAGapOfItsOwn) {
  erase_one_of({"2/a", "2/b", "3/c", "3/d", "4/e", "2/f"}, "2/a");
}

TEST_F(Deletion, GoesOnAroundTheEnd) {
  erase_one_of({"14/a", "15/b", "14/c", "15/d", "0/e", "1/f"}, "14/a");
}

TEST_F(Deletion, AnEntryAtHomeBehindTheEndStays) { erase_one_of({"15/a", "0/b", "1/c"}, "15/a"); }

TEST_F(Deletion, AnEntryFromBeforeTheEndComesBack) {
  erase_one_of({"15/a", "15/b", "0/c", "15/d"}, "15/a");
}

TEST_F(Deletion, AnErasedKeyCanBePutAgain) {
  for (const char* key : {"2/a", "2/b", "2/c"}) table.put(key, key);
  EXPECT_TRUE(table.erase("2/a"));
  table.put("2/c", "new");
  table.put("2/a", "again");
  EXPECT_EQ(table.size(), "3");
  EXPECT_EQ(table.find("2/a"), "\"again\"");
  EXPECT_TRUE(table.erase("2/c"));
  EXPECT_EQ(table.find("2/c"), "none");
}

TEST_F(Deletion, LeavesNoTrace) {
  for (int i = 0; i < 12; ++i) table.put("9/" + std::to_string(i), "v");
  for (int i = 0; i < 12; ++i) EXPECT_TRUE(table.erase("9/" + std::to_string(i * 5 % 12)));
  EXPECT_EQ(table.size(), "0");
  EXPECT_EQ(taken(), 0u);
  EXPECT_EQ(table.broken(), "nothing");
}

TEST_F(Deletion, ComingAndGoingNeverGrows) {
  for (int i = 0; i < 500; ++i) {
    table.put(std::to_string(i * 3) + "/k", "v");
    if (i >= 10) {
      EXPECT_TRUE(table.erase(std::to_string((i - 10) * 3) + "/k"));
    }
  }
  EXPECT_EQ(table.capacity(), "16");
  EXPECT_EQ(table.size(), "10");
}

TEST_F(Deletion, RandomCallsAnswerAsAMapDoes) {
  Drawn drawn(23);
  std::map<std::string, std::string> model;
  for (int i = 0; i < 1500; ++i) {
    const std::string key =
        std::to_string(drawn.below(3) * 64 + drawn.below(20)) + "/" + std::to_string(i % 2);
    if (drawn.once_in(2)) {
      EXPECT_EQ(table.erase(key), model.erase(key) == 1);
    } else {
      model[key] = drawn.value();
      table.put(key, model[key]);
    }
    ASSERT_EQ(table.broken(), "nothing");
    const auto known = model.find(key);
    ASSERT_EQ(table.find(key), known == model.end() ? "none" : test::quoted(known->second));
  }
  for (const auto& [key, value] : model) EXPECT_EQ(table.find(key), test::quoted(value));
}

}  // namespace
}  // namespace kv::test
