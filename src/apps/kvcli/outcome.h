#pragma once

// How a command ended: the exit code that a script acts on, and the line that a person reads.

#include <string>
#include <utility>

#include "apps/kvcli/words.h"
#include "base/result.h"

namespace kv::cli {

// The exit codes of kvcli; `kvcli --help` lists them.
enum class Exit : int {
  ok = 0,
  no = 1,             // get: the key has no value; exists: false; inspect, salvage: damaged
  usage = 2,          // a wrong command, argument or option
  conflict = 3,       // a requirement of a batch did not hold
  store = 4,          // the store failed
  io = 5,             // a file, standard input or standard output failed
  todo = 6,           // a part of the lab that is not written yet
  interrupted = 130,  // Ctrl-C, as shells count it: 128 + SIGINT
};

struct Outcome {
  Exit exit = Exit::ok;
  std::string complaint;     // one line without an end; empty: nothing to complain about
  bool output_gone = false;  // nobody reads standard output any more: stop, and say nothing
  std::string progress{};    // what was done before it failed; people read it in front

  // Whether a script ends here. `exists` answering "false" is an answer, not a failure.
  bool failed() const { return !complaint.empty() || output_gone; }
};

inline Outcome usage_error(std::string complaint) {
  return {Exit::usage, std::move(complaint), false};
}
inline Outcome io_error(std::string complaint) { return {Exit::io, std::move(complaint), false}; }

// The exit code that a store's error stands for.
inline Exit exit_of(Code code) {
  switch (code) {
    case Code::not_found: return Exit::no;
    case Code::invalid_argument: return Exit::usage;
    case Code::conflict: return Exit::conflict;
    case Code::cancelled: return Exit::interrupted;
    default: return Exit::store;
  }
}

// The outcome that a store's error stands for.
inline Outcome store_error(const Error& error) {
  if (error.code() == Code::cancelled) return {Exit::interrupted, "interrupted", false};
  // Whoever reads "outcome_unknown" must know that it is no plain failure.
  const bool unknown = error.code() == Code::outcome_unknown;
  return {exit_of(error.code()), printable(unknown ? error.text() : error.message()), false};
}

}  // namespace kv::cli
