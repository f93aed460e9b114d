#pragma once

// A solution file marks the code that a student writes, and the skeleton is made from the marks:
//
//   // LAB 4.1  Frame the record: checksum, length, kind, payload.      stays in the skeleton
//   //[ throw todo("4.1", record);                                       opens a hole
//   ...the reference...
//   //]                                                                  closes it
//
// In the skeleton a hole is the text behind `//[`, with the indentation of that line; with no text
// behind it, the hole leaves nothing (nor a second empty line). A marker stands alone on its line
// and holes do not nest. Nothing is guessed: the compiler finds what the marks got wrong.
//
// A hole belongs to the task that its todo("4.1") names, or the comment `LAB 4.1` right above it.
// One that names none holds a helper, and belongs to the next hole below (the last one above, where
// there is none).
//
// *Thread safety*: pure functions. *Errors*: `invalid_argument`, "file:line: what is wrong".

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kv::course {

struct Hole {
  std::string task;         // "4.1"; empty only in a file whose holes all name none
  std::string shown;        // what the skeleton shows, without indentation
  std::size_t opens = 0;    // the line of the opening marker, from 1
  std::size_t closes = 0;   // the line of the closing one
  std::size_t written = 0;  // the lines of reference inside that are not empty

  bool operator==(const Hole&) const = default;
};

// A solution file, read.
struct Solution {
  std::vector<std::string> lines;
  std::vector<Hole> holes;  // in the order of the file
};

// Reads a solution file; `file` names it in errors.
Result<Solution> parse_solution(std::string_view file, std::string_view text);

// The file with the holes of these tasks filled with the reference and the others open; no marker
// remains.
std::string fill(const Solution& solution, const std::set<std::string>& tasks);

// What a student gets: every hole open.
std::string skeleton_of(const Solution& solution);

// The tasks that have a hole here.
std::set<std::string> tasks_of(const Solution& solution);

// How much of the reference stands inside holes, in lines that are not empty.
std::size_t written_lines(const Solution& solution);

}  // namespace kv::course
