// The index of a table as a search sees it (storage/table_index.h): the probe says of every block
// what a comparison of the whole keys says, whatever the keys have in common.

#include "storage/table_index.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/quote.h"
#include "base/random.h"
#include "tests/support/expect.h"

namespace kv {
namespace {

using test::ok;

struct KeyLess {
  bool operator()(const std::string& a, const std::string& b) const {
    return internal_key_less(a, b);
  }
};

using Keys = std::set<std::string, KeyLess>;

std::string internal_key(std::string_view user_key, SequenceNumber sequence = 5) {
  std::string key;
  append_internal_key(key, {user_key, sequence, EntryKind::put});
  return key;
}

// An index of blocks that end with these keys.
TableIndex index_of(const Keys& keys) {
  const auto builder = make_block_builder(1);
  std::uint64_t offset = 0;
  for (const std::string& key : keys) {
    std::string handle;
    append_handle(handle, {offset, 100});
    offset += 100 + table_layout::frame_end_bytes;
    builder->add(key, handle);
  }
  const std::string bytes(builder->finish());
  const auto block = make_block(bytes);
  TableIndex index;
  EXPECT_TRUE(block);
  if (!block) return index;
  EXPECT_TRUE(ok(index.load(**block, bytes.size())));
  EXPECT_EQ(index.size(), keys.size());
  return index;
}

void expect_as_the_whole_keys(const Keys& keys, const std::vector<std::string>& targets) {
  const TableIndex index = index_of(keys);
  for (const std::string& target : targets) {
    const TableIndex::Probe probe(index, target);
    for (std::size_t at = 0; at < index.size(); ++at) {
      ASSERT_EQ(probe.ends_before(at), internal_key_less(index.last_key(at), target))
          << abbreviated(index.last_key(at)) << " against " << abbreviated(target);
    }
  }
}

// Each against an index of all.
void expect_of_each_other(const std::vector<std::string>& user_keys) {
  Keys keys;
  std::vector<std::string> targets;
  for (const std::string& user_key : user_keys) {
    keys.insert(internal_key(user_key));
    for (const SequenceNumber sequence : {4U, 5U, 6U}) {
      targets.push_back(internal_key(user_key, sequence));
    }
  }
  expect_as_the_whole_keys(keys, targets);
}

TEST(TableIndexProbe, KeysThatBeginAlike) {
  expect_of_each_other({"user:0001", "user:0001:a-long-tail-1", "user:0001:a-long-tail-2",
                        "user:0002", "user:7", "user:70", "user:700000000", "user:700000001"});
}

TEST(TableIndexProbe, ZerosAndTheEmptyKey) {
  using namespace std::string_literals;
  expect_of_each_other({"", "\0"s, "\0\0"s, "\0\0\0\0\0\0\0\0"s, "\0\0\0\0\0\0\0\0\0"s, "a", "a\0"s,
                        "\xff", "\xff\xff\xff\xff\xff\xff\xff\xff\xff"});
}

TEST(TableIndexProbe, TargetsBesideWhatAllKeysBeginWith) {
  Keys keys;
  for (const char* user_key : {"table/5", "table/6", "table/66"})
    keys.insert(internal_key(user_key));
  std::vector<std::string> targets;
  for (const char* user_key : {"", "t", "table", "table/", "tablf", "tabld", "table/4", "table/7",
                               "table/5", "table/6666666666666", "u", "a"}) {
    targets.push_back(internal_key(user_key));
  }
  expect_as_the_whole_keys(keys, targets);
}

TEST(TableIndexProbe, OneKeyInManyVersions) {
  Keys keys;
  std::vector<std::string> targets;
  for (SequenceNumber sequence = 0; sequence < 20; ++sequence) {
    if (sequence % 2 == 1) keys.insert(internal_key("the one key", sequence));
    targets.push_back(internal_key("the one key", sequence));
  }
  expect_as_the_whole_keys(keys, targets);
}

// There is nothing to compare with, and to begin the search is right all the same.
TEST(TableIndexProbe, NoBlocks) { expect_as_the_whole_keys({}, {internal_key("a")}); }

TEST(TableIndexProbe, RandomKeys) {
  Random random(1);
  for (int round = 0; round < 200; ++round) {
    const std::string common(random.below(12), 'k');
    const auto some_key = [&] {
      std::string key = common;
      for (std::uint64_t bytes = random.below(12); bytes > 0; --bytes) {
        key += static_cast<char>("\0\x01z\xff"[random.below(4)]);
      }
      return key;
    };
    Keys keys;
    for (int i = 0; i < 30; ++i) keys.insert(internal_key(some_key(), random.below(3)));
    std::vector<std::string> targets;
    for (int i = 0; i < 30; ++i) targets.push_back(internal_key(some_key(), random.below(3)));
    targets.push_back(internal_key(common.substr(common.size() / 2)));
    expect_as_the_whole_keys(keys, targets);
  }
}

}  // namespace
}  // namespace kv
