#pragma once

// Whether a store is still open, known to the store and to every snapshot and iterator made from
// it. It belongs to all of them, so they may be destroyed in any order.
//
// *Thread safety*: any thread. One flag that is only ever read on the way in: no counter that all
// threads would have to share. *Errors*: `closed`.

#include <atomic>

#include "base/result.h"
#include "kv/options.h"

namespace kv {

class Lifetime {
 public:
  explicit Lifetime(const Limits& limits) : limits_(limits) {}

  bool closed() const { return closed_.load(std::memory_order_acquire); }

  // Every call that begins from now on is refused. There is no way back.
  void end() { closed_.store(true, std::memory_order_release); }

  const Limits& limits() const { return limits_; }

  // The answer to a call on what was closed.
  static std::unexpected<Error> refusal() {
    return failure(Code::closed, "the store was closed; open it again");
  }

 private:
  const Limits limits_;
  // Released by end(), acquired by closed(): who sees the flag sees all that the closing thread did
  // before.
  std::atomic<bool> closed_{false};
};

}  // namespace kv
