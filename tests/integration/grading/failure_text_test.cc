#include "apps/kvcourse/failure_text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "apps/kvcourse/report.h"
#include "apps/kvcourse/text.h"

namespace kv::course {
namespace {

// A block of so many entries, drawn in one line, as the tests of tables draw them.
std::string drawn(int entries, std::string_view tail) {
  std::string text;
  for (int i = 0; i < entries; ++i) text += "\"k" + std::to_string(100 + i) + "\"@7=\"v\" ";
  return text + std::string(tail);
}

std::size_t times(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// The failure of an EXPECT_EQ of two expressions with these values.
std::string unequal(std::string_view seen, std::string_view expected) {
  return fmt::format(
      "a_test.cc:7: Expected equality of these values:\n  seen\n    Which is: {}\n"
      "  expected\n    Which is: {}\n",
      seen, expected);
}

TEST(FailureText, ADifferenceOfShortTextsIsShownWhole) {
  EXPECT_EQ(difference_text({3, "get a", "\"1\"", "none"}),
            "    step 3, get a\n      expected  \"1\"\n      seen      none\n");
  EXPECT_EQ(difference_text({0, "get a", "\"1\"", "the case ended before"}),
            "    after the last step, get a\n      expected  \"1\"\n"
            "      seen      the case ended before\n");
}

TEST(FailureText, LinesBehindTheFirstKeepTheIndent) {
  EXPECT_EQ(difference_text({1, "drawn", "a\nb\x1b", "a\nc"}),
            "    step 1, drawn\n"
            "      expected  a\n                b\\x1b\n"
            "      seen      a\n                c\n");
}

TEST(FailureText, LongTextsAreCutAroundTheirFirstDifference) {
  const std::string text =
      difference_text({2, "finish", drawn(40, "0, 17") + drawn(40, ""), drawn(40, "0, 22")});
  EXPECT_TRUE(text.starts_with("    step 2, finish; the first 523 characters agree\n")) << text;
  EXPECT_NE(text.find("      expected  …\"k137\"@7=\"v\" \"k138\"@7=\"v\" \"k139\"@7=\"v\" 0, 17"),
            std::string::npos)
      << text;
  EXPECT_NE(
      text.find("      seen      …\"k137\"@7=\"v\" \"k138\"@7=\"v\" \"k139\"@7=\"v\" 0, 22\n"),
      std::string::npos)
      << text;
  EXPECT_LT(text.size(), 400U);
}

TEST(FailureText, ALongTextBesideAShortOneShowsItsBeginning) {
  const std::string text = difference_text({2, "finish", "none", drawn(40, "")});
  EXPECT_NE(text.find("step 2, finish\n      expected  none\n      seen      \"k100\"@7="),
            std::string::npos)
      << text;
  EXPECT_TRUE(text.ends_with("…\n"));
}

TEST(FailureText, NoCharacterIsCutInTwo) {
  std::string line;
  for (int i = 0; i < 100; ++i) line += "│";
  for (const char* before : {"", "a", "aa"}) {
    const std::string text =
        difference_text({1, "drawn", before + line + "\u2502x", before + line + "\u2503x"});
    EXPECT_EQ(text, printable(text)) << text;
    const std::size_t agree = 100 + std::string_view(before).size();
    EXPECT_NE(text.find(fmt::format("; the first {} characters agree\n", agree)), std::string::npos)
        << text;
  }
}

TEST(FailureText, TextsThatDifferInTheirFirstCharacterAgreeInNone) {
  const std::string tail(200, 'x');
  const std::string text = difference_text({1, "drawn", "\u2502" + tail, "\u2503" + tail});
  EXPECT_EQ(times(text, "agree"), 0U) << text;
  EXPECT_EQ(times(text, "  expected  \u2502xxx"), 1U) << text;
  EXPECT_EQ(times(text, "  seen      \u2503xxx"), 1U) << text;
}

TEST(FailureText, WhatTheDifferenceShowedIsNotShownAgain) {
  const std::string expected = drawn(30, "0, 17");
  const std::string seen = drawn(30, "0, 22");
  const auto quoted = [](std::string_view text) {
    std::string result = "\"";
    for (const char c : text) result += (c == '"' || c == '\\' ? "\\" : "") + std::string(1, c);
    return result + "\"";
  };
  const std::string failure = "block_test.cc:7: Expected equality of these values:\n  seen\n" +
                              ("    Which is: " + quoted(seen)) + "\n  expected\n" +
                              ("    Which is: " + quoted(expected)) + "\nread lessons\n";
  const std::string without =
      "block_test.cc:7: Expected equality of these values:\n  seen\n  expected\nread lessons\n";
  EXPECT_EQ(FailureText(Difference{1, "finish", expected, seen}).told(failure), without);
  const Difference with_more{1, "finish", expected + " (310 bytes)", seen + " (310 bytes)"};
  EXPECT_EQ(FailureText(with_more).told(failure), without);

  FailureText alone(std::nullopt);
  const std::string first = alone.told(failure);
  EXPECT_EQ(times(first, "    Which is: …"), 2U) << first;
  EXPECT_EQ(times(first, " characters agree\n"), 1U) << first;
  EXPECT_EQ(alone.told(failure), without) << "the second time";
}

TEST(FailureText, WhatTheDifferenceShowedIsKnownByItsPrintableForm) {
  const std::string expected = std::string(50, 'a') + "\x1b[1m";
  const std::string seen = std::string(50, 'b') + "\xff";
  FailureText failures(Difference{1, "finish", expected, seen});
  EXPECT_EQ(failures.told(unequal(seen, expected)),
            "a_test.cc:7: Expected equality of these values:\n  seen\n  expected\n");
}

TEST(FailureText, ValuesThatDifferInTheirMiddleAreCutOnce) {
  const std::string seen = drawn(20, "0, 22 ") + drawn(20, "");
  const std::string expected = drawn(20, "0, 17 ") + drawn(20, "");
  const std::string text = FailureText(std::nullopt).told(unequal(seen, expected));
  EXPECT_EQ(times(text, "\"k119\"@7=\"v\" 0, 22 \"k100\""), 1U) << text;
  EXPECT_EQ(times(text, "\"k119\"@7=\"v\" 0, 17 \"k100\""), 1U) << text;
  EXPECT_TRUE(text.ends_with("…; the first 263 characters agree\n")) << text;
  EXPECT_EQ(times(text, "…"), 4U) << text;
}

TEST(FailureText, ADifferenceAtTheEndOfTwoValuesIsShown) {
  // Sizes around those at which a value, or the line that it stands in, is cut.
  for (const std::size_t size : {145U, 146U, 147U, 150U, 160U, 161U}) {
    const std::string same(size - 5, 'x');
    const std::string text =
        FailureText(std::nullopt).told(unequal(same + "1yyyy", same + "2yyyy"));
    EXPECT_EQ(times(text, "x1yyyy\n"), 1U) << text;
    const bool whole = size <= 146;
    const std::string agreement = fmt::format("; the first {} characters agree", same.size());
    EXPECT_EQ(times(text, "x2yyyy" + (whole ? "" : agreement) + "\n"), 1U) << text;
    EXPECT_EQ(times(text, "…"), whole ? 0U : 2U) << text;
  }
}

TEST(FailureText, ShortValuesAreShownEachTime) {
  const std::string failure =
      "a_test.cc:7: Expected equality of these values:\n  size()\n    Which is: 4\n  3\n";
  FailureText failures(Difference{1, "size", "3", "4"});
  EXPECT_EQ(failures.told(failure), failure);
  EXPECT_EQ(failures.told(failure), failure);
}

TEST(FailureText, AStoryTellsALongDifferenceOnce) {
  const std::string expected = drawn(30, "0, 17");
  const std::string seen = drawn(30, "0, 22");
  Verdict verdict{.test = "Blocks.One"};
  verdict.attempt.cause = Cause::wrong_answer;
  verdict.attempt.story = {"a builder", "finish -> " + seen};
  verdict.attempt.failures = {unequal(seen, expected)};
  verdict.difference = Difference{2, "finish", expected, seen};
  const std::string story = story_of({}, {"5.1", "building a block", 10, {}, "block"}, verdict);
  EXPECT_EQ(times(story, "0, 22"), 1U) << story;
  EXPECT_EQ(times(story, "0, 17"), 1U) << story;
  EXPECT_NE(story.find("  >    2. finish -> \"k100\""), std::string::npos) << story;
}

}  // namespace
}  // namespace kv::course
