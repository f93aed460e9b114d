#pragma once

// What one run of one test case leaves behind: its story, its failures, and what it observed.
// main() prints it for people, or hands it to the grader as one JSON object:
//
//   {"nonce": "...", "test": "Suite.Case", "failures": ["..."], "story": ["..."],
//    "observations": [["what", "seen"], ...]}
//
// The grader (kvcourse) runs   test_program --gtest_filter=Suite.Case --seed=N   with KV_RECORD_FD
// naming an open file descriptor, and writes a line with a nonce to standard input. The record is
// written when the case has ended and carries the nonce; a process that ends in any other way
// leaves no record, and so no points; what it did until then stands in the file KV_STORY_FD
// (live_story.h), for people.
//
// *Thread safety*: any thread.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace kv::test {

struct Record {
  std::vector<std::string> story;
  std::vector<std::string> failures;
  std::vector<std::pair<std::string, std::string>> observations;
};

void set_seed(std::uint64_t seed);
void fail_record(std::string failure);

// Who hears the story while it happens: the grader, in a file (live_story.h), or people, on
// standard error.
void tell_grader(int fd);
void tell_people();
bool told_to_people();

// What was recorded since the last call.
Record take_record();

}  // namespace kv::test
