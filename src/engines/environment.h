#pragma once

// What a persistent engine takes from the world. The real one is the default; a test hands in a
// file system that fails and crashes, and an executor that runs background work step by step
// (base/simulated_file_system.h, base/simulated_executor.h).
//
// *Ownership*: the file system is borrowed and outlives the store, its snapshots and iterators; the
// executor is shared.

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
};

// The operating system's files, one thread of one's own, and the standard error stream.
// Errors: `unavailable` where the system gives no thread.
Result<Environment> real_environment();

}  // namespace kv
