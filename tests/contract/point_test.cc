// get, put, erase, contains (kv/reader.h, kv/store.h).

#include <string>

#include "tests/contract/contract.h"
#include "tests/support/story.h"

namespace kv::test {
namespace {

using namespace std::string_view_literals;

class PointOperations : public Contract {};
KV_CONTRACT(PointOperations);

TEST_P(PointOperations, ANewStoreIsEmpty) {
  EXPECT_EQ(get("k"), "not_found");
  EXPECT_EQ(contains("k"), "false");
  EXPECT_EQ(scan(), "nothing");
}

TEST_P(PointOperations, GetReturnsWhatPutStored) {
  EXPECT_EQ(put("k", "v"), "ok");
  EXPECT_EQ(get("k"), "ok \"v\"");
}

TEST_P(PointOperations, AMissCarriesNoMessage) {
  const Result<std::string> missing = store().get("k");
  ASSERT_TRUE(fails_with(Code::not_found, missing));
  EXPECT_EQ(missing.error().message(), "");
}

TEST_P(PointOperations, PutReplacesTheValue) {
  put("k", "a long first value");
  EXPECT_EQ(put("k", "second"), "ok");
  EXPECT_EQ(get("k"), "ok \"second\"");
  EXPECT_EQ(put("k", "second"), "ok");
  EXPECT_EQ(get("k"), "ok \"second\"");
  EXPECT_EQ(scan(), "\"k\"=\"second\"");
}

TEST_P(PointOperations, EraseTakesTheValueAway) {
  put("k", "v");
  EXPECT_EQ(erase("k"), "ok");
  EXPECT_EQ(get("k"), "not_found");
  EXPECT_EQ(contains("k"), "false");
  EXPECT_EQ(scan(), "nothing");
}

TEST_P(PointOperations, EraseOfAnAbsentKeyIsOk) {
  put("a", "1");
  EXPECT_EQ(erase("b"), "ok");
  EXPECT_EQ(erase("b"), "ok");
  EXPECT_EQ(erase(""), "ok");
  EXPECT_EQ(scan(), "\"a\"=\"1\"");
}

TEST_P(PointOperations, AnErasedKeyCanBePutAgain) {
  put("k", "1");
  erase("k");
  EXPECT_EQ(put("k", "2"), "ok");
  EXPECT_EQ(get("k"), "ok \"2\"");
}

TEST_P(PointOperations, ContainsSaysWhetherThereIsAValue) {
  EXPECT_EQ(contains("k"), "false");
  put("k", "v");
  EXPECT_EQ(contains("k"), "true");
  put("k", "w");
  EXPECT_EQ(contains("k"), "true");
  erase("k");
  EXPECT_EQ(contains("k"), "false");
}

TEST_P(PointOperations, AnEmptyValueIsAValue) {
  EXPECT_EQ(put("k", ""), "ok");
  EXPECT_EQ(get("k"), "ok \"\"");
  EXPECT_EQ(contains("k"), "true");
  EXPECT_EQ(scan(), "\"k\"=\"\"");
}

TEST_P(PointOperations, AnEmptyValueReplacesAnother) {
  put("k", "v");
  EXPECT_EQ(put("k", ""), "ok");
  EXPECT_EQ(get("k"), "ok \"\"");
}

TEST_P(PointOperations, TheEmptyKeyIsAKey) {
  EXPECT_EQ(get(""), "not_found");
  EXPECT_EQ(put("", "v"), "ok");
  EXPECT_EQ(get(""), "ok \"v\"");
  EXPECT_EQ(contains(""), "true");
  EXPECT_EQ(scan(), "\"\"=\"v\"");
  EXPECT_EQ(erase(""), "ok");
  EXPECT_EQ(contains(""), "false");
}

TEST_P(PointOperations, ZeroBytesBelongToTheKey) {
  put("a", "1");
  put("a\0"sv, "2");
  put("a\0b"sv, "3");
  put("\0"sv, "4");
  put("", "5");
  EXPECT_EQ(get("a"), "ok \"1\"");
  EXPECT_EQ(get("a\0"sv), "ok \"2\"");
  EXPECT_EQ(get("a\0b"sv), "ok \"3\"");
  EXPECT_EQ(get("\0"sv), "ok \"4\"");
  EXPECT_EQ(get(""), "ok \"5\"");
  EXPECT_EQ(contains("a\0c"sv), "false");
  erase("a\0"sv);
  EXPECT_EQ(contains("a"), "true");
  EXPECT_EQ(contains("a\0b"sv), "true");
}

TEST_P(PointOperations, ZeroBytesBelongToTheValue) {
  put("k", "\0a\0b\0"sv);
  EXPECT_EQ(get("k"), "ok " + quoted("\0a\0b\0"sv));
  EXPECT_EQ(scan(), "\"k\"=" + quoted("\0a\0b\0"sv));
}

TEST_P(PointOperations, EveryByteCanBeAKeyAndAValue) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string key(1, static_cast<char>(byte));
    const std::string value(1, static_cast<char>(255 - byte));
    ASSERT_TRUE(ok(store().put(key, value))) << "byte " << byte;
  }
  for (int byte = 0; byte < 256; ++byte) {
    const std::string key(1, static_cast<char>(byte));
    const std::string value(1, static_cast<char>(255 - byte));
    EXPECT_EQ(told(store().get(key)), "ok " + test::quoted(value)) << "byte " << byte;
  }
}

TEST_P(PointOperations, TheCaseOfLettersAndSpacesMatter) {
  put("key", "1");
  put("Key", "2");
  put(" key", "3");
  put("key ", "4");
  EXPECT_EQ(get("key"), "ok \"1\"");
  EXPECT_EQ(get("Key"), "ok \"2\"");
  EXPECT_EQ(get(" key"), "ok \"3\"");
  EXPECT_EQ(get("key "), "ok \"4\"");
}

TEST_P(PointOperations, LongKeysThatDifferOnlyAtTheEndAreTwo) {
  const std::string long_key(1000, 'x');
  put(long_key + "a", "1");
  put(long_key + "b", "2");
  EXPECT_EQ(get(long_key + "a"), "ok \"1\"");
  EXPECT_EQ(get(long_key + "b"), "ok \"2\"");
  EXPECT_EQ(get(long_key), "not_found");
}

TEST_P(PointOperations, ALargeValueComesBackWhole) {
  std::string value;
  for (int i = 0; value.size() < (std::size_t{1} << 20); ++i) value += std::to_string(i) + '\0';
  EXPECT_EQ(put("k", value), "ok");
  EXPECT_TRUE(must(store().get("k")) == value);
}

TEST_P(PointOperations, OtherKeysAreLeftAlone) {
  fill({"a", "b", "c"});
  put("b", "2");
  EXPECT_EQ(scan(), "\"a\"=\"A\" \"b\"=\"2\" \"c\"=\"C\"");
  erase("b");
  EXPECT_EQ(scan(), "\"a\"=\"A\" \"c\"=\"C\"");
  get("b");
  contains("b");
  EXPECT_EQ(scan(), "\"a\"=\"A\" \"c\"=\"C\"");
}

TEST_P(PointOperations, KeysAndValuesAreBorrowedForTheCallOnly) {
  std::string key = "a key that is too long to be stored in place";
  std::string value = "a value that is too long to be stored in place";
  put(key, value);
  key[0] = 'X';
  value[0] = 'X';
  EXPECT_EQ(get("a key that is too long to be stored in place"),
            "ok \"a value that is too long to be stored in place\"");
}

TEST_P(PointOperations, StoresAreIndependent) {
  const auto other = open();
  put("k", "1");
  EXPECT_TRUE(fails_with(Code::not_found, other->get("k")));
  EXPECT_TRUE(ok(other->put("k", "2")));
  EXPECT_EQ(get("k"), "ok \"1\"");
}

}  // namespace
}  // namespace kv::test
