#pragma once

// A grade as files for machines. Pure functions, but for write_results.

#include <filesystem>
#include <string>

#include "apps/kvcourse/grade.h"

namespace kv::course {

// Gradescope's results.json: score, and a test for each case.
std::string gradescope_json(const Grade& grade, Inherited inherited);

// What GitHub Classroom's autograding reporter takes: status, max_score, and a test for each task.
std::string classroom_json(const Grade& grade, Inherited inherited);

// JUnit's XML: a suite for each task. Valid for whatever bytes a program printed.
std::string junit_xml(const Grade& grade, Inherited inherited);

// Writes the three as results.json, classroom.json and junit.xml into the folder, each whole or not
// at all. Errors: `io_error`, naming the file.
Status write_results(const Grade& grade, Inherited inherited, const std::filesystem::path& folder);

// Removes the three, those that are there: an old score must not be taken for a new one.
void remove_results(const std::filesystem::path& folder);

}  // namespace kv::course
