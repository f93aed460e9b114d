#pragma once

// Whether a path that somebody typed can be a store's directory, for the commands that take one.
//
// *Thread safety*: any thread.

#include <string>

#include "base/result.h"

namespace kv::cli {

// Ok for a directory, and for what is not there but could be made one. Errors: `invalid_argument`
// where the path, or a part of it, is something else.
Status check_store_directory(const std::string& path);

}  // namespace kv::cli
