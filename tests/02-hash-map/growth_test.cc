// Task 2.2: a table that grows.

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <stop_token>
#include <string>
#include <thread>

#include "tests/02-hash-map/told_table.h"
#include "tests/support/drawn.h"

namespace kv::test {
namespace {

class Growth : public testing::Test {
 protected:
  // Puts the keys "<hash>/k" for each of these hashes, with the hash as the value.
  void put_each(std::uint64_t first, std::uint64_t last, std::uint64_t step_width = 1) {
    for (std::uint64_t hash = first; hash <= last; hash += step_width) {
      table.put(std::to_string(hash) + "/k", std::to_string(hash));
    }
  }

  void find_each(std::uint64_t first, std::uint64_t last, std::uint64_t step_width = 1) {
    for (std::uint64_t hash = first; hash <= last; hash += step_width) {
      EXPECT_EQ(table.find(std::to_string(hash) + "/k"), test::quoted(std::to_string(hash)));
    }
  }

  ToldTable table;
};

TEST_F(Growth, ThreeQuartersOfTheSlotsMayBeTaken) {
  put_each(1, 12);
  EXPECT_EQ(table.capacity(), "16");
  put_each(13, 13);
  EXPECT_EQ(table.capacity(), "32");
  put_each(14, 24);
  EXPECT_EQ(table.capacity(), "32");
  put_each(25, 25);
  EXPECT_EQ(table.capacity(), "64");
  find_each(1, 25);
}

TEST_F(Growth, ReplacingNeverGrows) {
  put_each(1, 12);
  for (int i = 0; i < 3; ++i) put_each(1, 12);
  EXPECT_EQ(table.capacity(), "16");
  EXPECT_EQ(table.size(), "12");
  put_each(13, 13);
  EXPECT_EQ(table.capacity(), "32");
}

TEST_F(Growth, NothingIsLost) {
  put_each(1, 400);
  find_each(1, 400);
  EXPECT_EQ(table.find("401/k"), "none");
  EXPECT_EQ(table.find("1/l"), "none");
  EXPECT_EQ(table.size(), "400");
  EXPECT_EQ(table.capacity(), "1024");
  EXPECT_EQ(table.broken(), "nothing");
}

TEST_F(Growth, EntriesOfOneHomePartWays) {
  // Home 2 of 16 slots becomes 2 and 18 of 32; home 15 becomes 15 and 31.
  for (const char* key : {"2/a", "18/b", "34/c", "50/d", "15/e", "31/f", "47/g", "63/h"}) {
    table.put(key, key);
  }
  table.show();
  put_each(4, 8);
  EXPECT_EQ(table.capacity(), "32");
  table.show();
  EXPECT_EQ(table.broken(), "nothing");
  for (const char* key : {"2/a", "18/b", "34/c", "50/d", "15/e", "31/f", "47/g", "63/h"}) {
    EXPECT_EQ(table.find(key), test::quoted(key));
  }
}

TEST_F(Growth, WhatStoodAroundTheEndFindsItsHome) {
  put_each(15, 15 + 16 * 11, 16);  // twelve entries with home 15
  EXPECT_EQ(table.capacity(), "16");
  table.show();
  put_each(3, 3);
  EXPECT_EQ(table.capacity(), "32");
  table.show();
  EXPECT_EQ(table.broken(), "nothing");
  find_each(15, 15 + 16 * 11, 16);
  find_each(3, 3);
}

TEST_F(Growth, KeysOfOneHashStayTogether) {
  for (int i = 0; i < 40; ++i) table.put("77/" + std::to_string(i), std::to_string(i));
  EXPECT_EQ(table.capacity(), "64");
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(table.find("77/" + std::to_string(i)), test::quoted(std::to_string(i)));
  }
  EXPECT_EQ(table.find("77/40"), "none");
}

TEST_F(Growth, TheEntryThatMadeItGrowIsInItsPlace) {
  put_each(1, 12);
  table.put("28/new", "n");  // home 12 of 16 slots, home 28 of 32
  EXPECT_EQ(table.find("28/new"), "\"n\"");
  EXPECT_EQ(table.broken(), "nothing");
  EXPECT_EQ(table.size(), "13");
  put_each(13, 30);
  EXPECT_EQ(table.find("28/new"), "\"n\"");
}

TEST_F(Growth, LongValuesMoveAlong) {
  for (int i = 1; i <= 30; ++i) {
    table.put(std::to_string(i) + "/v", std::string(static_cast<std::size_t>(i) * 100, 'v'));
  }
  for (int i = 1; i <= 30; ++i) table.find(std::to_string(i) + "/v");
}

TEST_F(Growth, RandomPutsAreFound) {
  Drawn drawn(22);
  std::map<std::string, std::string> model;
  for (int i = 0; i < 600; ++i) {
    const std::string key = std::to_string(drawn.below(200) * 8) + "/" + std::to_string(i % 2);
    model[key] = drawn.value();
    table.put(key, model[key]);
    if (i % 20 == 0) {
      ASSERT_EQ(table.broken(), "nothing");
    }
  }
  for (const auto& [key, value] : model) EXPECT_EQ(table.find(key), test::quoted(value));
  EXPECT_EQ(table.size(), std::to_string(model.size()));
  table.capacity();
}

TEST_F(Growth, APrefetchMayRunBesideIt) {
  // Under the thread sanitizer, a slot array that is looked for in the wrong way shows.
  const auto shared = make_hash_table();
  announce("entries found");
  {
    const std::jthread prefetcher([&](const std::stop_token& over) -> void {
      for (std::uint64_t hash = 0; !over.stop_requested(); ++hash) shared->prefetch(hash);
    });
    for (std::uint64_t hash = 0; hash < 3000; ++hash) shared->put(hash, "k", std::to_string(hash));
  }
  int found = 0;
  for (std::uint64_t hash = 0; hash < 3000; ++hash) {
    const Record* record = shared->find(hash, "k");
    if (record != nullptr && record->value() == std::to_string(hash)) ++found;
  }
  observe("entries found", std::to_string(found));
  EXPECT_EQ(found, 3000);
}

}  // namespace
}  // namespace kv::test
