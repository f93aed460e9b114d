// Task 3.4: versions in a memtable.

#include "storage/memtable.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <string>
#include <thread>

#include "tests/03-memtable/told_memtable.h"
#include "tests/03-memtable/wrongs.h"
#include "tests/support/drawn.h"

namespace kv::test {
namespace {

using namespace std::string_literals;

class Memtables : public testing::Test {
 protected:
  ToldMemtable table;
};

TEST_F(Memtables, AnUnknownKeyHasNoVersion) {
  EXPECT_EQ(table.get("a", 9), "none");
  table.put(1, "b", "1");
  for (const char* key : {"", "a", "b\x01", "ba", "c"}) EXPECT_EQ(table.get(key, 9), "none");
}

TEST_F(Memtables, TheNewestVersionUpToTheNumberIsFound) {
  table.put(2, "k", "two");
  table.put(5, "k", "five");
  table.put(9, "k", "nine");
  EXPECT_EQ(table.get("k", 1), "none");
  EXPECT_EQ(table.get("k", 2), "\"k\"@2=\"two\"");
  EXPECT_EQ(table.get("k", 4), "\"k\"@2=\"two\"");
  EXPECT_EQ(table.get("k", 5), "\"k\"@5=\"five\"");
  EXPECT_EQ(table.get("k", 8), "\"k\"@5=\"five\"");
  EXPECT_EQ(table.get("k", max_sequence), "\"k\"@9=\"nine\"");
}

TEST_F(Memtables, ATombstoneIsAVersion) {
  table.put(1, "k", "one");
  table.erase(2, "k");
  table.put(3, "k", "");
  table.erase(4, "never");
  EXPECT_EQ(table.get("k", 1), "\"k\"@1=\"one\"");
  EXPECT_EQ(table.get("k", 2), "\"k\"@2 erased");
  EXPECT_EQ(table.get("k", 3), "\"k\"@3=\"\"");
  EXPECT_EQ(table.get("never", 4), "\"never\"@4 erased");
  EXPECT_EQ(table.get("never", 3), "none");
}

TEST_F(Memtables, AnOldVersionIsNoAnswerForTheKeyBefore) {
  // The place of "a" at 3 is behind all its versions: what stands there belongs to "aa".
  table.put(5, "a", "five");
  table.put(1, "aa", "one");
  EXPECT_EQ(table.get("a", 3), "none");
  EXPECT_EQ(table.get("aa", 3), "\"aa\"@1=\"one\"");
}

TEST_F(Memtables, KeysAndValuesAreAnyBytes) {
  SequenceNumber sequence = 0;
  for (const std::string& key : {""s, "\0"s, "a\0b"s, "a"s, "\xff"s, std::string(5'000, 'k')}) {
    table.put(++sequence, key, key + "\0value"s);
  }
  for (const std::string& key : {""s, "\0"s, "a\0b"s, "a"s, "\xff"s, std::string(5'000, 'k')}) {
    table.get(key, 9);
  }
  table.put(++sequence, "long", std::string(700'000, 'v'));
  table.get("long", 9);
}

TEST_F(Memtables, AWalkMeetsEveryVersion) {
  table.put(3, "b", "3");
  table.put(1, "a", "1");
  table.erase(2, "a");
  table.put(4, "", "4");
  auto walk = table.iterate(Direction::forward);
  EXPECT_EQ(walk.next(), "\"\"@4=\"4\"");
  EXPECT_EQ(walk.rest(), "\"a\"@2 erased \"a\"@1=\"1\" \"b\"@3=\"3\"");
  EXPECT_EQ(walk.next(), "end");
}

TEST_F(Memtables, AWalkInReverseMeetsThemTheOtherWayRound) {
  table.put(3, "b", "3");
  table.put(1, "a", "1");
  table.erase(2, "a");
  table.put(4, "", "4");
  auto walk = table.iterate(Direction::reverse);
  EXPECT_EQ(walk.next(), "\"b\"@3=\"3\"");
  EXPECT_EQ(walk.rest(), "\"a\"@1=\"1\" \"a\"@2 erased \"\"@4=\"4\"");
  EXPECT_EQ(walk.next(), "end");
}

TEST_F(Memtables, AnEmptyOneHasNothingToWalkOver) {
  for (const Direction direction : {Direction::forward, Direction::reverse}) {
    EXPECT_EQ(table.iterate(direction).next(), "end");
    EXPECT_EQ(table.iterate(direction).seek(SeekTarget::newest_visible("a", 9)), "end");
  }
}

TEST_F(Memtables, AWalkSeeksInItsDirection) {
  table.put(2, "b", "2");
  table.put(4, "b", "4");
  table.put(6, "d", "6");
  auto forward = table.iterate(Direction::forward);
  EXPECT_EQ(forward.seek(SeekTarget::newest_visible("b", 3)), "\"b\"@2=\"2\"");
  EXPECT_EQ(forward.next(), "\"d\"@6=\"6\"");
  EXPECT_EQ(forward.seek(SeekTarget::before_versions("b")), "\"b\"@4=\"4\"");
  EXPECT_EQ(forward.seek(SeekTarget::behind_versions("d")), "end");
  auto reverse = table.iterate(Direction::reverse);
  EXPECT_EQ(reverse.seek(SeekTarget::behind_versions("b")), "\"b\"@2=\"2\"");
  EXPECT_EQ(reverse.next(), "\"b\"@4=\"4\"");
  EXPECT_EQ(reverse.next(), "end");
  EXPECT_EQ(reverse.seek(SeekTarget::before_versions("d")), "\"b\"@2=\"2\"");
  EXPECT_EQ(reverse.seek(SeekTarget::newest_visible("d", 6)), "\"d\"@6=\"6\"");
  EXPECT_EQ(reverse.seek(SeekTarget::before_versions("a")), "end");
}

TEST_F(Memtables, EveryVersionIsCounted) {
  EXPECT_EQ(table.entries(), "0");
  table.put(1, "a", "1");
  table.put(2, "a", "2");
  table.erase(3, "a");
  EXPECT_EQ(table.entries(), "3");
}

TEST_F(Memtables, BytesGrowWithWhatIsKept) {
  Memtable& memtable = table.memtable();
  announce("bytes are accounted for");
  const std::size_t empty = memtable.bytes();
  for (SequenceNumber i = 1; i <= 1'000; ++i) {
    memtable.add(i, EntryKind::put, "key", std::string(1'000, 'v'));
  }
  const std::size_t full = memtable.bytes();
  // At the least what was put there; at the most as much again, for the free end of the last chunk.
  const bool accounted = empty <= 16'384 && full >= 1'000'000 && full <= 3'000'000;
  observe("bytes are accounted for", accounted ? "yes" : "no");
  EXPECT_TRUE(accounted) << empty << " bytes empty, " << full << " with 1000 values of 1000 bytes";
}

TEST_F(Memtables, RandomVersionsAreFoundAtEveryNumber) {
  Drawn drawn(34);
  std::map<std::string, std::map<SequenceNumber, std::string>> model;
  for (SequenceNumber sequence = 1; sequence <= 150; ++sequence) {
    const std::string key(drawn.key());
    if (drawn.once_in(4)) {
      table.erase(sequence, key);
      model[key][sequence] = told_version(key, sequence, EntryKind::tombstone, {});
    } else {
      const std::string value = drawn.value();
      table.put(sequence, key, value);
      model[key][sequence] = told_version(key, sequence, EntryKind::put, value);
    }
    const std::string sought(drawn.key());
    const SequenceNumber at = drawn.below(sequence + 2);
    const auto& versions = model[sought];
    const auto newer = versions.upper_bound(at);
    EXPECT_EQ(table.get(sought, at), newer == versions.begin() ? "none" : std::prev(newer)->second);
  }
  table.iterate(Direction::forward).rest();
  table.iterate(Direction::reverse).rest();
}

TEST_F(Memtables, AReaderAtANumberGetsTheSameAnswerForEver) {
  // The writer publishes each number as a store does; a reader holds on to one of them.
  table.put(1, "k", "1");
  ASSERT_EQ(table.get("k", 1), "\"k\"@1=\"1\"");
  constexpr SequenceNumber last = 20'000;
  std::atomic<SequenceNumber> published = 1;
  Wrongs wrong;
  announce("wrong answers");
  {
    const std::jthread writer([&]() -> void {
      for (SequenceNumber i = 2; i <= last; ++i) {
        table.memtable().add(i, EntryKind::put, "k", std::to_string(i));
        published.store(i, std::memory_order_release);
      }
    });
    for (SequenceNumber at = 0; at < last;) {
      at = published.load(std::memory_order_acquire);
      for (int look = 0; look < 3; ++look) {
        const auto found = table.memtable().get("k", at);
        if (!found || found->sequence != at || found->value != std::to_string(at)) {
          const std::string seen =
              found ? told_version("k", found->sequence, found->kind, found->value) : "none";
          wrong.add("get \"k\" at " + std::to_string(at) + ": expected that version, found " +
                    seen);
        }
      }
    }
  }
  observe("wrong answers", wrong.told());
  EXPECT_EQ(wrong.told(), "0");
}

}  // namespace
}  // namespace kv::test
