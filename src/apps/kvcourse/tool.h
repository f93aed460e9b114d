#pragma once

// Runs a tool of the system (compiler, linker, nm, tar) to its end; its first error becomes ours.
//
// *Thread safety*: any thread. *Errors*: `invalid_argument` if there is no such tool; `io_error` if
// it fails, with the first error that it printed.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kv::course {

// What the tool printed on standard output. `what` names it in errors: "the compiler".
Result<std::string> output_of(std::string_view what, std::vector<std::string> arguments,
                              const std::filesystem::path& directory = {});

// The line of a tool's output that says what is wrong: the first with "error" in it, or the first
// at all. Pure.
std::string first_error(std::string_view output);

}  // namespace kv::course
