#pragma once

// What every peer with files asks of its options.

#include <string_view>

#include "base/result.h"
#include "kv/options.h"

namespace kv::peers {

// Creates the directory of the options where it is missing, and those above it. Errors:
// `invalid_argument` where the options name none; `io_error` where it cannot be made.
Status make_directory(std::string_view peer, const Options& options);

// The failure of a write whose bytes may have reached the log or not: `outcome_unknown`, with the
// failure as its cause.
Error outcome_unknown(const Error& cause);

}  // namespace kv::peers
