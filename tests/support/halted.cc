#include "tests/support/halted.h"

#include <pthread.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace kv::test {
namespace {

using Pipe = std::array<int, 2>;  // the end to read from, the end to write to

Pipe open_pipe() {
  Pipe ends{};
  if (pipe(ends.data()) != 0) {
    std::perror("no pipe for a thread to wait at");
    std::abort();
  }
  return ends;
}

struct Pipes {
  Pipe stands = open_pipe();
  Pipe goes_on = open_pipe();
};

// Requires, in a handler: somebody else asked for them before.
const Pipes& pipes() {
  static const Pipes both;
  return both;
}

// A handler may do little; to write to a pipe and to read from it is allowed.
void send(const Pipe& to) {
  const char byte = 0;
  if (write(to[1], &byte, 1) != 1) std::abort();
}
void receive(const Pipe& from) {
  char byte = 0;
  if (read(from[0], &byte, 1) != 1) std::abort();
}

void stand_still(int) {
  const int error = errno;
  send(pipes().stands);
  receive(pipes().goes_on);
  errno = error;
}

}  // namespace

Halted::Halted(std::jthread& thread) {
  const Pipe& stands = pipes().stands;
  struct sigaction action{};
  action.sa_handler = stand_still;
  action.sa_flags = SA_RESTART;
  sigaction(SIGUSR1, &action, nullptr);
  pthread_kill(thread.native_handle(), SIGUSR1);
  receive(stands);
}

Halted::~Halted() { send(pipes().goes_on); }

void wait_until_it_worked(std::jthread& thread, std::chrono::nanoseconds time) {
  clockid_t clock{};
  timespec worked{};
  pthread_getcpuclockid(thread.native_handle(), &clock);
  do {
    std::this_thread::yield();
    clock_gettime(clock, &worked);
  } while (std::chrono::seconds(worked.tv_sec) + std::chrono::nanoseconds(worked.tv_nsec) < time);
}

}  // namespace kv::test
