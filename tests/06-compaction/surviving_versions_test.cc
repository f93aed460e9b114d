// Task 6.5: which versions a compaction keeps.

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/06-compaction/survivors.h"
#include "tests/support/expect.h"

namespace kv::test {
namespace {

// Internal keys as bytes, which may be none; the values are empty.
class RawKeys final : public InternalIterator {
 public:
  explicit RawKeys(std::vector<std::string> keys) : keys_(std::move(keys)) {}

 private:
  bool do_next() override {
    if (next_ == keys_.size()) return false;
    stand_on(keys_[next_++], {});
    return true;
  }
  bool do_seek(std::string_view /*target*/) override { return false; }

  const std::vector<std::string> keys_;
  std::size_t next_ = 0;
};

bool begins_with_x(std::string_view /*key*/, std::string_view value) {
  return value.starts_with('x');
}

class SurvivingVersions : public testing::Test {
 protected:
  SurvivalRules rules(const Merge& merge) {
    asked.clear();
    shown.clear();
    SurvivalRules rules{.readers = merge.readers,
                        .older_may_hold = [this, older = merge.older](std::string_view user_key) {
                          asked += (asked.empty() ? "" : " ") + key_text(user_key);
                          return older.contains(std::string(user_key));
                        }};
    if (!merge.drop) return rules;
    rules.drop = [this, drop = merge.drop](std::string_view key, std::string_view value) {
      shown += (shown.empty() ? "" : " ") + key_text(key) + "=";
      shown += value.size() <= 40 ? std::string(value) : test::quoted(value);
      return drop(key, value);
    };
    return rules;
  }

  std::unique_ptr<InternalIterator> walk(const Merge& merge) {
    return make_surviving_versions(
        std::make_unique<ListedVersions>(merge.versions, Direction::forward), rules(merge));
  }

  // What is left of the versions. `asked` and `shown` say what was asked meanwhile.
  std::string survivors(const Merge& merge) {
    const std::string call = announce("merge " + text_of(merge));
    const auto versions = walk(merge);
    std::string left = text_of(rest_of(*versions));
    if (!versions->status()) left += " " + std::string(name(versions->status().error().code()));
    std::string seen = left.empty() ? "nothing is left" : "left: " + left;
    if (!asked.empty()) seen += "; older levels were asked for " + asked;
    if (merge.drop) seen += "; the filter was shown " + (shown.empty() ? "nothing" : shown);
    observe(call, seen);
    return left;
  }
  std::string survivors(const std::string& versions, Readers readers,
                        std::set<std::string> older = {}) {
    return survivors({listed(versions), std::move(readers), std::move(older)});
  }

  // With a filter that drops values that begin with an x.
  std::string filtered(const std::string& versions, Readers readers,
                       std::set<std::string> older = {}) {
    return survivors(
        {listed(versions), std::move(readers), std::move(older),
         [](std::string_view, std::string_view value) -> bool { return value.starts_with('x'); }});
  }

  std::string asked;  // the user keys for which older levels were asked
  std::string shown;  // what the filter was shown
};

TEST_F(SurvivingVersions, OfNothingNothingIsLeft) {
  const auto versions = walk({{}, {9}});
  EXPECT_EQ(survivors("", {9}), "");
  EXPECT_FALSE(versions->next());
  EXPECT_TRUE(ok(versions->status()));
}

TEST_F(SurvivingVersions, TheOnlyVersionOfAKeyStays) {
  EXPECT_EQ(survivors("a@3 b@1=one c@9", {9}), "a@3 b@1=one c@9");
  EXPECT_EQ(survivors("a@3 b@1= c@9", {1, 9}), "a@3 b@1= c@9");
}

TEST_F(SurvivingVersions, WithoutSnapshotsTheNewestIsEnough) {
  EXPECT_EQ(survivors("a@8 a@6 a@3 b@7 b@2 c@1", {9}), "a@8 b@7 c@1");
}

TEST_F(SurvivingVersions, AllIsAsDrawn) {
  const std::string drawn = "a@8 a@6 a@3 b@5! b@2 c@4! c@1 d@11 d@7";
  EXPECT_EQ(survivors(drawn, {4, 9}), "a@8 a@3 b@5! b@2 d@11 d@7");
  EXPECT_EQ(survivors(drawn, {4, 9}, {"c"}), "a@8 a@3 b@5! b@2 c@4! d@11 d@7");
}

TEST_F(SurvivingVersions, ASnapshotSeesTheNewestUpToItsNumber) {
  for (SequenceNumber snapshot = 1; snapshot <= 9; ++snapshot) {
    const std::string seen = snapshot >= 8   ? "a@8"
                             : snapshot >= 5 ? "a@8 a@5"
                             : snapshot >= 3 ? "a@8 a@3"
                                             : "a@8";
    EXPECT_EQ(survivors("a@8 a@5 a@3", {snapshot, 9}), seen) << snapshot;
  }
}

TEST_F(SurvivingVersions, AVersionThatTwoSnapshotsSeeStaysOnce) {
  EXPECT_EQ(survivors("a@8 a@5 a@3", {5, 6, 7, 9}), "a@8 a@5");
  EXPECT_EQ(survivors("a@8 a@5 a@3", {4, 4, 9, 9}), "a@8 a@3");
}

TEST_F(SurvivingVersions, EachSnapshotKeepsItsOwn) {
  EXPECT_EQ(survivors("a@9 a@8 a@7 a@6 a@5 a@4 a@3 a@2 a@1", {2, 3, 6, 9}), "a@9 a@6 a@3 a@2");
  EXPECT_EQ(survivors("a@9 a@7 a@5 a@3 a@1 b@8 b@6 b@4 b@2", {4, 6, 9}), "a@9 a@5 a@3 b@8 b@6 b@4");
}

TEST_F(SurvivingVersions, WhatIsNotPublishedShadowsNothing) {
  // At 9, 10 and so on readers are still to come.
  EXPECT_EQ(survivors("d@11 d@7", {9}), "d@11 d@7");
  EXPECT_EQ(survivors("d@11 d@7 d@6", {9}), "d@11 d@7");
  EXPECT_EQ(survivors("d@10 d@9 d@8", {9}), "d@10 d@9");
}

TEST_F(SurvivingVersions, OfWhatIsNotPublishedEveryVersionStays) {
  EXPECT_EQ(survivors("d@12 d@11 d@10", {9}), "d@12 d@11 d@10");
  EXPECT_EQ(survivors("d@12 d@11! d@10 d@5 d@4", {4, 9}), "d@12 d@11! d@10 d@5 d@4");
}

TEST_F(SurvivingVersions, ATombstoneThatHidesNothingGoes) {
  EXPECT_EQ(survivors("a@4! b@9! b@3 c@5", {9}), "c@5");
}

TEST_F(SurvivingVersions, ATombstoneStaysWhereAnOlderLevelMayHoldTheKey) {
  EXPECT_EQ(survivors("a@4! b@9! b@3 c@5", {9}, {"b"}), "b@9! c@5");
  EXPECT_EQ(survivors("a@4! b@9! b@3 c@5", {9}, {"a", "c"}), "a@4! c@5");
}

TEST_F(SurvivingVersions, ATombstoneGoesOnlyUpToTheSmallestReader) {
  EXPECT_EQ(survivors("a@4!", {5, 9}), "");
  EXPECT_EQ(survivors("a@5!", {5, 9}), "");
  EXPECT_EQ(survivors("a@6!", {5, 9}), "a@6!");
  EXPECT_EQ(survivors("a@6!", {2, 7, 9}), "a@6!");
  EXPECT_EQ(survivors("a@9!", {8, 9}), "a@9!");
  EXPECT_EQ(survivors("a@10!", {9}), "a@10!");
}

TEST_F(SurvivingVersions, ATombstoneStaysWithWhatItHides) {
  EXPECT_EQ(survivors("b@5! b@2", {4, 9}), "b@5! b@2");
  EXPECT_EQ(survivors("b@7! b@5! b@2", {4, 6, 9}), "b@7! b@5! b@2");
}

TEST_F(SurvivingVersions, ATombstoneGoesUnderANewerValueAsWell) {
  EXPECT_EQ(survivors("a@8 a@4! a@2", {5, 9}), "a@8");
  EXPECT_EQ(survivors("a@8 a@4! a@2", {5, 9}, {"a"}), "a@8 a@4!");
}

TEST_F(SurvivingVersions, AShadowedTombstoneGoesWhateverOlderLevelsHold) {
  EXPECT_EQ(survivors("a@8 a@6! a@3", {4, 9}, {"a"}), "a@8 a@3");
  EXPECT_EQ(survivors("a@8! a@6! a@3!", {9}, {"a"}), "a@8!");
  EXPECT_EQ(asked, "a");
}

TEST_F(SurvivingVersions, OlderLevelsAreAskedOnceForAKeyAndOnlyWhereItDecides) {
  survivors("a@9 b@8! b@7! b@6! c@5! c@2 d@4! d@1 e@3! f@11!", {4, 9}, {"d"});
  EXPECT_EQ(asked, "d e");
  survivors("a@9 a@8! b@7 b@6", {9});
  EXPECT_EQ(asked, "");
}

TEST_F(SurvivingVersions, KeysThatAreAlikeAreKeptApart) {
  using namespace std::string_literals;
  const std::vector<Listed> alike = {{"", 8, "8"},      {"", 3, "3"},       {"\0"s, 7, "7"},
                                     {"a", 9, "9"},     {"a", 2, "2"},      {"a\0"s, 6, "6"},
                                     {"a\0\0"s, 5, {}}, {"aa", 4, "4"},     {"aa", 1, "1"},
                                     {"\xff", 12, {}},  {"\xff", 11, "11"}, {"\xff\xff", 10, {}}};
  for (const SequenceNumber published : {9U, 12U}) {
    const Merge merge{alike, {published}, {"a\0\0"s}};
    EXPECT_EQ(survivors(merge), text_of(merge.survivors()));
  }
}

TEST_F(SurvivingVersions, WhatTheFilterDropsIsGone) {
  EXPECT_EQ(filtered("a@8=x a@3 b@7 c@6=xx", {9}), "b@7");
  EXPECT_EQ(shown, "a=x b=7 c=xx");
  EXPECT_EQ(asked, "a c");
}

TEST_F(SurvivingVersions, WhatItDropsIsATombstoneWhereAnOlderLevelMayHoldTheKey) {
  EXPECT_EQ(filtered("a@8=x a@3 b@7=x c@6", {9}, {"a"}), "a@8! c@6");
}

TEST_F(SurvivingVersions, WhatItDropsIsATombstoneAboveTheSmallestReader) {
  EXPECT_EQ(filtered("a@8=x a@3 b@5=x c@7", {4, 9}), "a@8! a@3 b@5! c@7");
  EXPECT_EQ(asked, "");
}

TEST_F(SurvivingVersions, TheFilterIsShownNothingThatASnapshotSees) {
  EXPECT_EQ(filtered("a@8=x a@4=x b@4=x c@5=x", {4, 9}), "a@8! a@4=x b@4=x c@5!");
  EXPECT_EQ(shown, "a=x c=x");
  EXPECT_EQ(filtered("a@8=x b@7=x c@6=x", {4, 7, 9}), "a@8! b@7=x c@6=x");
  EXPECT_EQ(shown, "a=x");
}

TEST_F(SurvivingVersions, ASnapshotOfWhatIsPublishedCountsAsOne) {
  EXPECT_EQ(filtered("a@9=x b@1=x", {9, 9}), "a@9=x b@1=x");
  EXPECT_EQ(shown, "");
}

TEST_F(SurvivingVersions, TheFilterIsShownNothingThatIsNotPublished) {
  EXPECT_EQ(filtered("a@10=x b@9=x c@11=x c@8=x", {9}), "a@10=x c@11=x c@8=x");
  EXPECT_EQ(shown, "b=x");
}

TEST_F(SurvivingVersions, TheFilterIsShownNoTombstonesAndNothingShadowed) {
  EXPECT_EQ(filtered("a@8! a@7=x b@6 b@5=x c@4=x c@3=x", {9}, {"a"}), "a@8! b@6");
  EXPECT_EQ(shown, "b=6 c=x");
}

TEST_F(SurvivingVersions, TheFilterIsShownTheBytes) {
  const std::string value(100'000, 'v');
  std::string seen = "nothing";
  const CompactionFilter drop = [&](std::string_view key, std::string_view whole) -> bool {
    seen = test::quoted(key) + " " + (whole == value ? "the value" : test::quoted(whole));
    return false;
  };
  const Merge merge{{{std::string("a\0", 2), 5, value}}, {9}, {}, drop};
  EXPECT_EQ(survivors(merge), "\"a\\x00\"@5=" + test::quoted(value));
  EXPECT_EQ(seen, "\"a\\x00\" the value");
}

TEST_F(SurvivingVersions, AnEntryIsThereUntilTheNextStep) {
  const Merge merge{listed("a@8=x b@7! c@6 c@5 d@4"),
                    {9},
                    {"a", "b"},
                    [](std::string_view, std::string_view value) -> bool { return value == "x"; }};
  ToldVersions told(walk(merge));
  EXPECT_EQ(told.next(), "\"a\"@8 erased");
  EXPECT_EQ(told.next(), "\"b\"@7 erased");
  EXPECT_EQ(told.next(), "\"c\"@6=\"6\"");
  EXPECT_EQ(told.next(), "\"d\"@4=\"4\"");
  EXPECT_EQ(told.next(), "end");
  EXPECT_EQ(told.next(), "end");
}

TEST_F(SurvivingVersions, AWalkThatFailsHasNotEnded) {
  const std::vector<Listed> versions = listed("a@9 a@8 b@7! b@6 c@5");
  for (std::size_t steps = 0; steps <= versions.size(); ++steps) {
    const std::string call =
        announce("what is yielded where the walk fails after " + std::to_string(steps) + " steps");
    auto failing = std::make_unique<ListedVersions>(versions, Direction::forward);
    failing->fail_after(steps);
    const auto left = make_surviving_versions(std::move(failing), rules({{}, {9}}));
    const std::string yielded = text_of(rest_of(*left));
    saw(call, yielded + (left->status() ? ", ok" : ", failed"));
    EXPECT_EQ(yielded, steps == 0 ? "" : steps < versions.size() ? "a@9" : "a@9 c@5");
    EXPECT_TRUE(fails_with(Code::io_error, left->status()));
    EXPECT_FALSE(left->next());
    EXPECT_EQ(left->key(), "");
  }
}

TEST_F(SurvivingVersions, BytesThatAreNoInternalKeyAreCorruption) {
  std::string whole;
  append_internal_key(whole, {"a", 8, EntryKind::put});
  std::string other_kind = whole;
  other_kind[1] = 2;
  for (const std::string& broken : {std::string("short"), std::string(), other_kind}) {
    for (const bool first : {true, false}) {
      const std::string call =
          announce("walk over " + test::quoted(broken) + (first ? "" : " behind a whole key"));
      const std::vector<std::string> keys =
          first ? std::vector{broken, whole} : std::vector{whole, broken};
      const auto left = make_surviving_versions(std::make_unique<RawKeys>(keys), rules({{}, {9}}));
      int steps = 0;
      while (left->next()) ++steps;
      saw(call, std::to_string(steps) + (left->status() ? ", ok" : ", failed"));
      EXPECT_EQ(steps, first ? 0 : 1);
      EXPECT_TRUE(fails_with(Code::corruption, left->status()));
    }
  }
}

TEST_F(SurvivingVersions, ItCannotBeSearched) {
  const auto left = walk({listed("a@8 b@7"), {9}});
  const std::string call = announce("step, and seek");
  EXPECT_TRUE(left->next());
  const bool stepped = left->seek(SeekTarget::before_versions("a").bytes());
  saw(call, stepped ? "stepped" : left->status() ? "end" : "failed");
  EXPECT_FALSE(stepped);
  EXPECT_TRUE(fails_with(Code::unimplemented, left->status()));
  EXPECT_FALSE(left->next());
}

TEST_F(SurvivingVersions, ThousandsOfVersionsLeaveWhatIsSeen) {
  const std::string call = announce("20,000 versions of one key, readers at 5000 and 20000");
  std::vector<Listed> versions;
  for (SequenceNumber sequence = 20'000; sequence > 0; --sequence) {
    versions.push_back({"key", sequence, "v"});
  }
  const auto left = walk({versions, {5000, 20'000}});
  EXPECT_EQ(saw(call, text_of(rest_of(*left))), "key@20000=v key@5000=v");
}

// What random merges leave is told in one, at the end, and what went wrong in the failure.
TEST_F(SurvivingVersions, OfRandomMergesJustWhatTheRuleSaysIsLeft) {
  const std::string call = announce("what 400 random merges leave");
  DrawnMerges drawn(1);
  std::string all;
  for (int round = 0; round < 400; ++round) {
    const Merge merge = drawn.merge();
    const std::string left = text_of(rest_of(*walk(merge)));
    ASSERT_EQ(left, text_of(merge.survivors())) << "of " << text_of(merge);
    all += left + "\n";
  }
  observe(call, test::quoted(all));
}

TEST_F(SurvivingVersions, OfRandomMergesWithAFilterAsWell) {
  const std::string call = announce("what 400 random merges leave, and what is asked");
  DrawnMerges drawn(2);
  std::string all;
  for (int round = 0; round < 400; ++round) {
    Merge merge = drawn.merge();
    merge.drop = begins_with_x;
    std::string to_ask;
    std::string to_show;
    for (std::size_t at = 0; at < merge.versions.size(); ++at) {
      const Listed& version = merge.versions[at];
      const std::string key = key_text(version.user_key);
      if (merge.asks_older(at)) to_ask += (to_ask.empty() ? "" : " ") + key;
      if (!merge.is_shown(at)) continue;
      to_show += (to_show.empty() ? "" : " ") + key + "=" + *version.value;
    }
    const std::string left = text_of(rest_of(*walk(merge)));
    ASSERT_EQ(left, text_of(merge.survivors())) << "of " << text_of(merge);
    ASSERT_EQ(asked, to_ask) << "of " << text_of(merge);
    ASSERT_EQ(shown, to_show) << "of " << text_of(merge);
    all += left + " " + asked + " " + shown + "\n";
  }
  observe(call, test::quoted(all));
}

TEST_F(SurvivingVersions, EveryReaderReadsTheSameBeforeAndAfter) {
  const std::string call = announce("what all readers read after 200 random merges");
  DrawnMerges drawn(3);
  std::string all;
  for (int round = 0; round < 200; ++round) {
    const Merge merge = drawn.merge();
    const std::vector<Listed> left = rest_of(*walk(merge));
    std::set<std::string> keys = merge.older;
    for (const Listed& version : merge.versions) keys.insert(version.user_key);
    for (const SequenceNumber reader : merge.all_readers()) {
      for (const std::string& key : keys) {
        const std::string after = read(left, merge, key, reader);
        ASSERT_EQ(after, read(merge.versions, merge, key, reader))
            << "a reader of " << test::quoted(key) << " at " << reader << ", after "
            << text_of(merge);
        all += after + " ";
      }
    }
  }
  observe(call, test::quoted(all));
}

}  // namespace
}  // namespace kv::test
