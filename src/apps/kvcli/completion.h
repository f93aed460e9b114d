#pragma once

// What the tab key offers.
//
// *Thread safety*: a pure function.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kv::cli {

// What the word that ends `before_cursor` can be completed to, in the order to show: commands,
// options of the command at the front of the line, what an option or a first argument can be.
std::vector<std::string> completions(std::string_view before_cursor,
                                     std::span<const std::string_view> snapshots);

// Where that word begins.
std::size_t word_start(std::string_view before_cursor);

// Whether that word is the name of a file.
bool completes_file(std::string_view before_cursor);

// The longest beginning that all share.  Requires: not empty.
std::string common_prefix(std::span<const std::string> words);

}  // namespace kv::cli
