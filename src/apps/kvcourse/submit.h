#pragma once

// Packs what a lab hands in: build/submissions/NN-name.tar.gz with just the files that lab.toml
// names, the same bytes for the same files.

#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace kv::course {

// `kvcourse submit LAB`: packs, says where and how large, warns of files that nobody has touched
// yet, and gives the exit code. Errors: `invalid_argument` for a lab that there is not or a file
// that is missing; `io_error`.
Result<int> submit_command(const std::filesystem::path& root, std::string_view lab);

}  // namespace kv::course
