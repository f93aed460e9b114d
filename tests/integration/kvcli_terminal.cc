#include "tests/integration/kvcli_terminal.h"

#include <fmt/format.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace kv::test {

Terminal::Terminal(const Settings& settings)
    : deadline_(std::chrono::steady_clock::now() + settings.time_limit), echo_(settings.echo) {
  std::vector<char*> arguments;
  for (const std::string& each : settings.command) {
    arguments.push_back(const_cast<char*>(each.c_str()));
  }
  arguments.push_back(nullptr);
  const winsize size{.ws_row = 40, .ws_col = 120, .ws_xpixel = 0, .ws_ypixel = 0};
  child_ = ::forkpty(&fd_, nullptr, nullptr, &size);
  if (child_ < 0) throw std::runtime_error("no pseudo-terminal can be opened");
  if (child_ > 0) return;
  // Whoever runs us in the background may ignore Ctrl-C; a person at a terminal does not.
  ::signal(SIGINT, SIG_DFL);
  for (const auto& [name, value] : settings.environment) {
    ::setenv(name.c_str(), value.c_str(), 1);
  }
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

Terminal::~Terminal() {
  ::close(fd_);
  if (child_ < 0) return;
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
}

void Terminal::type(std::string_view keys) {
  while (!keys.empty()) {
    const ssize_t written = ::write(fd_, keys.data(), keys.size());
    if (written < 0 && errno != EINTR) return;  // the program is gone; the next wait says so
    if (written > 0) keys.remove_prefix(static_cast<std::size_t>(written));
  }
}

bool Terminal::wait_for(std::string_view text) {
  for (;;) {
    const std::size_t found = screen_.find(text, position_);
    if (found != std::string::npos) {
      said_ = screen_.substr(position_, found + text.size() - position_);
      position_ = found + text.size();
      return true;
    }
    if (!read_more()) {
      said_ = screen_.substr(position_);
      return false;
    }
  }
}

int Terminal::wait_for_end() {
  while (read_more()) {
  }
  if (std::chrono::steady_clock::now() >= deadline_) return -1;
  int status = 0;
  ::waitpid(std::exchange(child_, -1), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// False when the program has ended, or the time is over.
bool Terminal::read_more() {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline_ - std::chrono::steady_clock::now());
  if (left.count() <= 0) return false;
  pollfd ready{.fd = fd_, .events = POLLIN, .revents = 0};
  const int count = ::poll(&ready, 1, static_cast<int>(left.count()));
  if (count < 0 && errno == EINTR) return true;
  if (count <= 0) return false;
  char buffer[1024];
  const ssize_t got = ::read(fd_, buffer, sizeof buffer);
  if (got <= 0) return got < 0 && errno == EINTR;
  const std::string_view bytes(buffer, static_cast<std::size_t>(got));
  if (echo_) echo_(bytes);
  take(bytes);
  return true;
}

// Adds to the screen what is text: no carriage returns, and no escape sequences, which are ESC,
// perhaps `[`, and all up to a letter.
void Terminal::take(std::string_view bytes) {
  for (const char c : bytes) {
    if (!sequence_.empty()) {
      sequence_.push_back(c);
      const bool begins_longer = sequence_.size() == 2 && c == '[';
      if (!begins_longer &&
          (std::isalpha(static_cast<unsigned char>(c)) != 0 || sequence_.size() == 2)) {
        sequence_.clear();
      }
    } else if (c == '\x1b') {
      sequence_.push_back(c);
    } else if (c != '\r' && c != '\a') {
      screen_.push_back(c);
    }
  }
}

}  // namespace kv::test
