#pragma once

// The options that every program takes which opens stores: all of kv::Options but the directory and
// the limits.
//
// *Thread safety*: one thread.

#include "kv/options.h"

namespace CLI {
class App;
}

namespace kv {

// Parsing sets those of `options` that are given, and fails (CLI::ParseError) for a value that is
// none. `options` outlives the parsing.
void add_store_options(CLI::App& app, Options& options);

}  // namespace kv
