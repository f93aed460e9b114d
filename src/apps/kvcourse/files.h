#pragma once

// Whole files as text. kvcourse reads and writes small ones only.
//
// *Thread safety*: any thread; two writers of one file leave the text of one of them.
// *Errors*: `io_error`, naming the file and what the system said.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kv::course {

Result<std::string> read_file(const std::filesystem::path& file);

// Writes beside the file and renames, so that a reader sees the old text or the new one. Makes the
// folders that are missing.
Status write_file(const std::filesystem::path& file, std::string_view text);

// The same, unless the file holds just this text already: builds go by the time of the last change.
// True if it wrote.
Result<bool> write_if_changed(const std::filesystem::path& file, std::string_view text);

// The regular files under a folder, as sorted paths relative to it. Names that begin with a dot or
// end in ~ are left out: they are the tools', not ours. An absent folder holds none.
Result<std::vector<std::string>> list_files(const std::filesystem::path& folder);

// The lines of a text, without their ends.
std::vector<std::string> split_lines(std::string_view text);

// Without the blanks around it.
std::string_view trimmed(std::string_view text);

}  // namespace kv::course
