#include "bench/workloads/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace kv::bench {
namespace {

using Time = std::chrono::steady_clock;

volatile sig_atomic_t interrupted = 0;

// A pipe's two ends, closed with it.
class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) ends_ = {-1, -1};
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close(0);
    close(1);
  }

  int read_end() const { return ends_[0]; }
  int write_end() const { return ends_[1]; }
  void close(std::size_t end) {
    if (ends_[end] >= 0) ::close(std::exchange(ends_[end], -1));
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

// Takes what is there; closes the pipe at its end.
void take(Pipe& pipe, std::string& text) {
  std::array<char, 1 << 14> bytes;
  const ssize_t size = ::read(pipe.read_end(), bytes.data(), bytes.size());
  if (size > 0) {
    text.append(bytes.data(), static_cast<std::size_t>(size));
  } else if (size == 0 || errno != EINTR) {
    pipe.close(0);
  }
}

// A store that complains at every operation must not fill our memory.
void keep_end(std::string& text) {
  constexpr std::size_t most_bytes = 1 << 16;
  if (text.size() > 2 * most_bytes) text.erase(0, text.size() - most_bytes);
}

// The child's standard files: nothing to read, and the two pipes.
Result<pid_t> spawn(const std::vector<std::string>& arguments, const Pipe& output,
                    const Pipe& errors) {
  std::vector<std::string> words = arguments;
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&files, output.write_end(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, errors.write_end(), STDERR_FILENO);
  pid_t child = 0;
  const int error =
      ::posix_spawn(&child, words[0].c_str(), &files, nullptr, pointers.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  if (error != 0)
    return failure(Code::invalid_argument, fmt::format("{}: {}", words[0], std::strerror(error)));
  return child;
}

// Gathers until both pipes end. False: the time was up, or the user interrupted us.
bool gather(Pipe& output, Pipe& errors, Ended& ended, Time::time_point deadline) {
  while (output.read_end() >= 0 || errors.read_end() >= 0) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Time::now());
    if (interrupted != 0 || left.count() <= 0) return false;
    // An interrupt that comes just before the wait is seen soon after.
    constexpr std::chrono::milliseconds longest(500);
    std::array<pollfd, 2> waited{{{output.read_end(), POLLIN, 0}, {errors.read_end(), POLLIN, 0}}};
    const int wait_ms = static_cast<int>(std::min(left, longest).count());
    if (::poll(waited.data(), waited.size(), wait_ms) <= 0) continue;
    if (waited[0].revents != 0) take(output, ended.output);
    if (waited[1].revents != 0) take(errors, ended.errors);
    keep_end(ended.errors);
  }
  return true;
}

}  // namespace

Result<Ended> run_child(const std::vector<std::string>& arguments, std::chrono::seconds limit) {
  Pipe output;
  Pipe errors;
  if (output.read_end() < 0 || errors.read_end() < 0)
    return failure(Code::unavailable, fmt::format("no pipe can be made: {}", std::strerror(errno)));
  const Result<pid_t> child = spawn(arguments, output, errors);
  if (!child) return failure(child.error());
  output.close(1);
  errors.close(1);
  Ended ended;
  if (!gather(output, errors, ended, Time::now() + limit)) {
    ended.timed_out = true;
    ::kill(*child, SIGKILL);
  }
  int status = 0;
  while (::waitpid(*child, &status, 0) < 0 && errno == EINTR) continue;
  if (interrupted != 0) return failure(Code::cancelled, "interrupted");
  if (WIFSIGNALED(status)) {
    ended.signal = WTERMSIG(status);
  } else {
    ended.code = WEXITSTATUS(status);
  }
  return ended;
}

bool interrupt_caught() { return interrupted != 0; }

void catch_interrupts() {
  struct sigaction action{};
  action.sa_handler = [](int) { interrupted = 1; };  // without SA_RESTART: poll returns
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(signal, &action, nullptr);
}

}  // namespace kv::bench
