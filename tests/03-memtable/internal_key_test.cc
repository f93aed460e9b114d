// Task 3.1: the order of internal keys, and where a search begins.

#include "storage/internal_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/drawn.h"
#include "tests/support/told_versions.h"

namespace kv::test {
namespace {

using namespace std::string_literals;

std::string internal_key(std::string_view user_key, SequenceNumber sequence,
                         EntryKind kind = EntryKind::put) {
  std::string bytes;
  append_internal_key(bytes, {user_key, sequence, kind});
  return bytes;
}

// Which of the two comes first: "first", "second", or "neither".
std::string order(const std::string& a, const std::string& b) {
  const std::string call =
      announce("order of " + told_version(a, "") + " and " + told_version(b, ""));
  const bool less = internal_key_less(a, b);
  const bool greater = internal_key_less(b, a);
  if (less && greater) return saw(call, "each before the other");
  return saw(call, less ? "first" : greater ? "second" : "neither");
}

std::string target(std::string_view user_key, SequenceNumber sequence) {
  const std::string call =
      announce("newest_visible of " + test::quoted(user_key) + " at " + std::to_string(sequence));
  return saw(call, test::quoted(SeekTarget::newest_visible(user_key, sequence).bytes()));
}

TEST(InternalKeys, UserKeysAscend) {
  EXPECT_EQ(order(internal_key("a", 1), internal_key("b", 1)), "first");
  EXPECT_EQ(order(internal_key("a", 1), internal_key("b", 9)), "first");
  EXPECT_EQ(order(internal_key("b", 9), internal_key("a", 1)), "second");
  EXPECT_EQ(order(internal_key("", 1), internal_key("a", 9)), "first");
}

TEST(InternalKeys, TheNewestVersionComesFirst) {
  EXPECT_EQ(order(internal_key("a", 9), internal_key("a", 3)), "first");
  EXPECT_EQ(order(internal_key("a", 1), internal_key("a", 2)), "second");
  EXPECT_EQ(order(internal_key("", 7), internal_key("", 6)), "first");
}

TEST(InternalKeys, OneIsNotBeforeItself) {
  for (const char* key : {"", "a", "ab"}) {
    EXPECT_EQ(order(internal_key(key, 3), internal_key(key, 3)), "neither");
  }
}

TEST(InternalKeys, APrefixComesBeforeWhatItIsAPrefixOf) {
  // As bytes, the tag of the shorter one stands where the longer one's user key goes on.
  for (const SequenceNumber sequence : {SequenceNumber{1}, SequenceNumber{'a'}, max_sequence}) {
    EXPECT_EQ(order(internal_key("a", sequence), internal_key("aa", 5)), "first");
    EXPECT_EQ(order(internal_key("a\0"s, sequence), internal_key("a", 5)), "second");
    EXPECT_EQ(order(internal_key("", sequence), internal_key("\0"s, 5)), "first");
  }
}

TEST(InternalKeys, BytesAreNumbersFrom0To255) {
  EXPECT_EQ(order(internal_key("a", 1), internal_key("\x80", 1)), "first");
  EXPECT_EQ(order(internal_key("\x7f", 1), internal_key("\xff", 1)), "first");
  EXPECT_EQ(order(internal_key("b\0a"s, 1), internal_key("b\0b"s, 1)), "first");
}

TEST(InternalKeys, NumbersUseAllTheirBytes) {
  EXPECT_EQ(order(internal_key("a", 255), internal_key("a", 256)), "second");
  EXPECT_EQ(order(internal_key("a", 1ULL << 40), internal_key("a", (1ULL << 40) - 1)), "first");
  EXPECT_EQ(order(internal_key("a", max_sequence), internal_key("a", 1)), "first");
}

TEST(InternalKeys, AManyTimesWrittenKeyIsSorted) {
  Drawn drawn(31);
  std::vector<std::string> keys;
  for (SequenceNumber i = 1; i <= 60; ++i) {
    keys.push_back(
        internal_key(drawn.key(), i, drawn.once_in(3) ? EntryKind::tombstone : EntryKind::put));
  }
  announce("in order");
  std::ranges::sort(keys, internal_key_less);
  for (std::size_t i = 1; i < keys.size(); ++i) {
    const auto before = parse_internal_key(keys[i - 1]).value();
    const auto after = parse_internal_key(keys[i]).value();
    EXPECT_TRUE(before.user_key < after.user_key ||
                (before.user_key == after.user_key && before.sequence > after.sequence));
  }
  std::string all;
  for (const std::string& key : keys) all += told_version(key, "") + " ";
  observe("in order", all);
}

TEST(InternalKeys, TheSearchBeginsAtTheNewestThatIsSeen) {
  EXPECT_EQ(target("k", 5), test::quoted(internal_key("k", 5, EntryKind::put)));
  target("", 1);
  target("k", 0);
  target("k", max_sequence);
  target(std::string(300, 'x'), 77);
}

TEST(InternalKeys, TheSearchPassesWhatIsTooNewAndNothingElse) {
  for (const EntryKind kind : {EntryKind::tombstone, EntryKind::put}) {
    for (const SequenceNumber sequence :
         {SequenceNumber{4}, SequenceNumber{5}, SequenceNumber{6}}) {
      const std::string begin(SeekTarget::newest_visible("k", 5).bytes());
      const std::string version = internal_key("k", sequence, kind);
      const std::string call = announce("passed by a search at 5: " + told_version(version, ""));
      const bool passed = internal_key_less(version, begin);
      saw(call, passed ? "yes" : "no");
      EXPECT_EQ(passed, sequence > 5);
    }
  }
}

TEST(InternalKeys, TheBoundsEncloseAllVersions) {
  for (const char* key : {"", "a", "ab"}) {
    const std::string before(SeekTarget::before_versions(key).bytes());
    const std::string behind(SeekTarget::behind_versions(key).bytes());
    for (const SequenceNumber sequence : {SequenceNumber{1}, max_sequence - 1}) {
      EXPECT_EQ(order(before, internal_key(key, sequence)), "first");
      EXPECT_EQ(order(behind, internal_key(key, sequence, EntryKind::tombstone)), "second");
    }
    EXPECT_EQ(order(behind, internal_key(key + "\0"s, 3)), "first");
  }
}

}  // namespace
}  // namespace kv::test
