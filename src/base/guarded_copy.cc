#include "base/guarded_copy.h"

#include <setjmp.h>
#include <signal.h>
#include <ucontext.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>

namespace kv {
namespace {

// Where a page begins is a multiple of this. A fault may be told by its page alone.
constexpr std::size_t page_bytes = 4096;
constexpr std::size_t line_bytes = 64;  // of the processor's caches

// What a thread copies from, and where it goes on if that cannot be read. Written before the copy
// and read by the handler, which runs on the same thread: the fences bind the compiler only.
struct Guard {
  sigjmp_buf* way_out = nullptr;  // null: the thread copies nothing
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
};

constinit thread_local Guard guard;

// Written once, before the handler is there.
struct sigaction handler_before;

void on_bus_error(int signal, siginfo_t* info, void* context) {
  const auto at = reinterpret_cast<std::uintptr_t>(info->si_addr);
  const Guard& here = guard;
  if (here.way_out != nullptr && at >= here.begin - here.begin % page_bytes && at < here.end) {
    // The jump leaves the handler without returning from it, so the signals that are blocked
    // meanwhile are put back by hand.
    ::pthread_sigmask(SIG_SETMASK, &static_cast<const ucontext_t*>(context)->uc_sigmask, nullptr);
    siglongjmp(*here.way_out, 1);
  }
  if ((handler_before.sa_flags & SA_SIGINFO) != 0) {
    return handler_before.sa_sigaction(signal, info, context);
  }
  if (handler_before.sa_handler != SIG_DFL && handler_before.sa_handler != SIG_IGN) {
    return handler_before.sa_handler(signal);
  }
  // Sent by somebody, or early news of a bad page: no access is tried again after this.
  const bool sent = info->si_code <= 0 || info->si_code == BUS_MCEERR_AO;
  if (sent && handler_before.sa_handler == SIG_IGN) return;
  // What faulted is tried again, and meets no handler any more. What was sent is sent once more.
  ::sigaction(signal, &handler_before, nullptr);
  if (sent) ::raise(signal);
}

bool put_handler_in() {
  struct sigaction action{};
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  ::sigemptyset(&action.sa_mask);
  return ::sigaction(SIGBUS, nullptr, &handler_before) == 0 &&
         ::sigaction(SIGBUS, &action, nullptr) == 0;
}

}  // namespace

bool handle_bus_errors() {
  static const bool handled = put_handler_in();
  return handled;
}

bool copy_guarded(std::span<char> into, const char* from) {
  sigjmp_buf way_out;
  if (sigsetjmp(way_out, /*savemask=*/0) != 0) {
    guard.way_out = nullptr;
    return false;
  }
  const auto begin = reinterpret_cast<std::uintptr_t>(from);
  guard = {&way_out, begin, begin + into.size()};
  std::atomic_signal_fence(std::memory_order_seq_cst);
  // Left to itself, the processor fetches a few lines at a time, and stops where a page ends. With
  // all lines of a block asked for at once, a random get takes less time (docs/benchmarks.md).
  const std::size_t ahead = std::min(into.size(), 2 * page_bytes);
  for (std::size_t at = 0; at < ahead; at += line_bytes) __builtin_prefetch(from + at);
  if (!into.empty()) std::memcpy(into.data(), from, into.size());
  std::atomic_signal_fence(std::memory_order_seq_cst);
  guard.way_out = nullptr;
  return true;
}

}  // namespace kv
