// What a table's file is made of beside its blocks (storage/sstable.h): handles, properties, names.

#include "storage/sstable.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/coding.h"
#include "storage/internal_key.h"
#include "tests/support/expect.h"

namespace kv {
namespace {

using test::fails_with;
using test::ok;
using namespace std::string_literals;

constexpr std::uint64_t largest_number = std::numeric_limits<std::uint64_t>::max();

std::string internal_key(std::string_view user_key, SequenceNumber sequence) {
  std::string key;
  append_internal_key(key, {user_key, sequence, EntryKind::put});
  return key;
}

TEST(BlockHandle, ComesOutAsItWentIn) {
  for (const BlockHandle& handle :
       {BlockHandle{0, 0}, BlockHandle{127, 128}, BlockHandle{largest_number, largest_number}}) {
    std::string bytes;
    append_handle(bytes, handle);
    std::string_view rest = bytes;
    BlockHandle taken;
    EXPECT_TRUE(take_handle(rest, taken));
    EXPECT_EQ(taken, handle);
    EXPECT_EQ(rest, "");
  }
}

TEST(BlockHandle, IsTwoVarints) {
  std::string bytes;
  append_handle(bytes, {300, 5});
  EXPECT_EQ(bytes, "\xac\x02\x05");
}

TEST(BlockHandle, LeavesWhatFollows) {
  std::string_view rest = "\x01\x02rest";
  BlockHandle taken;
  EXPECT_TRUE(take_handle(rest, taken));
  EXPECT_EQ(rest, "rest");
}

TEST(BlockHandle, ThatIsCutShortChangesNothing) {
  std::string bytes;
  append_handle(bytes, {300, 300});
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    std::string_view rest = std::string_view(bytes).substr(0, cut);
    BlockHandle taken{1, 2};
    EXPECT_FALSE(take_handle(rest, taken));
    EXPECT_EQ(rest.size(), cut);
    EXPECT_EQ(taken, (BlockHandle{1, 2}));
  }
}

// Names and values as they stand in a file.
using Fields = std::vector<std::pair<std::string, std::string>>;

class Properties : public testing::Test {
 protected:
  static TableProperties some() {
    return {.data_blocks = 2,
            .data_bytes = 300,
            .entries = 9,
            .tombstones = 3,
            .smallest = internal_key("a", 7),
            .largest = internal_key("z", 5),
            .first_sequence = 5,
            .last_sequence = 13};
  }

  static Fields fields_of(const TableProperties& properties) {
    const std::string bytes = encode_properties(properties);
    Fields fields;
    for (std::string_view rest = bytes; !rest.empty();) {
      std::string_view name;
      std::string_view value;
      EXPECT_TRUE(take_string(rest, name) && take_string(rest, value));
      fields.emplace_back(name, value);
    }
    return fields;
  }

  static Result<TableProperties> decode(const Fields& fields) {
    std::string bytes;
    for (const auto& [name, value] : fields) {
      append_string(bytes, name);
      append_string(bytes, value);
    }
    return decode_properties(bytes, "db/000007.sst");
  }

  // What comes out where some() is changed so.
  template <class Change>
  static Result<TableProperties> decode_with(const Change& change) {
    TableProperties changed = some();
    change(changed);
    return decode_properties(encode_properties(changed), "db/000007.sst");
  }
};

TEST_F(Properties, ComeOutAsTheyWentIn) {
  const auto decoded = decode_properties(encode_properties(some()), "t");
  ASSERT_TRUE(ok(decoded));
  EXPECT_EQ(*decoded, some());
}

TEST_F(Properties, OfATableWithoutEntriesHaveNoKeys) {
  const auto decoded = decode_properties(encode_properties({}), "t");
  ASSERT_TRUE(ok(decoded));
  EXPECT_EQ(*decoded, TableProperties());
}

TEST_F(Properties, StandAscendingByName) {
  EXPECT_EQ(fields_of(some()), (Fields{{"data.blocks", "\x02"},
                                       {"data.bytes", "\xac\x02"},
                                       {"entries", "\x09"},
                                       {"key.largest", internal_key("z", 5)},
                                       {"key.smallest", internal_key("a", 7)},
                                       {"sequence.first", "\x05"},
                                       {"sequence.last", "\x0d"},
                                       {"tombstones", "\x03"}}));
}

TEST_F(Properties, OfAnUnknownNameArePassedOver) {
  Fields fields = fields_of(some());
  fields.insert(fields.begin() + 3, {"fancy", "\xff\xff"});
  fields.insert(fields.begin(), {"", "nothing"});
  fields.emplace_back("zebra", "");
  const auto decoded = decode(fields);
  ASSERT_TRUE(ok(decoded));
  EXPECT_EQ(*decoded, some());
}

TEST_F(Properties, MustAllBeThere) {
  const Fields fields = fields_of(some());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    Fields without = fields;
    without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
    const auto decoded = decode(without);
    ASSERT_TRUE(fails_with(Code::corruption, decoded)) << fields[i].first;
    EXPECT_NE(decoded.error().message().find("\"" + fields[i].first + "\" is missing"),
              std::string::npos)
        << decoded.error().message();
  }
}

TEST_F(Properties, StandInOrderAndOnce) {
  Fields fields = fields_of(some());
  std::swap(fields[0], fields[1]);
  EXPECT_TRUE(fails_with(Code::corruption, decode(fields)));
  fields = fields_of(some());
  fields.insert(fields.begin(), fields.front());
  EXPECT_TRUE(fails_with(Code::corruption, decode(fields)));
}

TEST_F(Properties, ThatAreNumbersAreJustThat) {
  for (const std::size_t i : {0, 1, 2, 5, 6, 7}) {
    for (const std::string& value : {""s, "\x80"s, "\x01\x01"s, "\x81\0"s}) {
      Fields fields = fields_of(some());
      fields[i].second = value;
      EXPECT_TRUE(fails_with(Code::corruption, decode(fields))) << fields[i].first;
    }
  }
}

TEST_F(Properties, ThatContradictEachOtherAreCorruption) {
  using P = TableProperties;
  const auto corrupt = [](const auto& change) {
    return fails_with(Code::corruption, decode_with(change));
  };
  EXPECT_TRUE(corrupt([](P& p) { p.data_blocks = 10; })) << "more blocks than entries";
  EXPECT_TRUE(corrupt([](P& p) { p.data_blocks = 0; })) << "entries without a block";
  EXPECT_TRUE(corrupt([](P& p) { p.tombstones = 10; })) << "more tombstones than entries";
  EXPECT_TRUE(corrupt([](P& p) { p.data_bytes = 71; })) << "fewer bytes than tags have";
  EXPECT_TRUE(corrupt([](P& p) { p.first_sequence = 14; })) << "the first behind the last";
  EXPECT_TRUE(corrupt([](P& p) { p.last_sequence = max_sequence + 1; })) << "no such number";
  EXPECT_TRUE(corrupt([](P& p) { std::swap(p.smallest, p.largest); })) << "keys out of order";
  EXPECT_TRUE(corrupt([](P& p) { p.smallest = "short"; })) << "no internal key";
  EXPECT_TRUE(corrupt([](P& p) { p.largest.clear(); })) << "entries without a largest key";
  EXPECT_TRUE(corrupt([](P& p) { p.entries = p.data_blocks = p.tombstones = 0; }))
      << "keys without entries";
}

TEST_F(Properties, ThatAreCutShortAreCorruption) {
  const std::string bytes = encode_properties(some());
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    const auto decoded = decode_properties(std::string_view(bytes).substr(0, cut), "t");
    EXPECT_TRUE(fails_with(Code::corruption, decoded)) << cut;
  }
}

TEST_F(Properties, TellWhichFileIsDamagedAndWhatToDo) {
  const auto decoded = decode({});
  ASSERT_TRUE(fails_with(Code::corruption, decoded));
  EXPECT_EQ(decoded.error().message(),
            "\"db/000007.sst\", its properties: \"data.blocks\" is missing; put back a copy of "
            "the file; `kvcli inspect` shows what is left of it, `kvcli salvage` saves that");
}

TEST(DamagedTable, NamesFileAndOffsetAndWhatToDo) {
  const Status status = damaged_table("db/\n.sst", 4096, "no block begins here");
  ASSERT_TRUE(fails_with(Code::corruption, status));
  EXPECT_EQ(status.error().message(),
            "\"db/\\x0a.sst\", offset 4096: no block begins here; put back a copy of the file; "
            "`kvcli inspect` shows what is left of it, `kvcli salvage` saves that");
}

TEST(TableName, HasSixDigitsOrMore) {
  EXPECT_EQ(table_name(7), "000007.sst");
  EXPECT_EQ(table_name(123456), "123456.sst");
  EXPECT_EQ(table_name(1234567), "1234567.sst");
}

TEST(TableName, GivesItsNumberBack) {
  for (const TableNumber number : {TableNumber{1}, TableNumber{999'999}, TableNumber{1'000'000},
                                   TableNumber{largest_number - 1}}) {
    EXPECT_EQ(table_number(table_name(number)), number);
  }
}

TEST(TableName, OfAnotherFormHasNoNumber) {
  for (const char* name :
       {"", ".sst", "7.sst", "00007.sst", "0000007.sst", "000000.sst", "000007", "000007.log",
        "000007.sst.new", "x000007.sst", "-00007.sst", "+00007.sst", " 00007.sst", "00000a.sst",
        "000007.SST", "18446744073709551615.sst", "18446744073709551616.sst"}) {
    EXPECT_EQ(table_number(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace kv
