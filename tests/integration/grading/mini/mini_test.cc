// The cases of the mini lab: answer() gives a question back with its length before it.

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/support/story.h"

std::string answer(std::string_view question);  // the lab's file

namespace kv::test {
namespace {

std::string asked(const std::string& question) {
  const std::string call = announce("answer " + test::quoted(question));
  const std::string seen = answer(question);
  observe(call, test::quoted(seen));
  return seen;
}

// Only observed: the right answer is not in this program.
TEST(Short, OneLetter) { asked("a"); }

TEST(Short, TwoLetters) {
  asked("a");
  EXPECT_EQ(asked("ab").back(), 'b');
}

TEST(Long, DependsOnTheSeed) { asked(std::string(100, static_cast<char>('a' + seed() % 26))); }

}  // namespace
}  // namespace kv::test
