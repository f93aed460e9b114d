#pragma once

// Waiting for work in the background (base/executor.h) as long as the caller wants to (Context).

#include <condition_variable>
#include <functional>
#include <mutex>

#include "base/executor.h"
#include "kv/context.h"

namespace kv {

// As Executor::wait, but returns as well when the context gives out: the caller asks it.
inline void wait_in_time(Executor& executor, std::unique_lock<std::mutex>& lock,
                         std::condition_variable& change, const std::function<bool()>& done,
                         const Context& context) {
  if (!context.is_limited()) return executor.wait(lock, change, done);
  executor.wait_asking(lock, change, [&] { return done() || !context.check(); });
}

}  // namespace kv
