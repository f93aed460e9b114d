#include "persistence/rollable_log.h"

namespace kv {

Status RollableLog::open() {
  auto log = make_log(options_.number, options_.offset, options_.first);
  if (!log) return failure(std::move(log));
  log_ = *std::move(log);
  number_ = options_.number;
  last_ = options_.first - 1;
  is_empty_ = options_.offset == 0;
  return {};
}

Result<std::unique_ptr<LogWriter>> RollableLog::make_log(LogNumber number, std::uint64_t offset,
                                                         SequenceNumber first) {
  LogWriterOptions options = options_;
  options.number = number;
  options.offset = offset;
  options.first = first;
  options.rolled = [this](const LogHeader& next) {
    number_ = next.number;
    options_.rolled(next);
  };
  return make_log_writer(files_, std::move(options));
}

Status RollableLog::append(SequenceNumber first, const Batch& batch) {
  Status appended = log_->append(first, batch);
  if (!appended) {
    // It may only have lacked the room for a new log. A log that has failed says so again.
    static_cast<void>(write());
    return appended;
  }
  last_ = first + batch.change_count() - 1;
  is_empty_ = false;
  return appended;
}

Status RollableLog::sync() {
  Status synced = noted(log_->sync());
  if (synced && wanted_.exchange(false, std::memory_order_relaxed)) rolled_ = roll();
  return synced;
}

Status RollableLog::roll() {
  if (is_empty_) return {};
  auto next = make_log(number_ + 1, 0, last_ + 1);
  if (!next) {
    // What there is of it would be in the way of the next attempt.
    static_cast<void>(files_.unlink(log_path(options_.directory, number_ + 1)));
    return failure(std::move(next));
  }
  {
    const std::lock_guard lock(mutex_);
    log_ = *std::move(next);
  }
  ++number_;
  is_empty_ = true;
  options_.rolled({number_, last_ + 1, 0});
  return {};
}

void RollableLog::settled(SequenceNumber last) {
  const std::lock_guard lock(mutex_);
  log_->settled(last);
}

SequenceNumber RollableLog::synced() const {
  const std::lock_guard lock(mutex_);
  return log_->synced();
}

}  // namespace kv
