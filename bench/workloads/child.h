#pragma once

// Runs a program to its end, with a bound on its time, and gathers what it wrote.
//
// *Thread safety*: one thread at a time. *Errors*: `invalid_argument` where it cannot be started,
// naming it; `cancelled` when the user interrupted us: the program is gone then.

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"

namespace kv::bench {

struct Ended {
  int code = 0;            // exit code, if signal is 0
  int signal = 0;          // what killed it, or 0
  bool timed_out = false;  // we killed it
  std::string output;      // standard output
  std::string errors;      // the end of standard error
};

// `arguments`: the program's path first.
Result<Ended> run_child(const std::vector<std::string>& arguments, std::chrono::seconds limit);

// From now on Ctrl-C and a request to terminate end the child and then the call, with `cancelled`,
// so that whoever made the call can tidy up.
void catch_interrupts();

// Whether such a request has come: for work that is done in this process, between two calls.
bool interrupt_caught();

}  // namespace kv::bench
