#pragma once

// The prompt: reads commands from a terminal, with line editing, history and completion (libedit;
// whoever has a ~/.editrc keeps their own keys).
//
// *Thread safety*: one thread; one prompt a program.

#include <string>

#include "apps/kvcli/interrupts.h"
#include "apps/kvcli/session.h"

namespace kv::cli {

// Until quit, or Ctrl-D on an empty line. Ctrl-C stops the command that runs, or forgets the line
// being typed. The history is kept in $XDG_STATE_HOME/kvcli/history, without XDG_STATE_HOME in
// ~/.kvcli_history, or, where neither can be written, not at all. A failed command is told and ends
// nothing; only if the terminal goes away is the code not ok.
Exit run_prompt(Session& session, Interrupts& interrupts, const std::string& engine);

}  // namespace kv::cli
