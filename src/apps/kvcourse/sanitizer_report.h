#pragma once

// What a sanitizer reported, cut down to what a student can act on: the first report alone, since
// the ones after it are mostly its consequences, and of its stacks the frames that lie in the
// project. What is left of a data race still shows both accesses.
//
// *Thread safety*: pure functions; any thread.

#include <optional>
#include <string>
#include <string_view>

namespace kv::course {

struct SanitizerReport {
  std::string headline;  // its first line
  std::string text;      // all that is shown of it, the headline included
};

// The first report of the address, leak, thread or undefined-behaviour sanitizer in what a program
// printed to standard error. `root` is the project's folder, which the report may name in full.
// Paths below it are told from there on, and frames outside of its labs/, src/, tests/ and
// solutions/ are left out; not so where a report has no other frames: they are all there is to go
// by.
std::optional<SanitizerReport> first_sanitizer_report(std::string_view errors,
                                                      std::string_view root);

}  // namespace kv::course
