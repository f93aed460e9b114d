// Task 2.1: a table that need not grow. At most 12 of its 16 slots are taken here.

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/02-hash-map/told_table.h"
#include "tests/support/drawn.h"

namespace kv::test {
namespace {

using namespace std::string_literals;

class PutAndFind : public testing::Test {
 protected:
  void put_all(std::initializer_list<const char*> keys) {
    for (const char* key : keys) table.put(key, "of "s + key);
  }

  void find_all(std::initializer_list<const char*> keys) {
    for (const char* key : keys) EXPECT_EQ(table.find(key), test::quoted("of "s + key));
  }

  ToldTable table;
};

TEST_F(PutAndFind, FindGivesWhatPutStored) {
  put_all({"1/a", "2/b", "3/c"});
  find_all({"1/a", "2/b", "3/c"});
  EXPECT_EQ(table.size(), "3");
}

TEST_F(PutAndFind, AnAbsentKeyIsNotThere) {
  EXPECT_EQ(table.find("1/a"), "none");
  put_all({"1/a", "2/b"});
  for (const char* key : {"0/a", "1/b", "2/a", "3/a", "17/a", "1/", ""}) {
    EXPECT_EQ(table.find(key), "none");
  }
}

TEST_F(PutAndFind, PutReplacesTheValue) {
  put_all({"1/a", "1/b"});
  for (const char* value : {"short", "a value that is longer than the first", "", "short again"}) {
    table.put("1/a", value);
    EXPECT_EQ(table.find("1/a"), test::quoted(value));
    EXPECT_EQ(table.find("1/b"), "\"of 1/b\"");
    EXPECT_EQ(table.size(), "2");
  }
}

TEST_F(PutAndFind, KeysOfOneHomeStandBehindEachOther) {
  put_all({"2/a", "18/b", "34/c", "2050/d"});
  table.show();
  find_all({"2/a", "18/b", "34/c", "2050/d"});
  EXPECT_EQ(table.find("50/e"), "none");
  EXPECT_EQ(table.broken(), "nothing");
}

TEST_F(PutAndFind, KeysOfOneHashAreToldApart) {
  put_all({"7/a", "7/b", "7/", "7/aa"});
  find_all({"7/a", "7/b", "7/", "7/aa"});
  EXPECT_EQ(table.find("7/ab"), "none");
  EXPECT_EQ(table.size(), "4");
}

TEST_F(PutAndFind, TheSearchGoesOnAroundTheEnd) {
  put_all({"14/a", "15/b", "14/c", "15/d", "0/e"});
  table.show();
  find_all({"14/a", "15/b", "14/c", "15/d", "0/e"});
  EXPECT_EQ(table.find("15/f"), "none");
  EXPECT_EQ(table.broken(), "nothing");
}

TEST_F(PutAndFind, TheSearchStepsOverOtherHomes) {
  // All of 2/a, 3/b, 4/c stand at home; 2/d must go behind them all.
  put_all({"2/a", "3/b", "4/c", "2/d", "3/e"});
  find_all({"2/a", "3/b", "4/c", "2/d", "3/e"});
  table.put("2/d", "new");
  EXPECT_EQ(table.find("2/d"), "\"new\"");
  EXPECT_EQ(table.size(), "5");
  EXPECT_EQ(table.broken(), "nothing");
}

TEST_F(PutAndFind, HashesUseAllTheirBits) {
  put_all({"18446744073709551615/a", "9223372036854775808/b", "4294967296/c", "15/d"});
  find_all({"18446744073709551615/a", "9223372036854775808/b", "4294967296/c", "15/d"});
  EXPECT_EQ(table.broken(), "nothing");
}

TEST_F(PutAndFind, KeysAndValuesAreAnyBytes) {
  for (const std::string& key : {""s, "\0"s, "3/\0"s, "3/\0a"s, "3/\xff"s}) {
    table.put(key, key + "\0value"s);
  }
  for (const std::string& key : {""s, "\0"s, "3/\0"s, "3/\0a"s, "3/\xff"s}) {
    EXPECT_EQ(table.find(key), test::quoted(key + "\0value"s));
  }
  table.put("3/long", std::string(100'000, 'v'));
  table.find("3/long");
}

TEST_F(PutAndFind, TheTableKeepsCopies) {
  std::string key = "4/a";
  std::string value = "first";
  table.put(key, value);
  key = "9/z";
  value = "other";
  EXPECT_EQ(table.find("4/a"), "\"first\"");
}

TEST_F(PutAndFind, RandomPutsAreFound) {
  Drawn drawn(21);
  std::map<std::string, std::string> model;
  for (int i = 0; i < 300; ++i) {
    const std::string key =
        std::to_string(drawn.below(4) * 16 + drawn.below(3) + 13) + "/" + std::to_string(i % 3);
    if (model.size() < 12 || model.contains(key)) {
      model[key] = drawn.value() + std::string(drawn.below(30), 'x');
      table.put(key, model[key]);
    }
    const auto known = model.find(key);
    EXPECT_EQ(table.find(key), known == model.end() ? "none" : test::quoted(known->second));
    ASSERT_EQ(table.broken(), "nothing");
  }
  EXPECT_EQ(table.size(), std::to_string(model.size()));
}

}  // namespace
}  // namespace kv::test
