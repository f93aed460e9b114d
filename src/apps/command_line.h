#pragma once

// What every program does with its command line once its options are named: reads it, or shows the
// help or the version.
//
// *Thread safety*: one thread at a time. *Errors*: `invalid_argument`, with the program's name and
// where to look.

#include <string_view>

#include "base/result.h"

namespace CLI {
class App;
}

namespace kv {

// Whether there is something to do; false: help or version were asked for and have been printed to
// standard output, whose state the caller looks at.
Result<bool> read_command_line(CLI::App& app, std::string_view program, int argc, char** argv);

}  // namespace kv
