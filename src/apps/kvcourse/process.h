#pragma once

// Runs another program, with a bound on its time, memory and output, and says how it ended. The
// program and all that it started are gone when the call returns, children that left its process
// group included; they are gone too when this process dies first.
//
// Between us and the program stands a supervisor, a process that does nothing but wait: orphans
// become its children (PR_SET_CHILD_SUBREAPER), so it can find and end them all, however many runs
// go on beside each other.
//
// *Thread safety*: any thread. *Errors*: only where the program could not be started at all
// (`invalid_argument` where there is no such program, naming it); how it ended is part of the
// answer.

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace kv::course {

struct Command {
  std::vector<std::string> arguments;                   // the program first; looked up in PATH
  std::string directory = {};                           // where it runs; empty: here
  std::map<std::string, std::string> environment = {};  // added to ours
  std::string input = {};                               // what it reads from standard input
  bool record = false;  // gives it KV_RECORD_FD and KV_STORY_FD (tests/support/record.h)
  std::chrono::milliseconds time_limit{std::chrono::minutes(30)};
  std::uint64_t memory_limit_bytes = 0;      // of address space; 0: none
  std::uint64_t file_limit_bytes = 0;        // of each file it writes; 0: none
  std::size_t output_limit_bytes = 1 << 20;  // of each stream; more is read and dropped
};

struct Outcome {
  enum class End : unsigned char { exited, signalled, timed_out };
  End end = End::exited;
  int code = 0;        // exit code or signal
  std::string output;  // standard output
  std::string errors;  // standard error
  std::string record;  // what it wrote to the record
  std::string story;   // the last of what it told while it ran, from the start of a line

  bool succeeded() const { return end == End::exited && code == 0; }
};

Result<Outcome> run(const Command& command);

}  // namespace kv::course
