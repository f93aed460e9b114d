#pragma once

// Runs another program, with a bound on its time, memory and output, and says how it ended. The
// program and all that it started are gone when the call returns.
//
// *Thread safety*: any thread. *Errors*: only where the program could not be started at all; how it
// ended is part of the answer.

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace kv::course {

struct Command {
  std::vector<std::string> arguments;              // the program first; looked up in PATH
  std::string directory;                           // where it runs; empty: here
  std::map<std::string, std::string> environment;  // added to ours
  std::string input;                               // what it reads from standard input
  bool record = false;  // gives it a file to write a record to, named by KV_RECORD_FD
  std::chrono::milliseconds time_limit{std::chrono::minutes(30)};
  std::uint64_t memory_limit_bytes = 0;      // of address space; 0: none
  std::size_t output_limit_bytes = 1 << 20;  // of each stream; more is read and dropped
};

struct Outcome {
  enum class End : unsigned char { exited, signalled, timed_out };
  End end = End::exited;
  int code = 0;        // exit code or signal
  std::string output;  // standard output
  std::string errors;  // standard error
  std::string record;  // what it wrote to the record

  bool succeeded() const { return end == End::exited && code == 0; }
};

Result<Outcome> run(const Command& command);

}  // namespace kv::course
