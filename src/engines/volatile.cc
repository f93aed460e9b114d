#include "engines/volatile.h"

#include <fmt/format.h>

#include "base/quote.h"

namespace kv {

Status check_volatile(std::string_view engine, const Options& options) {
  if (!options.directory.empty()) {
    return failure(
        Code::invalid_argument,
        fmt::format("engine {} keeps nothing on disk, so it takes no directory; leave {} out",
                    engine, abbreviated(options.directory)));
  }
  if (options.durability.value_or(Durability::none) != Durability::none) {
    return failure(
        Code::invalid_argument,
        fmt::format("engine {} keeps nothing on disk, so its durability can only be none", engine));
  }
  return {};
}

}  // namespace kv
