#include "apps/kvcourse/judge.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <nlohmann/json.hpp>

#include "apps/kvcourse/grade.h"

namespace kv::course {
namespace {

using nlohmann::json;

const Question question{"Map.Get", "c0ffee", 10, 512, "/home/ada/kvdb"};

json good_record() {
  return {{"nonce", "c0ffee"},
          {"test", "Map.Get"},
          {"failures", json::array()},
          {"story", json::array({"open", "get a -> 1"})},
          {"observations", json::array({json::array({"get a", "1"})})}};
}

Outcome ended(const std::string& record, int code = 0) {
  Outcome outcome;
  outcome.code = code;
  outcome.record = record;
  return outcome;
}

Attempt judged(const json& record, int code = 0) {
  return judge_run(question, ended(record.dump() + "\n", code));
}

TEST(JudgeRun, AWholeRecordPasses) {
  const Attempt attempt = judged(good_record());
  EXPECT_TRUE(attempt.passed());
  EXPECT_EQ(attempt.observations, (Observations{{"get a", "1"}}));
  EXPECT_EQ(attempt.story.size(), 2U);
}

TEST(JudgeRun, ARecordThatIsNotTheOneAskedForIsInvalid) {
  const std::string whole = good_record().dump() + "\n";
  const auto cause = [](const std::string& record) {
    return judge_run(question, ended(record)).cause;
  };
  EXPECT_EQ(cause(whole), Cause::none);
  EXPECT_EQ(cause(whole + whole), Cause::bad_record) << "a forged one before the true one";
  EXPECT_EQ(cause("{}\n" + whole), Cause::bad_record);
  for (std::size_t size = 1; size < whole.size(); ++size)
    EXPECT_EQ(cause(whole.substr(0, size)), Cause::bad_record) << "cut to " << size << " bytes";
  for (const char* text : {"\n", "null\n", "[]\n", "42\n", "{}\n", "{\"nonce\":1}\n", "\xff\xfe\n"})
    EXPECT_EQ(cause(text), Cause::bad_record) << text;
  EXPECT_EQ(cause(std::string(100'000, '[') + "\n"), Cause::bad_record);

  for (const char* member : {"nonce", "test", "failures", "story", "observations"}) {
    json record = good_record();
    record.erase(member);
    EXPECT_EQ(judged(record).cause, Cause::bad_record) << "without " << member;
    record[member] = 7;
    EXPECT_EQ(judged(record).cause, Cause::bad_record) << "with a number as " << member;
  }
  json other = good_record();
  other["nonce"] = "decaf";
  EXPECT_EQ(judged(other).detail, "the record is not valid: it was not written for this run");
  other = good_record();
  other["test"] = "Map.Put";
  EXPECT_EQ(judged(other).detail, "the record is not valid: it is that of Map.Put");
}

TEST(JudgeRun, AFailureIsAWrongAnswerWhateverTheExitCode) {
  json record = good_record();
  record["failures"] = json::array({"map_test.cc:3: expected 1", "another"});
  for (const int code : {0, 1}) {
    const Attempt attempt = judged(record, code);
    EXPECT_EQ(attempt.cause, Cause::wrong_answer);
    EXPECT_EQ(attempt.detail, "map_test.cc:3: expected 1");
  }
}

TEST(JudgeRun, AHoleIsNotWrittenYet) {
  const std::string hole = "not written yet: lab 1.3, labs/01-introduction/sorted_entries.cc:37";
  json record = good_record();
  record["failures"] =
      json::array({"C++ exception with description \"" + hole + "\" thrown in the test body."});
  EXPECT_EQ(judged(record, 1).cause, Cause::not_written);
  EXPECT_EQ(judged(record, 1).detail, hole);

  Outcome in_a_thread;
  in_a_thread.end = Outcome::End::signalled;
  in_a_thread.code = SIGABRT;
  in_a_thread.errors = "terminate called after throwing ...\n  what():  " + hole + "\n";
  EXPECT_EQ(judge_run(question, in_a_thread).cause, Cause::not_written);
  EXPECT_EQ(judge_run(question, in_a_thread).detail, hole);
}

TEST(JudgeRun, ASignalIsNamed) {
  Outcome outcome = ended(good_record().dump() + "\n");
  outcome.end = Outcome::End::signalled;
  outcome.code = SIGSEGV;
  EXPECT_EQ(judge_run(question, outcome).cause, Cause::crashed) << "although there is a record";
  EXPECT_EQ(judge_run(question, outcome).detail, "crashed by SIGSEGV (Segmentation fault)");
}

TEST(JudgeRun, TimeIsUpWhateverTheRecordSays) {
  Outcome outcome = ended(good_record().dump() + "\n");
  outcome.end = Outcome::End::timed_out;
  EXPECT_EQ(judge_run(question, outcome).cause, Cause::timed_out);
  EXPECT_EQ(judge_run(question, outcome).detail, "hung: still running after 10 s");
}

TEST(JudgeRun, WithoutARecordTheStoryIsWhatWasToldUntilThen) {
  Outcome outcome;
  outcome.end = Outcome::End::signalled;
  outcome.code = SIGSEGV;
  outcome.story = "open\nget a -> 1\nget b";
  const std::vector<std::string> steps = {"open", "get a -> 1", "get b -> no answer"};
  EXPECT_EQ(judge_run(question, outcome).story, steps);
  outcome.end = Outcome::End::timed_out;
  EXPECT_EQ(judge_run(question, outcome).story, steps);
  outcome.end = Outcome::End::exited;
  EXPECT_EQ(judge_run(question, outcome).story, steps);
  outcome.record = good_record().dump() + "\n";
  EXPECT_EQ(judge_run(question, outcome).story, (std::vector<std::string>{"open", "get a -> 1"}));
}

TEST(JudgeRun, NoRecordIsNoPass) {
  Outcome outcome = ended("");
  outcome.output = "[  PASSED  ] 100 tests.\n";
  EXPECT_EQ(judge_run(question, outcome).cause, Cause::ran_no_test);
  outcome.output = "[ RUN      ] Map.Get\n[  PASSED  ] 100 tests.\n";
  EXPECT_EQ(judge_run(question, outcome).cause, Cause::ended_early);
  outcome.errors = "==1==ERROR: AddressSanitizer: heap-use-after-free\n";
  EXPECT_EQ(judge_run(question, outcome).cause, Cause::sanitizer);
}

TEST(JudgeRun, AnExitCodeCanOnlyCostPoints) {
  EXPECT_EQ(judged(good_record(), 1).cause, Cause::ended_early);
  Outcome leak = ended(good_record().dump() + "\n", 23);
  leak.errors = "==1==ERROR: LeakSanitizer: detected memory leaks\n";
  EXPECT_EQ(judge_run(question, leak).cause, Cause::sanitizer);
}

Attempt observing(Observations observations) {
  Attempt attempt;
  for (const auto& [what, seen] : observations) {
    attempt.story.push_back("a step between");
    attempt.story.push_back(what + " -> " + seen);
  }
  attempt.observations = std::move(observations);
  return attempt;
}

TEST(JudgeCase, TheSameObservationsPass) {
  const Verdict verdict =
      judge_case("Map.Get", observing({{"get", "1"}}), observing({{"get", "1"}}));
  EXPECT_TRUE(verdict.passed());
  EXPECT_FALSE(verdict.difference.has_value());
}

TEST(JudgeCase, TheFirstDifferenceIsTold) {
  const Observations expected = {{"get a", "1"}, {"get b", "2"}, {"get c", "3"}};
  const auto difference = [&](Observations mine) {
    const Verdict verdict = judge_case("Map.Get", observing(std::move(mine)), observing(expected));
    EXPECT_EQ(verdict.attempt.cause, Cause::wrong_answer);
    return verdict.difference.value_or(Difference{});
  };
  EXPECT_EQ(difference({{"get a", "1"}, {"get b", "9"}, {"get c", "9"}}),
            (Difference{4, "get b", "2", "9"}));
  EXPECT_EQ(difference({{"get a", "1"}, {"get z", "2"}}),
            (Difference{4, "the next call", "get b", "get z"}));
  EXPECT_EQ(difference({}), (Difference{0, "get a", "1", "the case ended before"}));
  EXPECT_EQ(difference({{"get a", "1"}, {"get b", "2"}, {"get c", "3"}, {"get d", "4"}}),
            (Difference{8, "get d", "the case has ended", "4"}));
}

TEST(JudgeCase, TheReferencesOwnFailureEarnsNothing) {
  Attempt reference = observing({{"get", "1"}});
  reference.cause = Cause::timed_out;
  const Verdict verdict = judge_case("Map.Get", observing({{"get", "1"}}), reference);
  EXPECT_EQ(verdict.attempt.cause, Cause::reference_failed);
}

TEST(JudgeCase, ACrashStaysACrash) {
  Attempt mine;
  mine.cause = Cause::crashed;
  const Verdict verdict = judge_case("Map.Get", mine, observing({{"get", "1"}}));
  EXPECT_EQ(verdict.attempt.cause, Cause::crashed);
  EXPECT_FALSE(verdict.difference.has_value());
}

// A run of the case that saw this, where 1 would be right.
Verdict seeing(const std::string& answer) {
  return judge_case("Map.Get", observing({{"get", answer}}), observing({{"get", "1"}}));
}

TEST(JudgeInheritance, AFaultThatVanishesOnTheReferencesStagesIsInherited) {
  const Verdict passes = seeing("1");
  const Verdict fails = seeing("2");
  EXPECT_TRUE(judge_inheritance({fails}, {passes}).inherited);
  EXPECT_TRUE(judge_inheritance({fails, fails}, {passes, passes}).inherited);
  EXPECT_FALSE(judge_inheritance({fails}, {passes}).sometimes.has_value());

  const Verdict own = judge_inheritance({fails}, {seeing("3")});
  EXPECT_FALSE(own.inherited);
  EXPECT_FALSE(own.sometimes.has_value());
  EXPECT_EQ(own.attempt.observations, (Observations{{"get", "3"}}));
}

TEST(JudgeInheritance, AFaultThatShowsInSomeRunsOnlyIsAnOwnOne) {
  const Verdict passes = seeing("1");
  const Verdict fails = seeing("2");
  const Verdict mine = judge_inheritance({fails, passes}, {passes, passes, passes});
  EXPECT_FALSE(mine.inherited);
  EXPECT_FALSE(mine.passed());
  ASSERT_TRUE(mine.sometimes.has_value());
  EXPECT_EQ(mine.sometimes->passed, 1U);
  EXPECT_EQ(mine.sometimes->all, 2U);

  const Verdict isolated = judge_inheritance({fails}, {passes, passes, seeing("3")});
  EXPECT_FALSE(isolated.inherited);
  EXPECT_EQ(isolated.attempt.observations, (Observations{{"get", "3"}}));
  ASSERT_TRUE(isolated.sometimes.has_value());
  EXPECT_EQ(isolated.sometimes->passed, 2U);
  EXPECT_EQ(isolated.sometimes->all, 3U);
}

TEST(Points, AreSharedByTheCasesOfATask) {
  Verdict passed;
  Verdict failed;
  failed.attempt.cause = Cause::crashed;
  Verdict inherited = failed;
  inherited.inherited = true;
  Grade grade;
  grade.tasks.resize(2);
  grade.tasks[0].task.points = 60;
  grade.tasks[0].verdicts = {passed, inherited, failed};
  grade.tasks[1].task.points = 40;
  grade.tasks[1].verdicts = {passed};
  EXPECT_DOUBLE_EQ(grade.points(Inherited::count), 60);
  EXPECT_DOUBLE_EQ(grade.points(Inherited::forgive), 80);
  EXPECT_FALSE(grade.full(Inherited::forgive));
  grade.tasks[0].verdicts = {passed, inherited};
  EXPECT_TRUE(grade.full(Inherited::forgive));
  EXPECT_FALSE(grade.full(Inherited::count));
  grade.tasks[1].verdicts.clear();  // nothing ran: nothing is earned
  EXPECT_DOUBLE_EQ(grade.points(Inherited::forgive), 60);
  EXPECT_FALSE(grade.full(Inherited::forgive));
  EXPECT_FALSE(Grade{}.full(Inherited::forgive));
}

TEST(Points, OnlyFullMarksReadAs100) {
  EXPECT_EQ(points_text(100), "100");
  EXPECT_EQ(points_text(99.99), "99.9");
  EXPECT_EQ(points_text(100.0 / 7 * 7), "100");
  EXPECT_EQ(points_text(0), "0");
  EXPECT_EQ(points_text(33.349), "33.3");
}

}  // namespace
}  // namespace kv::course
