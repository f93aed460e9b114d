#pragma once

// Runs the commands of a file or of standard input, one a line.
//
// *Thread safety*: one thread at a time.

#include "apps/kvcli/interrupts.h"
#include "apps/kvcli/lines.h"
#include "apps/kvcli/session.h"

namespace kv::cli {

// The first command that fails ends the run, with its line and complaint on standard error; with
// `keep_going` the run goes on. Returns the code of the first failure, or, where nothing failed,
// that of the last command. A batch that is still open at the end is a failure, and nothing of it
// is done.
Exit run_script(Session& session, LineSource& source, Interrupts& interrupts, bool keep_going);

}  // namespace kv::cli
