#pragma once

// A grade as text for people: the same for the student and for the instructor. Pure functions; what
// they give is fit for a terminal.

#include <cstddef>
#include <string>

#include "apps/kvcourse/grade.h"

namespace kv::course {

// What went wrong in one case: its steps, what was expected and what was seen, the command that
// runs it alone, the place in the lesson.
std::string story_of(const Grade& grade, const TaskInfo& task, const Verdict& verdict);

// Why nothing could be run: what the compiler or linker said first, or what is missing.
std::string problem_text(const BuildProblem& problem);

// "lessons/01-introduction/README.md#batches"
std::string lesson_place(const Lab& lab, const TaskInfo& task);

// Points and causes, a line for each task; then each loss; then, as the last line,
// "score: 85/100", or "no score: ..." for a grade that is void.
std::string grade_table(const Grade& grade, Inherited inherited);

// "2 wrong answer, 1 crashed": what the cases of a task came to, without those that passed.
std::string causes_text(const TaskGrade& task);

}  // namespace kv::course
