#include "engines/environment.h"

#include <fmt/format.h>

#include <cstdio>
#include <thread>

namespace kv {

Result<Environment> real_environment(std::size_t threads) {
  auto executor = make_thread_executor(threads);
  if (!executor) return failure(std::move(executor));
  return Environment{&FileSystem::posix(), *std::move(executor),
                     [](std::string_view message) {
                       // Where nobody can be told, nobody is; fmt::print would throw.
                       std::fputs(fmt::format("kvdb: {}\n", message).c_str(), stderr);
                     },
                     [](std::chrono::microseconds pause) { std::this_thread::sleep_for(pause); }};
}

}  // namespace kv
