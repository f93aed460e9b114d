#pragma once

// Which test cases belong to which task of a lab. The list comes from the reference's test program
// (or from what was recorded of it), never from a program that holds a student's code.
//
// *Thread safety*: pure functions. *Errors*: `invalid_argument`, naming the pattern or the case.

#include <string>
#include <string_view>
#include <vector>

#include "apps/kvcourse/lab.h"

namespace kv::course {

// "Suite.Case" for each line of what --gtest_list_tests printed.
std::vector<std::string> parse_test_list(std::string_view printed);

// A GoogleTest pattern: * stands for any characters, ? for any single one.
bool matches(std::string_view pattern, std::string_view name);

// The cases of each task, in the order of the list. A pattern that matches nothing is an error, and
// so is a case of two tasks; a case of no task is left out, it carries no points.
Result<std::vector<std::vector<std::string>>> assign_cases(const Lab& lab,
                                                           const std::vector<std::string>& cases);

}  // namespace kv::course
