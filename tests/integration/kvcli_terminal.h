#pragma once

// A person at a terminal, for tests: runs a program behind a pseudo-terminal, types, and waits for
// what should appear on the screen. Nothing sleeps: a wait ends when the text has arrived, or fails
// when the time for the whole conversation is over or the program has ended.
//
// *Thread safety*: one thread at a time. *Ownership*: ends the program when it is destroyed.

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kv::test {

class Terminal {
 public:
  struct Settings {
    std::vector<std::string> command;                // the program first
    std::map<std::string, std::string> environment;  // added to ours
    std::chrono::seconds time_limit{60};             // for everything together
    std::function<void(std::string_view)> echo;      // sees every byte of the screen
  };

  explicit Terminal(const Settings& settings);
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal();

  void type(std::string_view keys);

  // Reads until the text stands behind what the last wait found; escape sequences and carriage
  // returns are not part of the text. False: it did not appear; said() tells what did.
  bool wait_for(std::string_view text);

  // What was on the screen behind the wait before the last one, up to the end of what that found.
  const std::string& said() const { return said_; }

  // The whole conversation.
  const std::string& screen() const { return screen_; }

  // Reads to the end and gives the exit code, or 128 and the signal's number; -1 where the time is
  // over.
  int wait_for_end();

 private:
  bool read_more();
  void take(std::string_view bytes);

  const std::chrono::steady_clock::time_point deadline_;
  const std::function<void(std::string_view)> echo_;
  int fd_ = -1;
  pid_t child_ = -1;
  std::string screen_;
  std::string said_;
  std::string sequence_;      // an escape sequence that has not ended yet
  std::size_t position_ = 0;  // behind what the last wait found
};

}  // namespace kv::test
