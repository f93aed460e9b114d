#pragma once

// A build folder, as a source of exact commands: how one file is compiled, how one program is
// linked. With them a changed copy of a file becomes a program in a second, without CMake and
// without touching what was built.
//
// *Thread safety*: const functions from any thread. *Errors*: `invalid_argument` if the build tells
// of no such file or program; `io_error` with the first error of the compiler or linker.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace kv::course {

// The words of a command line as a shell parts them: quotes and backslashes, nothing else. Pure.
std::vector<std::string> shell_words(std::string_view line);

class BuildTree {
 public:
  // Configures build/<preset> if needed, builds the targets, and reads its commands. Errors also:
  // `io_error` if that fails, with the first error.
  static Result<BuildTree> open(const std::filesystem::path& root, const std::string& preset,
                                const std::vector<std::string>& targets);

  const std::filesystem::path& folder() const { return folder_; }

  // A program that was built.
  std::filesystem::path program(std::string_view target) const;

  // The source files the build knows, relative to the root, with their objects.
  const std::map<std::string, std::filesystem::path>& objects() const { return objects_; }

  // Compiles `copy` as `source` (relative to the root) is compiled, into `object`. Headers in
  // quotes are looked for beside the copy, then beside the source. `more` follows the
  // command's own flags.
  Status compile(const std::string& source, const std::filesystem::path& copy,
                 const std::filesystem::path& object,
                 const std::vector<std::string>& more = {}) const;

  // Links `target` anew as `program`, with other objects in place of those of these sources.
  Status link(const std::string& target,
              const std::map<std::string, std::filesystem::path>& object_of_source,
              const std::filesystem::path& program) const;

 private:
  BuildTree(std::filesystem::path root, std::filesystem::path folder)
      : root_(std::move(root)), folder_(std::move(folder)) {}

  void find_ccache();
  Status read_compile_commands();
  Status read_link_command(const std::string& target);

  std::filesystem::path root_;
  std::filesystem::path folder_;
  std::string ccache_;  // the launcher of the compiler; empty: none
  std::map<std::string, std::vector<std::string>> compile_commands_;  // by source
  std::map<std::string, std::vector<std::string>> link_commands_;     // by target
  std::map<std::string, std::filesystem::path> objects_;              // by source
};

}  // namespace kv::course
