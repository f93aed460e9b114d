#include "apps/kvcourse/results.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "apps/kvcourse/report.h"
#include "apps/kvcourse/text.h"

namespace kv::course {
namespace {

using nlohmann::json;

// Two tasks; the second one's first case printed every byte there is.
Grade sample() {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  Grade grade;
  grade.lab.number = 1;
  grade.lab.name = "01-mini";
  grade.lab.title = "Mini";
  grade.tasks.resize(2);
  grade.tasks[0] = {{"1.1", "points & <more>", 30, {}, "points"}, {{.test = "A.One"}}};
  grade.tasks[1] = {{"1.2", "batches", 70, {}, "batches"}, {{.test = "B.One"}, {.test = "B.Two"}}};
  Attempt& wrong = grade.tasks[1].verdicts[0].attempt;
  wrong.cause = Cause::crashed;
  wrong.detail = "crashed by SIGSEGV";
  wrong.story = {"a step with ]]> in it", bytes};
  wrong.report = bytes;
  return grade;
}

TEST(Text, XmlEscapesWhateverComes) {
  EXPECT_EQ(xml("a<b>&\"c\"\n\t"), "a&lt;b&gt;&amp;&quot;c&quot;\n\t");
  EXPECT_EQ(xml("]]>"), "]]&gt;");
  EXPECT_EQ(xml(std::string_view("\0\x1b\x7f", 3)), "\uFFFD\uFFFD\x7f");
  EXPECT_EQ(xml("gr\u00fc\u00df \U0001F600"), "gr\u00fc\u00df \U0001F600");
  EXPECT_EQ(xml("\xc3"), "\uFFFD") << "cut off";
  EXPECT_EQ(xml("\xc0\x80"), "\uFFFD\uFFFD") << "overlong";
  EXPECT_EQ(xml("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD") << "a surrogate";
  EXPECT_EQ(xml("\xef\xbf\xbf"), "\uFFFD") << "not a character";
  EXPECT_EQ(xml("\xf5\x80\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD") << "beyond the last one";
}

TEST(Text, PrintableLetsNoControlCharacterThrough) {
  EXPECT_EQ(printable("a\tb\n\x1b[31m\r\x7f"), "a\tb\n\\x1b[31m\\x0d\\x7f");
  EXPECT_EQ(printable("\u00fc\xff"), "\u00fc\\xff");
  EXPECT_EQ(printable("\u009b"), "\\xc2\\x9b") << "a control sequence of one character";
}

TEST(Text, IndentedLeavesOutWhatIsTooLong) {
  EXPECT_EQ(indented("a\nb\n", 2), "  a\n  b\n");
  EXPECT_EQ(indented("a\nb\nc\n", 1, 1), " a\n ... 2 more lines\n");
  EXPECT_EQ(indented("", 2), "");
}

TEST(Report, TellsPointsCausesAndTheScoreLast) {
  const std::string table = grade_table(sample(), Inherited::count);
  EXPECT_NE(table.find("35/70      1/2  1 crashed\n"), std::string::npos) << table;
  EXPECT_NE(table.find("B.One: crashed"), std::string::npos);
  EXPECT_NE(table.find("lessons/01-mini/README.md#batches"), std::string::npos);
  EXPECT_TRUE(table.ends_with("\nscore: 65/100\n")) << table;
  EXPECT_EQ(table, printable(table));
}

TEST(Report, TellsOwnFromInheritedFaults) {
  Grade grade = sample();
  grade.tasks[1].verdicts[0].inherited = true;
  const std::string counted = grade_table(grade, Inherited::count);
  EXPECT_NE(counted.find("own faults alone: 100/100; with those inherited from earlier labs: "
                         "65/100\nscore: 65/100\n"),
            std::string::npos)
      << counted;
  EXPECT_TRUE(grade_table(grade, Inherited::forgive).ends_with("\nscore: 100/100\n"));
}

TEST(Report, SaysOfWhatFailsSometimesWhereToLook) {
  Grade grade = sample();
  grade.tasks[1].verdicts[0].sometimes = Runs{.passed = 2, .all = 3};
  const std::string table = grade_table(grade, Inherited::forgive);
  for (const char* part :
       {"1 crashed (1 only sometimes)\n", "B.One: crashed, fails sometimes: passed 2 of 3 runs\n",
        "hint: this is most often a race: look at what threads share;",
        "`make lab LAB=1 PRESET=tsan`", "\nscore: 65/100\n"})
    EXPECT_NE(table.find(part), std::string::npos) << part << " is not in\n" << table;
}

TEST(Report, ShowsTheFirstErrorsOfTheStudentFirst) {
  const auto errors = errors_in(
      "[1/9] Building x\n/p/src/kv/store.h:3:4: error: later\nnoise\n"
      "/p/labs/01-mini/a.cc:7:1: error: expected ';'\n"
      "/usr/bin/ld: /p/labs/01-mini/b.cc:2: undefined reference to `kv::f()'\n",
      "/p");
  EXPECT_EQ(errors, (std::vector<std::string>{"labs/01-mini/a.cc:7:1: error: expected ';'",
                                              "labs/01-mini/b.cc:2: undefined reference to "
                                              "`kv::f()'",
                                              "src/kv/store.h:3:4: error: later"}));
}

TEST(Results, GradescopeGetsATestForEachCase) {
  const json results = json::parse(gradescope_json(sample(), Inherited::count));
  EXPECT_EQ(results.at("score"), 65);
  ASSERT_EQ(results.at("tests").size(), 3U);
  const json& crashed = results.at("tests")[1];
  EXPECT_EQ(crashed.at("name"), "1.2 B.One");
  EXPECT_EQ(crashed.at("score"), 0);
  EXPECT_EQ(crashed.at("max_score"), 35);
  EXPECT_EQ(crashed.at("status"), "failed");
  EXPECT_EQ(results.at("tests")[2].at("status"), "passed");
}

TEST(Results, ClassroomGetsATestForEachTask) {
  const json results = json::parse(classroom_json(sample(), Inherited::count));
  EXPECT_EQ(results.at("status"), "fail");
  ASSERT_EQ(results.at("tests").size(), 2U);
  EXPECT_EQ(results.at("tests")[0].at("status"), "pass");
  EXPECT_EQ(results.at("tests")[1].at("score"), 35);
}

TEST(Results, JunitIsValidForArbitraryBytes) {
  const std::string text = junit_xml(sample(), Inherited::count);
  EXPECT_NE(text.find("<testsuites name=\"01-mini\" tests=\"3\" failures=\"1\">"),
            std::string::npos);
  EXPECT_NE(text.find("<testsuite name=\"1.1 points &amp; &lt;more&gt;\" tests=\"1\""),
            std::string::npos);
  EXPECT_NE(text.find("<failure message=\"crashed by SIGSEGV\" type=\"crashed\">"),
            std::string::npos);
  // Whatever is not markup has been escaped, and only allowed characters are left.
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    EXPECT_TRUE(byte >= 0x20 || c == '\n' || c == '\t') << static_cast<int>(byte);
  }
  EXPECT_EQ(text.find("]]>"), std::string::npos);
}

TEST(Results, NothingThatCouldBeRunIsNoGreenSuite) {
  Grade grade = sample();
  for (TaskGrade& task : grade.tasks) task.verdicts.clear();
  grade.problem = BuildProblem{Cause::tool_missing, "no compiler", {}};
  EXPECT_NE(junit_xml(grade, Inherited::count).find("tests=\"2\" failures=\"2\""),
            std::string::npos);
  const json results = json::parse(gradescope_json(grade, Inherited::count));
  EXPECT_EQ(results.at("score"), 0);
  ASSERT_EQ(results.at("tests").size(), 2U);
  EXPECT_EQ(results.at("tests")[0].at("max_score"), 30);
  EXPECT_EQ(results.at("tests")[0].at("score"), 0);
}

}  // namespace
}  // namespace kv::course
