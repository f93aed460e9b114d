// The grader against whatever may be handed in: each submission gets the score it deserves and the
// cause is named; nothing that it started stays behind.

#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/integration/grading/mini_course.h"
#include "tests/integration/grading/submissions.h"
#include "tests/support/story.h"

namespace kv::test {
namespace {

namespace fs = std::filesystem;

bool ends_with_score(const course::Outcome& outcome, const std::string& score) {
  return outcome.output.ends_with("\nscore: " + score + "/100\n");
}

bool says(const course::Outcome& outcome, const std::string& text) {
  return outcome.output.find(text) != std::string::npos;
}

// The grader's own side is broken: there is no score, and no report that could be entered.
void expect_void(const MiniCourse& course, const course::Outcome& outcome,
                 const std::string& cause) {
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(says(outcome, cause)) << outcome.output;
  EXPECT_TRUE(says(outcome, "\nno score: ")) << outcome.output;
  EXPECT_FALSE(says(outcome, "\nscore: ")) << outcome.output;
  EXPECT_FALSE(fs::exists(course.root() / "grades/01-mini/results.json"));
}

nlohmann::json results(const MiniCourse& course) {
  return nlohmann::json::parse(read_text(course.root() / "grades/01-mini/results.json"));
}

TEST(GradingSurvives, WhateverIsHandedIn) {
  const MiniCourse course;
  for (const Submission& submission : worthless_submissions()) {
    SCOPED_TRACE(submission.name);
    step(submission.name);
    course.submit(submission.source);
    const course::Outcome graded = course.kvcourse({"grade", "1"});
    EXPECT_EQ(graded.code, 1);
    EXPECT_TRUE(ends_with_score(graded, "0")) << graded.output;
    EXPECT_TRUE(says(graded, submission.cause)) << graded.output;
    EXPECT_EQ(results(course).at("score"), 0);
    EXPECT_EQ(course.still_running(), std::vector<std::string>{});
  }
  // And none of them spoiled anything for the next one.
  course.submit(right_answer());
  const course::Outcome graded = course.kvcourse({"grade", "1"});
  EXPECT_EQ(graded.code, 0);
  EXPECT_TRUE(ends_with_score(graded, "100")) << graded.output;
  EXPECT_EQ(results(course).at("score"), 100);
}

TEST(GradingSurvives, AMissingFile) {
  const MiniCourse course;
  fs::remove(course.lab_file());
  for (const char* command : {"grade", "lab"}) {
    const course::Outcome outcome = course.kvcourse({command, "1"});
    EXPECT_EQ(outcome.code, std::string(command) == "lab" ? 4 : 1);
    EXPECT_TRUE(says(outcome, "file missing: labs/01-mini/answer.cc is missing")) << outcome.output;
  }
  EXPECT_EQ(results(course).at("score"), 0);
}

TEST(GradingSurvives, AMissingCompiler) {
  const MiniCourse course;
  course.submit(right_answer());
  fs::rename(course.compiler(), course.root() / "away");
  const course::Outcome fresh = course.kvcourse({"grade", "1"});  // finds out when it configures
  expect_void(course, fresh, "tool missing: ");

  fs::rename(course.root() / "away", course.compiler());
  const course::Outcome back = course.kvcourse({"grade", "1"});
  EXPECT_TRUE(ends_with_score(back, "100")) << back.output;

  fs::remove(course.compiler());
  course.submit(right_answer() + "// changed\n");
  const course::Outcome gone = course.kvcourse({"grade", "1"});  // finds out when it builds
  expect_void(course, gone, "tool missing: the compiler ");

  const course::Outcome no_cmake = course.kvcourse({"grade", "1"}, "/nowhere");
  expect_void(course, no_cmake, "tool missing: cmake: no such program");
}

TEST(GradingSurvives, ABrokenBuildFolder) {
  const MiniCourse course;
  course.submit(right_answer());
  write_text(course.root() / "build/dev/build.ninja", "this is no build\n");
  const course::Outcome graded = course.kvcourse({"grade", "1"});
  expect_void(course, graded, "the build does not work: the build folder build/dev");
}

TEST(GradingSurvives, AReferenceThatFails) {
  const MiniCourse course;
  course.submit(right_answer());
  write_text(course.root() / "solutions/01-mini/answer.cc", untouched_skeleton());
  expect_void(course, course.kvcourse({"grade", "1"}), "the reference failed");
}

TEST(Grading, WithoutSolutionsTheRecordedObservationsJudge) {
  const MiniCourse course;
  EXPECT_EQ(course.kvcourse({"record", "1"}).code, 0);
  EXPECT_TRUE(says(course.kvcourse({"record"}), "observations.json: up to date"));
  fs::remove_all(course.root() / "solutions");
  fs::remove_all(course.root() / "build");

  EXPECT_TRUE(ends_with_score(course.kvcourse({"grade", "1"}), "0"));
  course.submit(right_answer());
  EXPECT_TRUE(ends_with_score(course.kvcourse({"grade", "1"}), "100"));
  const course::Outcome other_seed = course.kvcourse({"grade", "1", "--seed=2"});
  EXPECT_EQ(other_seed.code, 2);
  EXPECT_TRUE(says(other_seed, "leave --seed out")) << other_seed.output;

  fs::remove(course.root() / "tests/01-mini/observations.json");
  const course::Outcome nothing = course.kvcourse({"grade", "1"});
  EXPECT_EQ(nothing.code, 2);
  EXPECT_TRUE(says(nothing, "observations.json is missing or damaged")) << nothing.output;
}

TEST(Lab, TellsWhereTheWorkStops) {
  const MiniCourse course;
  const course::Outcome untouched = course.kvcourse({"lab", "1"});
  EXPECT_EQ(untouched.code, 3);
  EXPECT_TRUE(says(untouched, "next: 1.1 Short questions")) << untouched.output;
  EXPECT_TRUE(says(untouched, "labs/01-mini/answer.cc:5"));
  EXPECT_FALSE(says(untouched, "Long questions")) << "the task after it is not run";

  course.submit(
      "#include <string>\n#include <string_view>\nstd::string answer(std::string_view q) {\n"
      "  return (q.size() == 2 ? \"?\" : std::to_string(q.size())) + std::string(q); }\n");
  const course::Outcome wrong = course.kvcourse({"lab", "1"});
  EXPECT_EQ(wrong.code, 1);
  for (const char* part :
       {"1 of 2 cases, 1 wrong answer", "> ", "   2. answer \"ab\" -> \"?ab\"",
        "step 2, answer \"ab\"", "expected  \"2ab\"", "seen      \"?ab\"",
        "alone: build/dev/bin/test_01-mini_mine --gtest_filter=Short.TwoLetters --seed=1 --story",
        "read:  lessons/01-mini/README.md#short-questions", "Long questions: 1 of 1 cases, ok"})
    EXPECT_TRUE(says(wrong, part)) << part << " is not in\n" << wrong.output;
  EXPECT_TRUE(says(wrong, "\n\nnext: ")) << wrong.output;
  EXPECT_FALSE(says(wrong, "\n\n\n")) << wrong.output;

  course.submit(right_answer());
  for (const char* seed : {"--seed=1", "--seed=7", "--seed=random"})
    EXPECT_EQ(course.kvcourse({"lab", "01", seed}).code, 0);
}

TEST(Lab, RunsOneTaskAloneThoughTheOneBeforeItIsOpen) {
  const MiniCourse course;
  course.submit(
      "#include <string>\n#include <string_view>\n#include \"base/todo.h\"\n"
      "std::string answer(std::string_view q) {\n"
      "  if (q.size() < 100) throw kv::todo(\"1.1\");\n"
      "  return std::to_string(q.size()) + std::string(q); }\n");
  const course::Outcome open = course.kvcourse({"lab", "1", "--task", "1.1"});
  EXPECT_EQ(open.code, 3);
  EXPECT_TRUE(says(open, "next: 1.1 Short questions")) << open.output;

  const course::Outcome alone = course.kvcourse({"lab", "1", "--task=1.2"});
  EXPECT_EQ(alone.code, 0);
  EXPECT_TRUE(says(alone, "Long questions: 1 of 1 cases, ok\n\ntask 1.2 passes; ")) << alone.output;
  EXPECT_FALSE(says(alone, "Short questions")) << alone.output;

  const course::Outcome none = course.kvcourse({"lab", "1", "--task=1.3"});
  EXPECT_EQ(none.code, 2);
  EXPECT_TRUE(says(none, "lab 01-mini has no task \"1.3\"; there are: 1.1, 1.2")) << none.output;
}

TEST(Lab, TellsTheStepThatCrashedAndTheOnesBeforeIt) {
  const MiniCourse course;
  course.submit(
      "#include <signal.h>\n#include <string>\n#include <string_view>\n"
      "std::string answer(std::string_view q) {\n"
      "  if (q.size() == 2) raise(SIGKILL);\n"
      "  return std::to_string(q.size()) + std::string(q); }\n");
  const course::Outcome lab = course.kvcourse({"lab", "1"});
  EXPECT_TRUE(says(lab, "   1. answer \"a\" -> \"1a\"\n         2. answer \"ab\" -> no answer\n"))
      << lab.output;
  course::Command alone{.arguments = {course.root() / "build/dev/bin/test_01-mini_mine",
                                      "--gtest_filter=Short.TwoLetters", "--seed=1", "--story"}};
  const auto outcome = course::run(alone);
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->code, SIGKILL);
  EXPECT_EQ(outcome->errors, "     1. answer \"a\" -> \"1a\"\n     2. answer \"ab\"");
}

TEST(Lab, StopsAtATaskThatHangsAndNamesTheFirstTaskThatIsNotOk) {
  const MiniCourse course;
  course.submit(
      "#include <unistd.h>\n#include <string>\n#include <string_view>\n"
      "std::string answer(std::string_view) { for (;;) pause(); }\n");
  const course::Outcome hangs = course.kvcourse({"lab", "1"});
  EXPECT_EQ(hangs.code, 1);
  for (const char* part : {"0 of 2 cases, ", " timed out", "1. answer \"a\" -> no answer",
                           "next: 1.1 Short questions"})
    EXPECT_TRUE(says(hangs, part)) << part << " is not in\n" << hangs.output;
  EXPECT_FALSE(says(hangs, "Long questions")) << "the task after it is not run";

  course.submit(
      "#include <string>\n#include <string_view>\n#include \"base/todo.h\"\n"
      "std::string answer(std::string_view q) {\n"
      "  if (q.size() > 2) throw kv::todo(\"1.2\");\n  return std::string(q); }\n");
  const course::Outcome wrong = course.kvcourse({"lab", "1"});
  EXPECT_EQ(wrong.code, 1);
  for (const char* part : {"2 wrong answers\n", "Long questions: 0 of 1 cases, not written yet\n",
                           "next: 1.1 Short questions\n  2 wrong answers\n"})
    EXPECT_TRUE(says(wrong, part)) << part << " is not in\n" << wrong.output;
}

// A second lab, whose answer() needs earlier() of the first.
class SecondLab : public testing::Test {
 protected:
  SecondLab() {
    std::string lab = read_text(course_.root() / "tests/01-mini/lab.toml");
    for (const char* number : {"1.1", "1.2"}) lab.replace(lab.find(number), 1, "2");
    write_text(course_.root() / "tests/02-mini/lab.toml", lab);
    for (const char* folder : {"solutions", "labs"}) {
      write_text(course_.root() / folder / "01-mini/earlier.cc", right_earlier);
      write_text(course_.root() / folder / "02-mini/answer.cc", answering("question.size()"));
    }
  }

  static std::string answering(const std::string& size) {
    return "#include <string>\n#include <string_view>\n#include \"base/todo.h\"\nint earlier();\n"
           "std::string answer(std::string_view question) {\n"
           "  const bool right = earlier() == 1;\n"
           "  return right ? std::to_string(" +
           size + ") + std::string(question) : \"?\";\n}\n";
  }

  void write_earlier(const std::string& source) {
    write_text(course_.root() / "labs/01-mini/earlier.cc", source);
  }

  void write_own(const std::string& source) {
    write_text(course_.root() / "labs/02-mini/answer.cc", source);
  }

  // An answer() that is right or wrong by the number of the run: '+' or '-' in `runs`, and right
  // where they are used up. Each question counts its own runs, in a file.
  std::string answering_by_turns(const std::string& runs) const {
    return "#include <fstream>\n#include <filesystem>\n#include <string_view>\n"
           "static bool right_now(std::string_view question) {\n"
           "  const std::string file = \"" +
           course_.root().string() +
           "/asked-\" + std::to_string(question.size());\n"
           "  std::ofstream(file, std::ios::app) << '.';\n"
           "  const std::string_view runs = \"" +
           runs +
           "\";\n  const auto run = std::filesystem::file_size(file) - 1;\n"
           "  return run >= runs.size() || runs[run] == '+';\n}\n" +
           answering("(question.size() < 100 || right_now(question) ? question.size() : 9)");
  }

  static constexpr auto right_earlier = "int earlier() { return 1; }\n";
  const MiniCourse course_;
};

TEST_F(SecondLab, AFaultOfTheFirstIsInheritedHoweverItShows) {
  EXPECT_TRUE(ends_with_score(course_.kvcourse({"grade", "2"}), "100"));
  for (const char* fault :
       {"int earlier() { return 2; }\n", "int earlier() { return 1 }\n",
        "#include \"base/todo.h\"\nint earlier() { throw kv::todo(\"1.1\"); }\n"}) {
    SCOPED_TRACE(fault);
    write_earlier(fault);
    const course::Outcome graded = course_.kvcourse({"grade", "2"});
    EXPECT_TRUE(ends_with_score(graded, "0")) << graded.output;
    EXPECT_TRUE(says(graded, "own faults alone: 100/100")) << graded.output;
    EXPECT_TRUE(ends_with_score(course_.kvcourse({"grade", "2", "--inherited=forgive"}), "100"));
    const course::Outcome lab = course_.kvcourse({"lab", "2"});
    EXPECT_EQ(lab.code, 1);
    EXPECT_TRUE(says(lab, "2.2   Long questions: 0 of 1 cases")) << lab.output;
    EXPECT_TRUE(says(lab, "3 cases fail by a fault of an earlier lab")) << lab.output;
  }
}

TEST_F(SecondLab, LabNamesTheInheritedCases) {
  write_earlier("#include \"base/todo.h\"\nint earlier() { throw kv::todo(\"1.1\"); }\n");
  const course::Outcome hole = course_.kvcourse({"lab", "2", "--task=2.1"});
  EXPECT_TRUE(says(hole,
                   "\n\n2 cases fail by a fault of an earlier lab: on the reference's they pass\n"
                   "  Short.OneLetter: not written yet: lab 1.1, labs/01-mini/earlier.cc:2\n"
                   "  Short.TwoLetters: not written yet: lab 1.1, labs/01-mini/earlier.cc:2\n"))
      << hole.output;
}

TEST_F(SecondLab, AnOwnFaultIsToldThoughTheFirstLabIsBroken) {
  write_earlier("int earlier() { return 1 }\n");
  write_own(answering("9"));
  const course::Outcome graded = course_.kvcourse({"grade", "2", "--inherited=forgive"});
  EXPECT_TRUE(ends_with_score(graded, "0")) << graded.output;
  for (const char* part : {"did not build: labs/01-mini/earlier.cc:1", "seen      \"9a\"",
                           "alone: build/dev/bin/test_02-mini_lab --gtest_filter=Short.OneLetter"})
    EXPECT_TRUE(says(graded, part)) << graded.output;
  write_own(answering("(throw kv::todo(\"2.1\"), 1)"));
  const course::Outcome lab = course_.kvcourse({"lab", "2"});
  EXPECT_EQ(lab.code, 3);
  EXPECT_TRUE(says(lab, "next: 2.1 Short questions")) << lab.output;
  write_own("no code\n");
  EXPECT_EQ(course_.kvcourse({"lab", "2"}).code, 4);
}

TEST_F(SecondLab, AFaultThatDoesNotAlwaysShowIsNoInheritedOne) {
  struct {
    const char* runs;
    const char* told;
    const char* program;
  } const submissions[] = {
      {"-", "passed 1 of 2 runs", "test_02-mini_mine"},
      {"-+++++-", "passed 1 of 3 runs", "test_02-mini_mine"},
      {"-++-", "passed 2 of 3 runs", "test_02-mini_lab"},
      {"-++++-", "passed 4 of 5 runs", "test_02-mini_lab"},
  };
  for (const auto& [runs, told, program] : submissions) {
    SCOPED_TRACE(runs);
    fs::remove(course_.root() / "asked-100");
    write_own(answering_by_turns(runs));
    const course::Outcome graded = course_.kvcourse({"grade", "2", "--inherited=forgive"});
    EXPECT_TRUE(ends_with_score(graded, "40")) << graded.output;
    for (const std::string& part :
         {"fails sometimes: " + std::string(told), "build/dev/bin/" + std::string(program),
          std::string("1 wrong answer (1 only sometimes)"), std::string("what threads share")})
      EXPECT_TRUE(says(graded, part)) << part << " is not in\n" << graded.output;
  }
  fs::remove(course_.root() / "asked-100");
  const course::Outcome lab = course_.kvcourse({"lab", "2"});
  EXPECT_EQ(lab.code, 1);
  EXPECT_TRUE(says(lab, "fails sometimes: passed 4 of 5 runs")) << lab.output;
}

TEST(Kvcourse, AnswersWrongUsageWithOneLine) {
  const MiniCourse course;
  const auto answer = [&](std::vector<std::string> arguments) {
    const course::Outcome outcome = course.kvcourse(std::move(arguments));
    EXPECT_EQ(outcome.code, 2);
    EXPECT_EQ(std::count(outcome.output.begin(), outcome.output.end(), '\n'), 1) << outcome.output;
    return outcome.output;
  };
  EXPECT_NE(answer({"grade", "7"}).find("there is no lab \"7\"; there are: 01-mini"),
            std::string::npos);
  EXPECT_NE(answer({"grade", "1", "--inherited=perhaps"}).find("perhaps"), std::string::npos);
  EXPECT_NE(answer({"grade", "1", "--seed=many"}).find("many"), std::string::npos);
  EXPECT_NE(answer({"grade", "1", "--preset=nope"}).find("no preset \"nope\"; there are: dev"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(course.root() / "grades"));
  EXPECT_NE(answer({"grade"}).find("lab is required"), std::string::npos);
  EXPECT_NE(answer({"dance"}).find("dance"), std::string::npos);
  write_text(course.root() / "tests/01-mini/lab.toml", "title = \n");
  EXPECT_NE(answer({"grade", "1"}).find("tests/01-mini/lab.toml:1: "), std::string::npos);
}

}  // namespace
}  // namespace kv::test
