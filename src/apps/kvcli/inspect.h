#pragma once

// The commands that look at a store's files beside the store: inspect reads them, whether or not
// the store is open, and changes nothing; salvage makes a store that is damaged open again.
//
// *Thread safety*: one thread at a time. *Errors*: Exit::no where something is or was damaged,
// without a complaint; Exit::io for what can't be read; Exit::usage for what is no file of a store.

#include <stop_token>

#include "apps/kvcli/commands.h"
#include "apps/kvcli/outcome.h"
#include "apps/kvcli/output.h"

namespace kv::cli {

Outcome inspect(const Invocation& invocation, Output& output, const std::stop_token& stop);

Outcome salvage(const Invocation& invocation, Output& output);

}  // namespace kv::cli
