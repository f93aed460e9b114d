#pragma once

// What a persistent engine takes from the world. The real one is the default; a test hands in a
// file system that fails and crashes, and an executor that runs background work step by step
// (base/simulated_file_system.h, base/simulated_executor.h).
//
// *Ownership*: the file system is borrowed and outlives the store, its snapshots and iterators; the
// executor is shared.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "base/executor.h"
#include "base/file_system.h"

namespace kv {

struct Environment {
  FileSystem* files;
  std::shared_ptr<Executor> executor;

  // Takes one line of text, without its end, that is meant for people. Called by any thread,
  // several at once, and throws nothing.
  std::function<void(std::string_view message)> warn;

  // Lets the calling thread sleep, when writers are to be slowed. Null: nobody sleeps.
  std::function<void(std::chrono::microseconds)> pause{};

  // Where compactions run, which take long. Null: with the rest.
  std::shared_ptr<Executor> compaction_executor{};
};

// The operating system's files, so many threads of one's own, and the standard error stream.
// Errors: `unavailable` where the system gives no threads.
Result<Environment> real_environment(std::size_t threads = 1);

}  // namespace kv
