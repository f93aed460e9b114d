#include "persistence/commit_queue.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/todo.h"
#include "kv/lifetime.h"

namespace kv {
namespace {

// A caller in the queue. It lives on the caller's stack until it is answered.
struct Waiter {
  const Batch* batch;  // null: a flush
  const Context& context;

  // Written by the leader, read by the caller once `answered` is set.
  Status result{};

  // Guarded by the queue's mutex:
  bool answered = false;
  std::condition_variable changed{};  // answered, or first in the queue

  bool changes_something() const { return batch != nullptr && batch->change_count() > 0; }
};

class GroupCommit final : public CommitQueue {
 public:
  GroupCommit(CommitTarget& target, LogWriter& log, Durability durability)
      : target_(target), log_(log), durability_(durability) {}

  Status apply(const Batch& batch, const Context& context) override {
    Waiter waiter{&batch, context};
    return wait_or_lead(waiter);
  }

  Status flush(const Context& context) override {
    Waiter waiter{nullptr, context};
    return wait_or_lead(waiter);
  }

  Status close() override {
    // LAB 4.5  Refuse new callers, wait until the queue is empty, and close the log.
    //[ throw todo("4.5", mutex_, closed_, queue_, drained_, broken_, log_);
    std::unique_lock lock(mutex_);
    if (std::exchange(closed_, true)) return {};
    drained_.wait(lock, [this] { return queue_.empty(); });
    if (broken_) return failure(*broken_);
    return log_.close();
    //]
  }

  std::size_t waiting() const override {
    const std::lock_guard lock(mutex_);
    return queue_.size();
  }

 private:
  // Queues the caller, and returns its result: another leader's work, or its own.
  Status wait_or_lead(Waiter& waiter) {
    // LAB 4.5  Refuse the caller where the queue is closed or broken. Queue it, and wait until it
    // is answered or is the first; the first one leads its group.
    //[ throw todo("4.5", waiter, mutex_, closed_, broken_, queue_);
    std::unique_lock lock(mutex_);
    if (closed_) return Lifetime::refusal();
    if (broken_) return refusal();
    queue_.push_back(&waiter);
    waiter.changed.wait(lock, [&] { return waiter.answered || queue_.front() == &waiter; });
    if (!waiter.answered) lead(lock);
    return std::move(waiter.result);
    //]
  }

  // Commits a run of the queue from its front, of which the caller is the first, and answers it.
  // The lock is held at the begin and at the end, but not while the log is written.
  void lead(std::unique_lock<std::mutex>& lock) {
    // LAB 4.5  Take the group, commit it (commit_group), take it off the queue, tell the others of
    // it that they are answered, and wake the next leader. Should memory be used up on the way
    // (std::bad_alloc), the others must not wait for ever: see commit_queue.h.
    // Hint: a waiter may be gone as soon as it is answered and the mutex is free.
    //[ throw todo("4.5", lock, queue_, drained_, broken_, max_group_bytes);
    const std::vector<Waiter*> group = take_group();
    if (broken_) {
      for (Waiter* waiter : group) waiter->result = refusal();
      return answer(group);
    }
    lock.unlock();
    std::optional<Error> failed;
    try {
      failed = commit_group(group);
    } catch (...) {
      failed = Error(Code::unavailable, "the memory was used up in the middle of a batch");
      give_up(group, *failed);
      lock.lock();
      broken_ = std::move(failed);
      answer(group);
      throw;
    }
    lock.lock();
    if (failed) broken_ = std::move(failed);
    answer(group);
    //]
  }

  // Commits the group, and writes each one's result; from what is returned, nothing may be
  // committed any more.
  std::optional<Error> commit_group(const std::vector<Waiter*>& group) {
    // LAB 4.4  Commit each batch in turn (commit_one); make the log as safe as durability_ says, or
    // as a flush in the group asks; then publish all of it, or give all of it up (give_up).
    //[ throw todo("4.4", group, target_, log_, durability_);
    const SequenceNumber published = target_.published();
    SequenceNumber last = published;
    bool flushed = false;
    for (Waiter* waiter : group) {
      waiter->result = commit_one(*waiter, last);
      flushed |= waiter->batch == nullptr && waiter->result;
    }
    Status safe = last > published || flushed ? make_safe(flushed) : Status();
    if (!safe) {
      give_up(group, safe.error());
      return std::move(safe).error();
    }
    if (last > published) target_.publish(last);
    return std::nullopt;
    //]
  }

  // Does all of one caller's commit that comes before the log is made safe. `last` is the number of
  // the last write so far, and moves on.
  Status commit_one(const Waiter& waiter, SequenceNumber& last) {
    // LAB 4.4  Ask the context, check the requirements, append to the log, insert.
    //[ throw todo("4.4", waiter, last, target_, log_);
    if (Status willing = waiter.context.check(); !willing) return willing;
    if (waiter.batch == nullptr) return {};
    const Batch& batch = *waiter.batch;
    if (Status met = target_.check(batch); !met) return met;
    if (batch.change_count() == 0) return {};
    if (Status appended = log_.append(last + 1, batch); !appended) return appended;
    target_.insert(batch, last + 1);
    last += batch.change_count();
    return {};
    //]
  }

  // Takes the log as far as the durability asks, or to the disk if a flush wants it.
  Status make_safe(bool flushed) {
    // LAB 4.4  One of: nothing, write, sync.
    //[ throw todo("4.4", flushed, durability_, log_);
    if (flushed || durability_ == Durability::sync) return log_.sync();
    if (durability_ == Durability::wal) return log_.write();
    return {};
    //]
  }

  // Writes the results of a group of which nothing will be published.
  static void give_up(const std::vector<Waiter*>& group, const Error& cause) {
    // LAB 4.4  Who has changed something can't know what became of it; who hasn't, can. Those that
    // had failed before keep their result, but for conflicts.
    //[ throw todo("4.4", group, cause);
    for (Waiter* waiter : group) {
      const bool failed_before = !waiter->result && !failed_with(Code::conflict, waiter->result);
      if (failed_before) continue;
      if (waiter->batch == nullptr) {
        waiter->result = failure(cause);
      } else if (waiter->result && waiter->changes_something()) {
        waiter->result = failure(Error(Code::outcome_unknown, cause.code(), cause.message()));
      } else {
        waiter->result = failure(Code::unavailable, cause.message());
      }
    }
    //]
  }

  // What every call gets after a failure.
  std::unexpected<Error> refusal() const {
    return failure(Code::unavailable,
                   "the store takes no more writes, and can still be read; open "
                   "it again to go on. The cause: " +
                       broken_->text());
  }

  // The run of the queue, from its front, that is committed as one; it stays in the queue.
  std::vector<Waiter*> take_group() const {
    std::vector<Waiter*> group;
    std::size_t bytes = 0;
    for (Waiter* waiter : queue_) {
      if (waiter->batch != nullptr) bytes += waiter->batch->bytes();
      if (!group.empty() && bytes > max_group_bytes) break;
      group.push_back(waiter);
    }
    return group;
  }

  // Takes the group off the queue and wakes its members, and the next leader.
  void answer(const std::vector<Waiter*>& group) {
    for (Waiter* waiter : group) {
      queue_.pop_front();
      waiter->answered = true;
      waiter->changed.notify_one();
    }
    if (queue_.empty()) {
      drained_.notify_all();
    } else {
      queue_.front()->changed.notify_one();
    }
  }

  // More than this is left to the next group, so that a large batch delays few others.
  static constexpr std::size_t max_group_bytes = std::size_t{1} << 20;

  CommitTarget& target_;
  LogWriter& log_;
  const Durability durability_;

  mutable std::mutex mutex_;
  // Guarded by mutex_; the first in the queue leads, and uses the target and the log without it.
  std::deque<Waiter*> queue_;
  std::optional<Error> broken_;  // why nothing is committed any more
  bool closed_ = false;
  std::condition_variable drained_;  // the queue is empty
};

}  // namespace

std::unique_ptr<CommitQueue> make_commit_queue(CommitTarget& target, LogWriter& log,
                                               Durability durability) {
  return std::make_unique<GroupCommit>(target, log, durability);
}

}  // namespace kv
