#pragma once

// How long a caller is willing to wait: a deadline, a cancellation, both or neither. Every read and
// write takes one as its last parameter; the default, none, costs one branch and no look at the
// clock.
//
//   std::stop_source source;
//   store.get("k", Context().with_timeout(50ms).with_cancellation(source.get_token()));
//
// *Thread safety*: a Context is a value; any number of threads may read one.
// *Ownership*: borrows the clock, which must outlive it and every iterator made with it.

#include <stop_token>

#include "base/clock.h"
#include "base/result.h"

namespace kv {

class Context {
 public:
  Context() = default;

  // The default of every call: no deadline, no cancellation. Lives as long as the process.
  static const Context& none();

  // This context with a deadline as well: calls fail with `deadline_exceeded` from that time on. A
  // second deadline replaces the first.
  Context with_deadline(Clock::Time deadline, const Clock& clock = Clock::real()) const;

  // The same with the deadline so far from now. It may be as far as the type can say.
  Context with_timeout(Clock::Duration timeout, const Clock& clock = Clock::real()) const;

  // This context with a cancellation as well: calls fail with `cancelled` once a stop was
  // requested. A second cancellation replaces the first.
  Context with_cancellation(std::stop_token token) const;

  // Whether it has a deadline or a cancellation.
  bool is_limited() const { return limited_; }

  // Ok, `cancelled` or `deadline_exceeded` (cancelled where both hold). An engine that waits or
  // works for long asks again now and then.
  Status check() const {
    if (!limited_) [[likely]]
      return {};
    return check_limits();
  }

 private:
  Status check_limits() const;

  bool limited_ = false;
  const Clock* clock_ = nullptr;  // null: no deadline
  Clock::Time deadline_{};
  std::stop_token token_;
};

}  // namespace kv
