#pragma once

// A thread that stands still in the middle of what it does, with all the locks that it holds: for
// tests that show what others can do meanwhile. A signal (SIGUSR1) stops it, whose handler waits.
// Where it stands in the allocator, others who allocate may wait, too: a test gets ready what it
// needs before.
//
// Under the thread sanitizer a signal may arrive late, and the thread then stands a little further.
//
// *Thread safety*: one Halted at a time in a process.

#include <chrono>
#include <thread>

namespace kv::test {

// Halts the thread as long as it lives. Requires: the thread does not end meanwhile, or before.
class Halted {
 public:
  explicit Halted(std::jthread& thread);
  ~Halted();
  Halted(const Halted&) = delete;
  Halted& operator=(const Halted&) = delete;
};

// Returns when the thread has used so much of the processor's time, whatever the machine does
// besides. Requires: it will, and does not end before.
void wait_until_it_worked(std::jthread& thread, std::chrono::nanoseconds time);

}  // namespace kv::test
