#include "kv/context.h"

namespace kv {

const Context& Context::none() {
  static const Context none;
  return none;
}

Context Context::with_deadline(Clock::Time deadline, const Clock& clock) const {
  Context limited = *this;
  limited.limited_ = true;
  limited.clock_ = &clock;
  limited.deadline_ = deadline;
  return limited;
}

Context Context::with_timeout(Clock::Duration timeout, const Clock& clock) const {
  const Clock::Time now = clock.now();
  // A timeout of "for ever" must not wrap around into the past.
  const bool far = timeout > Clock::Time::max() - now;
  return with_deadline(far ? Clock::Time::max() : now + timeout, clock);
}

Context Context::with_cancellation(std::stop_token token) const {
  Context limited = *this;
  limited.limited_ = true;
  limited.token_ = std::move(token);
  return limited;
}

Status Context::check_limits() const {
  if (token_.stop_requested()) {
    return failure(Code::cancelled, "the caller cancelled the call");
  }
  if (clock_ != nullptr && clock_->now() >= deadline_) {
    return failure(Code::deadline_exceeded, "the deadline passed before the call was done");
  }
  return {};
}

}  // namespace kv
