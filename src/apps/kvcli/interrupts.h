#pragma once

// Ctrl-C: asks the command that runs to stop, instead of ending the program.
//
// SIGINT is blocked in every thread, and one thread waits for it: so a stop is requested in plain
// code, not in a signal handler, where hardly anything may be called.
//
// *Thread safety*: one object a program, made before any other thread, in main.

#include <csignal>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace kv::cli {

class Interrupts {
 public:
  // Where no command runs, or where the first Ctrl-C had no effect yet, the program dies of the
  // signal as if it were not caught, unless `stay` is set (a prompt).
  explicit Interrupts(bool stay);
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;
  ~Interrupts();

  // While it lives, a command runs, and token() tells it about Ctrl-C.
  class Running {
   public:
    explicit Running(Interrupts& interrupts);
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running();
    std::stop_token token() const { return source_.get_token(); }

   private:
    Interrupts& interrupts_;
    std::stop_source source_;
  };

 private:
  void watch(const std::stop_token& ending);
  void interrupt();

  const bool stay_;
  std::mutex mutex_;
  std::optional<std::stop_source> running_;  // guarded by mutex_
  std::jthread watcher_;
};

}  // namespace kv::cli
