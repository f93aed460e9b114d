#pragma once

// What students might hand in for the mini lab (mini/), from right to hostile, with the cause that
// the grader must find.

#include <string>
#include <vector>

namespace kv::test {

struct Submission {
  std::string name;
  std::string source;  // of labs/01-mini/answer.cc
  std::string cause;   // stands in the grade
};

// The right answer, and what a student starts from.
std::string right_answer();
std::string untouched_skeleton();

// Each is worth nothing.
std::vector<Submission> worthless_submissions();

}  // namespace kv::test
