#pragma once

// What one run of one test case is worth. Pure functions: the outcome of a process goes in, a
// verdict comes out; what the process printed, and with which code it ended, can only cost points,
// never give them.
//
// A case passes if its record (tests/support/record.h) is there, whole, carries the nonce and the
// name that were asked for, tells of no failure, the process ended by itself with code 0, and the
// case observed the same as on the reference.
//
// *Thread safety*: any thread.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/kvcourse/process.h"

namespace kv::course {

// Why a case earned nothing.
enum class Cause : unsigned char {
  none,              // it passed
  wrong_answer,      // it ran to its end and something was not as it must be
  not_written,       // it came to a hole of the skeleton
  crashed,           // a signal ended it
  timed_out,         // still running after its time
  not_run,           // a case before it hung, and `lab` waits for no second one
  out_of_memory,     // wanted more than its limit
  ended_early,       // left the process before the case had ended
  ran_no_test,       // ended without even beginning the case
  bad_record,        // the record is not what the asked-for case writes: forged or damaged
  sanitizer,         // a sanitizer reported an error
  did_not_build,     // the compiler or linker refused
  build_broken,      // CMake or the build folder fails before it comes to compiling
  tool_missing,      // there is no compiler or build tool
  file_missing,      // a file of the lab is not there
  reference_failed,  // the reference itself failed: a fault of the course, not of the student
};

// "crashed", "did not build".
std::string_view name(Cause cause);

// Whether the cause lies with whoever grades, and not with the code that is graded.
bool is_graders(Cause cause);

using Observations = std::vector<std::pair<std::string, std::string>>;  // what, seen

// One run of one case in one program.
struct Attempt {
  Cause cause = Cause::none;
  std::string detail;                 // one line: which signal, how many seconds, which place
  std::vector<std::string> failures;  // of assertions, as the case reported them
  std::vector<std::string> story;     // without a record: as far as it was told while it happened
  Observations observations;
  std::string report;  // of a sanitizer (sanitizer_report.h), or a crashing program's last lines

  bool passed() const { return cause == Cause::none; }
};

// What was asked for.
struct Question {
  std::string test;   // "Suite.Case"
  std::string nonce;  // unpredictable, another one for each run
  int time_limit_s = 0;
  int memory_limit_mb = 0;
  std::string root;  // the project's folder, which a sanitizer's report may name
};

Attempt judge_run(const Question& question, const Outcome& outcome);

// Where two lists of observations part.
struct Difference {
  std::size_t step = 0;  // in the story of the student's case, from 1; 0 if it ended before
  std::string what;
  std::string expected;
  std::string seen;

  bool operator==(const Difference&) const = default;
};

std::optional<Difference> first_difference(const Attempt& mine, const Observations& expected);

// How often a case passed that was run several times.
struct Runs {
  std::size_t passed = 0;
  std::size_t all = 0;
};

// What a case is worth in the end.
struct Verdict {
  std::string test;
  Attempt attempt = {};
  std::optional<Difference> difference = {};
  std::string program = {};  // that it ran in, relative to the root; empty: in none
  bool inherited = false;  // it passes on the reference's earlier stages: their fault, not its own
  std::optional<Runs> sometimes = {};  // set where it fails in some runs and passes in others

  bool passed() const { return attempt.passed(); }
};

// Compares an attempt with the reference's. `reference` tells what it observed, or how it failed.
Verdict judge_case(std::string test, Attempt mine, const Attempt& reference);

// Tells an own fault from an inherited one. `mine` are the runs of a case on the student's earlier
// labs, the first of which failed; `isolated` those on the reference's. A single run of each would
// not do: a race in this lab's own code that shows in one run and not in the next would look
// inherited. So inherited is what fails in all of the first and in none of the second.
//
// Where a run of `isolated` fails, it is the one to tell of: in it, nothing of an earlier lab hides
// the own fault.
//
// Requires: neither is empty.
Verdict judge_inheritance(const std::vector<Verdict>& mine, const std::vector<Verdict>& isolated);

}  // namespace kv::course
