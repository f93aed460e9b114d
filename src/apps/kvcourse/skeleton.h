#pragma once

// Writes the skeleton that students edit: labs/NN-name/ from solutions/NN-name/, every file, the
// holes open (holes.h). What it wrote last stands in labs/.generated, a line for each file, sorted:
//
//   9f86d081884c7d65 01-introduction/map_store.cc        XXH3 of the text, path inside labs/
//
// so that it can tell what somebody edited since: such a file is never touched, unless forced.
//
// *Thread safety*: one at a time for a project. *Errors*: `invalid_argument` for wrong markers and
// where there is no solutions/; `io_error`. What was written before the error stays, and is whole.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kv::course {

struct SkeletonReport {
  std::vector<std::string> written;  // paths inside labs/, each list sorted
  std::vector<std::string> removed;  // they vanished from solutions/
  std::vector<std::string> kept;     // somebody edited them
};

// The text of every file of a lab's skeleton, by its path inside labs/.
Result<std::map<std::string, std::string>> skeleton_files(const std::filesystem::path& root,
                                                          std::string_view lab);

// The labs that have a solution, sorted: "01-introduction". Errors: `invalid_argument` if there is
// no solutions/, as in a student's copy.
Result<std::vector<std::string>> solved_labs(const std::filesystem::path& root);

// What .generated holds for the files of a skeleton.
std::string generated_list(const std::map<std::string, std::string>& files);

// Brings labs/ up to date for the labs named; with no names, for all, and clears away labs that
// solutions/ has no more. `force` also overwrites and removes what somebody edited. A file whose
// text stays as it is is not touched.
Result<SkeletonReport> write_skeleton(const std::filesystem::path& root,
                                      const std::vector<std::string>& labs, bool force);

// `kvcourse skeleton [LAB] [--force]`: writes, says what it did, and gives the exit code. An empty
// `lab` means all.
Result<int> skeleton_command(const std::filesystem::path& root, std::string_view lab, bool force);

}  // namespace kv::course
