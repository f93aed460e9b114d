// Holes: each rule of the marks and each error.

#include <gtest/gtest.h>

#include "apps/kvcourse/holes.h"
#include "tests/support/expect.h"

namespace kv::course {
namespace {

using test::fails_with;
using test::ok;

// Two tasks and a helper that only the first one's reference needs.
constexpr std::string_view two_tasks = R"(int before();

//[
int helper() { return 1; }
//]

int first() {
  // LAB 4.1  One.
  //[ throw todo("4.1");
  return helper();

  // done
  //]
}

int second() {
    // LAB 4.2  Two.
    // Hint: more than one.
    //[ return fallback();
    return 2;
    //]
}
)";

Solution parsed(std::string_view text) {
  auto solution = parse_solution("a.cc", text);
  EXPECT_TRUE(ok(solution));
  return solution.value_or(Solution{});
}

std::string error_of(std::string_view text) {
  const auto solution = parse_solution("solutions/04-wal/a.cc", text);
  EXPECT_TRUE(fails_with(Code::invalid_argument, solution));
  return solution ? "" : solution.error().message();
}

TEST(Holes, SkeletonShowsTheTextBehindTheMarkWithItsIndentation) {
  EXPECT_EQ(skeleton_of(parsed(two_tasks)), R"(int before();

int first() {
  // LAB 4.1  One.
  throw todo("4.1");
}

int second() {
    // LAB 4.2  Two.
    // Hint: more than one.
    return fallback();
}
)");
}

TEST(Holes, AFilledHoleHoldsTheReferenceWithoutMarks) {
  EXPECT_EQ(fill(parsed(two_tasks), {"4.1"}), R"(int before();

int helper() { return 1; }

int first() {
  // LAB 4.1  One.
  return helper();

  // done
}

int second() {
    // LAB 4.2  Two.
    // Hint: more than one.
    return fallback();
}
)");
}

TEST(Holes, NoMarkRemainsHoweverManyAreFilled) {
  const Solution solution = parsed(two_tasks);
  for (const std::set<std::string>& tasks :
       {std::set<std::string>{}, {"4.1"}, {"4.2"}, {"4.1", "4.2"}}) {
    const std::string text = fill(solution, tasks);
    EXPECT_EQ(text.find("//["), text.npos);
    EXPECT_EQ(text.find("//]"), text.npos);
  }
}

TEST(Holes, ATextWithoutMarksStaysAsItIs) {
  const std::string text = "int a;\n\n\nint b;  // [x]\n";
  EXPECT_EQ(skeleton_of(parsed(text)), text);
}

TEST(Holes, AHoleThatShowsNothingLeavesNoSecondEmptyLine) {
  EXPECT_EQ(skeleton_of(parsed("a\n\n//[\nb\n//]\n\nc\n")), "a\n\nc\n");
  EXPECT_EQ(skeleton_of(parsed("//[\nb\n//]\n\nc\n")), "c\n");
  EXPECT_EQ(skeleton_of(parsed("a\n//[\nb\n//]\n\nc\n")), "a\n\nc\n");
  EXPECT_EQ(skeleton_of(parsed("a\n//[ // your members here\nb\n//]\n\nc\n")),
            "a\n// your members here\n\nc\n");
}

TEST(Holes, HolesAdjoiningEachOther) {
  EXPECT_EQ(skeleton_of(parsed("//[ a\nb\n//]\n//[ c\nd\n//]\n")), "a\nc\n");
  EXPECT_EQ(skeleton_of(parsed("//[ a\n//]\n")), "a\n");
}

TEST(Holes, TheTaskComesFromTodoOrTheCommentRightAbove) {
  const Solution solution = parsed(two_tasks);
  ASSERT_EQ(solution.holes.size(), 3U);
  EXPECT_EQ(solution.holes[0].task, "4.1");  // a helper goes with the hole below
  EXPECT_EQ(solution.holes[1], (Hole{"4.1", "throw todo(\"4.1\");", 9, 13, 2}));
  EXPECT_EQ(solution.holes[2].task, "4.2");
  EXPECT_EQ(tasks_of(solution), (std::set<std::string>{"4.1", "4.2"}));
  EXPECT_EQ(written_lines(solution), 4U);
}

TEST(Holes, AHelperBelowTheLastHoleGoesWithTheOneAbove) {
  const Solution solution =
      parsed("//[ throw todo(\"1.10\");\na\n//]\n// LAB 1.2 is far away\n\n//[\nb\n//]\n");
  ASSERT_EQ(solution.holes.size(), 2U);
  EXPECT_EQ(solution.holes[1].task, "1.10");
}

TEST(Holes, AHelperInAFileThatNamesNoTaskHasNone) {
  EXPECT_EQ(tasks_of(parsed("//[\na\n//]\n")), std::set<std::string>());
  EXPECT_EQ(parsed("// LAB four\n//[\na\n//]\n").holes.at(0).task, "");
}

TEST(Holes, ErrorsNameFileAndLine) {
  EXPECT_EQ(error_of("a\n//[ b\nc\n"),
            "solutions/04-wal/a.cc:2: this hole is never closed: put //] behind it");
  EXPECT_EQ(error_of("a\n//]\n"),
            "solutions/04-wal/a.cc:2: //] without a //[ above it: open the hole or drop it");
  EXPECT_EQ(error_of("//[ a\n\n//[ b\n//]\n//]\n"),
            "solutions/04-wal/a.cc:3: a hole inside the hole of line 1: close that one with //] "
            "first");
  EXPECT_EQ(error_of("//[ a\nb\n//] c\n"),
            "solutions/04-wal/a.cc:3: text behind //]: the closing marker stands alone on its "
            "line");
  EXPECT_EQ(error_of("int a;  //[ b\n"),
            "solutions/04-wal/a.cc:1: a marker inside a line: //[ and //] stand first on their "
            "lines");
  EXPECT_EQ(error_of("// LAB 1.2  x\n//[ throw todo(\"1.3\");\n//]\n"),
            "solutions/04-wal/a.cc:2: the hole says todo(\"1.3\") and the comment above it LAB "
            "1.2; name one task in both");
}

}  // namespace
}  // namespace kv::course
