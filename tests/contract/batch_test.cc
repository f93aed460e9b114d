// apply: changes and requirements in one atomic step (kv/batch.h, Store::apply).

#include <gmock/gmock.h>

#include <string>

#include "base/quote.h"
#include "tests/contract/contract.h"
#include "tests/support/story.h"

namespace kv::test {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

class Batches : public Contract {};
KV_CONTRACT(Batches);

TEST_P(Batches, EveryChangeIsMade) {
  fill({"a", "b"});
  Batch batch;
  batch.put("a", "1");
  batch.erase("b");
  batch.put("c", "3");
  EXPECT_EQ(apply(batch), "ok");
  EXPECT_EQ(scan(), "\"a\"=\"1\" \"c\"=\"3\"");
}

TEST_P(Batches, OfTwoPutsTheLaterStands) {
  Batch batch;
  batch.put("k", "first");
  batch.put("k", "second");
  EXPECT_EQ(apply(batch), "ok");
  EXPECT_EQ(get("k"), "ok \"second\"");
}

TEST_P(Batches, AnEraseAfterAPutStands) {
  Batch batch;
  batch.put("k", "v");
  batch.erase("k");
  EXPECT_EQ(apply(batch), "ok");
  EXPECT_EQ(contains("k"), "false");
}

TEST_P(Batches, APutAfterAnEraseStands) {
  put("k", "old");
  Batch batch;
  batch.erase("k");
  batch.put("k", "new");
  EXPECT_EQ(apply(batch), "ok");
  EXPECT_EQ(get("k"), "ok \"new\"");
}

TEST_P(Batches, ChangesOfOtherKeysDoNotDisturbTheOrder) {
  Batch batch;
  batch.put("b", "1");
  batch.put("a", "1");
  batch.put("b", "2");
  batch.erase("a");
  batch.put("c", "1");
  batch.put("b", "3");
  EXPECT_EQ(apply(batch), "ok");
  EXPECT_EQ(scan(), "\"b\"=\"3\" \"c\"=\"1\"");
}

TEST_P(Batches, AnEmptyBatchIsOkAndChangesNothing) {
  fill({"a"});
  EXPECT_EQ(apply(Batch()), "ok");
  EXPECT_EQ(scan(), "\"a\"=\"A\"");
}

TEST_P(Batches, AnEraseOfAnAbsentKeyIsOk) {
  Batch batch;
  batch.erase("absent");
  batch.put("a", "1");
  EXPECT_EQ(apply(batch), "ok");
  EXPECT_EQ(scan(), "\"a\"=\"1\"");
}

TEST_P(Batches, AnyBytesCanBePutRequiredAndErased) {
  Batch first;
  first.put("", "");
  first.put("\0\xff"sv, "\0"sv);
  first.put("\xff"sv, "v");
  EXPECT_EQ(apply(first), "ok");
  EXPECT_EQ(scan(), R"(""="" "\x00\xff"="\x00" "\xff"="v")");

  Batch second;
  second.require("", "");
  second.require("\0\xff"sv, "\0"sv);
  second.require("\0"sv, absent);
  second.erase("");
  second.erase("\xff"sv);
  EXPECT_EQ(apply(second), "ok");
  EXPECT_EQ(scan(), R"("\x00\xff"="\x00")");
}

TEST_P(Batches, ABatchCanBeAppliedAgainAndAfterItWasCleared) {
  Batch batch;
  batch.put("a", "1");
  EXPECT_EQ(apply(batch), "ok");
  erase("a");
  EXPECT_EQ(apply(batch), "ok");
  EXPECT_EQ(scan(), "\"a\"=\"1\"");
  batch.clear();
  batch.put("b", "2");
  EXPECT_EQ(apply(batch), "ok");
  EXPECT_EQ(scan(), "\"a\"=\"1\" \"b\"=\"2\"");
}

TEST_P(Batches, AThousandChangesAreOneBatch) {
  Batch batch;
  for (int i = 0; i < 1000; ++i) batch.put("key" + std::to_string(i), std::to_string(i));
  batch.erase("key500");
  ASSERT_TRUE(ok(store().apply(batch)));
  EXPECT_EQ(get("key0"), "ok \"0\"");
  EXPECT_EQ(get("key500"), "not_found");
  EXPECT_EQ(get("key999"), "ok \"999\"");
}

class Requirements : public Contract {
 protected:
  // What a batch answers that requires this and, if it may, puts "done".
  template <class Value>
  std::string apply_if(std::string_view key, Value required) {
    Batch batch;
    batch.require(key, required);
    batch.put("done", "yes");
    return apply(batch);
  }
};
KV_CONTRACT(Requirements);

TEST_P(Requirements, TheValueIsAsRequired) {
  put("k", "v");
  EXPECT_EQ(apply_if("k", "v"), "ok");
  EXPECT_EQ(scan(), "\"done\"=\"yes\" \"k\"=\"v\"");
}

TEST_P(Requirements, TheKeyIsAbsentAsRequired) {
  EXPECT_EQ(apply_if("k", absent), "ok");
  EXPECT_EQ(scan(), "\"done\"=\"yes\"");
}

TEST_P(Requirements, AnErasedKeyIsAbsent) {
  put("k", "v");
  erase("k");
  EXPECT_EQ(apply_if("k", "v"), "conflict");
  EXPECT_EQ(apply_if("k", absent), "ok");
}

TEST_P(Requirements, AnotherValueIsAConflict) {
  put("k", "value");
  EXPECT_EQ(apply_if("k", "Value"), "conflict");
  EXPECT_EQ(apply_if("k", "valu"), "conflict");
  EXPECT_EQ(apply_if("k", "values"), "conflict");
  EXPECT_EQ(apply_if("k", "value\0"sv), "conflict");
  EXPECT_EQ(apply_if("k", ""), "conflict");
  EXPECT_EQ(apply_if("k", absent), "conflict");
  EXPECT_EQ(scan(), "\"k\"=\"value\"");
}

TEST_P(Requirements, AValueIsRequiredOfAnAbsentKey) {
  EXPECT_EQ(apply_if("k", "v"), "conflict");
  EXPECT_EQ(scan(), "nothing");
}

TEST_P(Requirements, AnEmptyValueIsNotAnAbsentKey) {
  EXPECT_EQ(apply_if("k", ""), "conflict");
  put("k", "");
  EXPECT_EQ(apply_if("k", absent), "conflict");
  EXPECT_EQ(scan(), "\"k\"=\"\"");
  EXPECT_EQ(apply_if("k", ""), "ok");
}

TEST_P(Requirements, AreMadeOfTheEmptyKeyToo) {
  EXPECT_EQ(apply_if("", "v"), "conflict");
  put("", "v");
  EXPECT_EQ(apply_if("", absent), "conflict");
  EXPECT_EQ(apply_if("", "w"), "conflict");
  EXPECT_EQ(scan(), "\"\"=\"v\"");
  EXPECT_EQ(apply_if("", "v"), "ok");
}

TEST_P(Requirements, AreCheckedEvenWhereNothingIsChanged) {
  put("k", "v");
  Batch met;
  met.require("k", "v");
  met.require("absent", absent);
  EXPECT_EQ(apply(met), "ok");
  Batch unmet;
  unmet.require("k", "w");
  EXPECT_EQ(apply(unmet), "conflict");
  EXPECT_EQ(scan(), "\"k\"=\"v\"");
}

TEST_P(Requirements, AreCheckedAgainstTheStateBeforeTheBatch) {
  put("k", "before");
  Batch sees_its_own_put;
  sees_its_own_put.put("k", "after");
  sees_its_own_put.require("k", "after");
  EXPECT_EQ(apply(sees_its_own_put), "conflict");
  EXPECT_EQ(scan(), "\"k\"=\"before\"");

  Batch added_last;
  added_last.put("k", "after");
  added_last.erase("l");
  added_last.put("m", "new");
  added_last.require("k", "before");
  added_last.require("m", absent);
  EXPECT_EQ(apply(added_last), "ok");
  EXPECT_EQ(scan(), "\"k\"=\"after\" \"m\"=\"new\"");
}

TEST_P(Requirements, AnEraseInTheBatchDoesNotMakeItsKeyAbsent) {
  put("k", "v");
  Batch batch;
  batch.erase("k");
  batch.require("k", absent);
  EXPECT_EQ(apply(batch), "conflict");
  EXPECT_EQ(get("k"), "ok \"v\"");
}

TEST_P(Requirements, OneThatDoesNotHoldIsAConflictWhereverItStands) {
  fill({"a", "b", "c"});
  for (const std::string_view wrong : {"a", "b", "c"}) {
    Batch batch;
    batch.put("new", "1");
    for (const std::string_view key : {"a", "b", "c"}) {
      const std::string right(1, static_cast<char>(key[0] - 'a' + 'A'));
      batch.require(key, key == wrong ? "another" : right);
      batch.erase(key);
    }
    EXPECT_EQ(apply(batch), "conflict") << "the requirement of " << wrong << " does not hold";
    EXPECT_EQ(scan(), "\"a\"=\"A\" \"b\"=\"B\" \"c\"=\"C\"");
  }
}

TEST_P(Requirements, SeveralOfOneKeyMustAllHold) {
  put("k", "v");
  Batch twice;
  twice.require("k", "v");
  twice.require("k", "v");
  EXPECT_EQ(apply(twice), "ok");
  Batch first_wrong;
  first_wrong.require("k", "w");
  first_wrong.require("k", "v");
  EXPECT_EQ(apply(first_wrong), "conflict");
  Batch last_wrong;
  last_wrong.require("k", "v");
  last_wrong.require("k", absent);
  EXPECT_EQ(apply(last_wrong), "conflict");
}

TEST_P(Requirements, AConflictNamesItsKey) {
  fill({"apples", "pears"});
  Batch batch;
  batch.require("apples", "APPLES");
  batch.require("pears", "none");
  const Status status = store().apply(batch);
  ASSERT_TRUE(fails_with(Code::conflict, status));
  EXPECT_THAT(status.error().message(), testing::HasSubstr("pears"));
}

TEST_P(Requirements, AConflictNamesAKeyOfAnyBytesInPrintableText) {
  std::string any_bytes;
  for (int byte = 0; byte < 256; ++byte) any_bytes.push_back(static_cast<char>(byte));
  for (const std::string& key : {"tab\t\x1b[2J\n\xff"s, any_bytes}) {
    Batch batch;
    batch.require(key, "v");
    const Status status = store().apply(batch);
    ASSERT_TRUE(fails_with(Code::conflict, status));
    EXPECT_EQ(status.error().message(), printable(status.error().message()));
  }
}

TEST_P(Requirements, AConflictDoesNotLast) {
  put("k", "1");
  Batch batch;
  batch.require("k", "2");
  batch.put("k", "3");
  EXPECT_EQ(apply(batch), "conflict");
  put("k", "2");
  EXPECT_EQ(apply(batch), "ok");
  EXPECT_EQ(get("k"), "ok \"3\"");
}

}  // namespace
}  // namespace kv::test
