#include "apps/kvcli/interrupts.h"

#include <pthread.h>

namespace kv::cli {
namespace {

sigset_t only_sigint() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

Interrupts::Interrupts(bool stay) : stay_(stay) {
  // Whoever started us with SIGINT ignored (a shell, in the background) wants it so.
  struct sigaction inherited{};
  ::sigaction(SIGINT, nullptr, &inherited);
  if (inherited.sa_handler == SIG_IGN) return;
  const sigset_t set = only_sigint();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  watcher_ = std::jthread([this](const std::stop_token& ending) { watch(ending); });
}

Interrupts::~Interrupts() {
  if (!watcher_.joinable()) return;
  watcher_.request_stop();
  ::pthread_kill(watcher_.native_handle(), SIGINT);  // wakes it
  watcher_.join();
}

void Interrupts::watch(const std::stop_token& ending) {
  const sigset_t set = only_sigint();
  for (int signal = 0; ::sigwait(&set, &signal) == 0;) {
    if (ending.stop_requested()) return;
    interrupt();
  }
}

void Interrupts::interrupt() {
  {
    const std::lock_guard lock(mutex_);
    if (running_ && running_->request_stop()) return;
  }
  if (stay_) return;
  const sigset_t set = only_sigint();
  ::signal(SIGINT, SIG_DFL);
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  ::raise(SIGINT);
}

Interrupts::Running::Running(Interrupts& interrupts) : interrupts_(interrupts) {
  const std::lock_guard lock(interrupts_.mutex_);
  interrupts_.running_ = source_;
}

Interrupts::Running::~Running() {
  const std::lock_guard lock(interrupts_.mutex_);
  interrupts_.running_.reset();
}

}  // namespace kv::cli
