#pragma once

// The process between kvcourse and a program that it runs (process.h): starts the program, waits
// for its end or the end of its time, ends whatever the program left running, says how it went.
//
// It runs in a child made by fork() from a process with threads, so it calls only what is safe in
// a signal handler: no allocation, no locks, no streams.

#include <chrono>
#include <cstdint>

namespace kv::course {

// All of it is prepared before the fork.
struct Supervised {
  const char* path = nullptr;  // of the program
  char* const* arguments = nullptr;
  char* const* environment = nullptr;
  const char* directory = nullptr;  // null: here
  int input = -1;                   // the program's ends of the pipes, all of them 10 or above
  int output = -1;
  int errors = -1;
  int record = -1;  // -1: none, and no story either
  int story = -1;
  int report = -1;  // where the supervisor writes its Report
  std::chrono::milliseconds time_limit{};
  std::uint64_t memory_limit_bytes = 0;
  std::uint64_t file_limit_bytes = 0;
};

// The descriptors under which the program finds its record and the file for its story.
constexpr int record_fd = 3;
constexpr int story_fd = 4;

// How it went. The first one counts.
struct Report {
  enum class Kind : int { not_started, exited, signalled, timed_out };
  Kind kind;
  int code;  // errno, exit code or signal
};

// Runs in the forked child. `parent`: the process that forked it.
[[noreturn]] void supervise(const Supervised& job, int parent);

}  // namespace kv::course
