#include "apps/kvcourse/cases.h"

#include <gtest/gtest.h>

#include "tests/support/expect.h"

namespace kv::course {
namespace {

using kv::test::fails_with;
using kv::test::ok;
using Names = std::vector<std::string>;

Lab lab_with(std::vector<Names> patterns) {
  Lab lab;
  lab.name = "01-mini";
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    TaskInfo task;
    task.number = "1." + std::to_string(i + 1);
    task.tests = patterns[i];
    lab.tasks.push_back(task);
  }
  return lab;
}

TEST(Cases, AreReadFromTheListOfTests) {
  EXPECT_EQ(parse_test_list("Map.\n  Get\n  Put\nAll/Param.\n  Case/0  # GetParam() = 4\n"
                            "Typed/0.  # TypeParam = int\n  Works\n"),
            (Names{"Map.Get", "Map.Put", "All/Param.Case/0", "Typed/0.Works"}));
  EXPECT_EQ(parse_test_list(""), Names{});
  EXPECT_EQ(parse_test_list("Running main()\n  Lost\n"), Names{});
}

TEST(Cases, PatternsMatchAsInGoogleTest) {
  EXPECT_TRUE(matches("Map.*", "Map.Get"));
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("M?p.*t", "Map.Get"));
  EXPECT_TRUE(matches("*a*a*", "banana"));
  EXPECT_TRUE(matches("**x", "abx"));
  EXPECT_FALSE(matches("Map.*", "XMap.Get"));
  EXPECT_FALSE(matches("Map.", "Map.Get"));
  EXPECT_FALSE(matches("?", ""));
  EXPECT_FALSE(matches("", "a"));
  EXPECT_FALSE(matches("*a?", "a"));
}

TEST(Cases, GoToTheTaskThatNamesThem) {
  const auto assigned = assign_cases(lab_with({{"Map.*"}, {"Log.Ends", "Log.B*"}}),
                                     {"Log.Begins", "Map.Get", "Log.Ends", "Other.Thing"});
  ASSERT_TRUE(ok(assigned));
  EXPECT_EQ(*assigned, (std::vector<Names>{{"Map.Get"}, {"Log.Ends", "Log.Begins"}}));
}

TEST(Cases, OneOfTwoTasksIsAnError) {
  const auto assigned = assign_cases(lab_with({{"Map.*"}, {"*.Get"}}), {"Map.Get"});
  ASSERT_TRUE(fails_with(Code::invalid_argument, assigned));
  EXPECT_EQ(assigned.error().message(),
            "tests/01-mini/lab.toml: Map.Get belongs to two tasks, 1.1 and 1.2");
}

TEST(Cases, APatternThatMatchesNothingIsAnError) {
  const auto assigned = assign_cases(lab_with({{"Map.*", "Mop.*"}}), {"Map.Get"});
  ASSERT_TRUE(fails_with(Code::invalid_argument, assigned));
  EXPECT_NE(assigned.error().message().find("no test matches \"Mop.*\""), std::string::npos);
}

}  // namespace
}  // namespace kv::course
