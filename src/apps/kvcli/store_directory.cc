#include "apps/kvcli/store_directory.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "base/quote.h"

namespace kv::cli {

Status check_store_directory(const std::string& path) {
  std::error_code error;  // what cannot be looked at is left to whoever uses the directory
  std::filesystem::path part(path);
  while (!std::filesystem::exists(part, error) && part.has_relative_path()) {
    part = part.parent_path();
  }
  if (!std::filesystem::exists(part, error) || std::filesystem::is_directory(part, error)) {
    return {};
  }
  return failure(Code::invalid_argument,
                 fmt::format("{} is not a directory; name a store's", quote(part.string())));
}

}  // namespace kv::cli
