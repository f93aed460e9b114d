#pragma once

// What object files define and need of namespace kv, as `nm -C` tells it. The skeleton and the
// solution of a stage must offer the same, and a stage may need only the spine, earlier stages and
// itself.
//
// *Thread safety*: any thread. *Errors*: `io_error` if nm cannot be run or refuses a file.

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kv::course {

struct Symbols {
  // Functions and variables that others may link to. Weak ones (templates, inline functions) are
  // not among them: which of those an object holds depends on what its code happens to use.
  std::set<std::string> defined;
  std::set<std::string> needed;  // not defined by the object itself
};

// Reads the output of nm; only names of namespace kv count. Pure.
Symbols parse_nm(std::string_view output);

// What a set of objects defines together, and what it still needs of others.
Result<Symbols> symbols_of(const std::vector<std::filesystem::path>& objects);

}  // namespace kv::course
