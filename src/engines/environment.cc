#include "engines/environment.h"

#include <fmt/format.h>

#include <cstdio>

namespace kv {

Result<Environment> real_environment() {
  auto executor = make_thread_executor(1);
  if (!executor) return failure(std::move(executor));
  return Environment{&FileSystem::posix(), *std::move(executor), [](std::string_view message) {
                       // Where nobody can be told, nobody is; fmt::print would throw.
                       std::fputs(fmt::format("kvdb: {}\n", message).c_str(), stderr);
                     }};
}

}  // namespace kv
