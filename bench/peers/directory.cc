#include "bench/peers/directory.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

namespace kv::peers {

Status make_directory(std::string_view peer, const Options& options) {
  if (options.directory.empty()) {
    return failure(Code::invalid_argument,
                   fmt::format("{} keeps its data in files: name a directory for them", peer));
  }
  std::error_code error;
  std::filesystem::create_directories(options.directory, error);
  if (!error) return {};
  return failure(Code::io_error,
                 fmt::format("cannot make the directory {} for {}: {}; name one that can be made",
                             options.directory, peer, error.message()));
}

Error outcome_unknown(const Error& cause) {
  return {Code::outcome_unknown, cause.code(),
          cause.message() + "; whether the write happened is unknown: read before writing again"};
}

}  // namespace kv::peers
