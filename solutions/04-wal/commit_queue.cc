#include "persistence/commit_queue.h"

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/todo.h"
#include "kv/lifetime.h"

namespace kv {
namespace {

// A caller in the queue. It lives on the caller's stack until its group is answered.
struct Waiter {
  const Batch* batch;  // null: a flush
  const Context& context;
  Status result{};  // written by the leader

  bool changes_something() const { return batch != nullptr && batch->change_count() > 0; }
};

// Callers that are committed as one. The first of them leads.
struct Group {
  std::vector<Waiter*> members;  // guarded by the queue's mutex while the group is open

  // A mutex of its own: those who are woken don't meet those who join the next group.
  std::mutex mutex;
  bool answered = false;         // every result is written; guarded by mutex
  std::condition_variable told;  // answered is true: awaited by all but the leader
};

class GroupCommit final : public CommitQueue {
 public:
  GroupCommit(CommitTarget& target, LogWriter& log, Durability durability)
      : target_(target), log_(log), durability_(durability) {}

  Status apply(const Batch& batch, const Context& context) override {
    Waiter waiter{&batch, context};
    return join(waiter);
  }

  Status flush(const Context& context) override {
    Waiter waiter{nullptr, context};
    return join(waiter);
  }

  Status close() override {
    // LAB 4.4  Refuse new callers, wait until nobody is queued, and close the log: that is I/O.
    //[ throw todo("4.4", mutex_, closed_, open_, committing_, drained_, broken_, log_);
    std::unique_lock lock(mutex_);
    if (std::exchange(closed_, true)) return {};
    drained_.wait(lock, [this] { return !open_ && committing_ == 0; });
    if (broken_) return failure(*broken_);
    lock.unlock();  // the log is nobody else's any more
    return log_.close();
    //]
  }

  std::size_t waiting() const override {
    const std::lock_guard lock(mutex_);
    return committing_ + (open_ ? open_->members.size() : 0);
  }

 private:
  // Joins the open group, and returns the caller's result: another leader's work, or its own.
  Status join(Waiter& waiter) {
    // LAB 4.4  Refuse the caller where the queue is closed or broken. Join the open group, or open
    // one. Whoever is the first in it leads (lead); the others wait (wait_for_answer).
    //[ throw todo("4.4", waiter, mutex_, closed_, broken_, open_, spare_);
    std::unique_lock lock(mutex_);
    if (closed_) return Lifetime::refusal();
    if (broken_) return refusal();
    std::shared_ptr<Group> group = open_;
    if (!group) group = spare_ ? std::move(spare_) : std::make_shared<Group>();
    group->members.push_back(&waiter);
    open_ = group;  // not before it has a leader: there may be no memory for it
    if (group->members.size() == 1) {
      lead(lock, group);
    } else {
      lock.unlock();
      wait_for_answer(*group);
    }
    return std::move(waiter.result);
    //]
  }

  // Returns when the group's leader has written the results.
  static void wait_for_answer(Group& group) {
    // LAB 4.5  Wait, and see all that the leader wrote before (tell_answer).
    //[ throw todo("4.5", group);
    std::unique_lock lock(group.mutex);
    group.told.wait(lock, [&group] { return group.answered; });
    //]
  }

  // Waits until the group before is committed, then commits this one and answers its members. The
  // caller holds the lock; it is released meanwhile, and at the end.
  void lead(std::unique_lock<std::mutex>& lock, const std::shared_ptr<Group>& group) {
    // LAB 4.4  Wait for your turn, if another group is being committed (committing_); gather; close
    // the group, so that nobody joins any more; commit it (commit_group) without the lock, or
    // refuse it; let the next leader have its turn, and close(); then answer. Whatever is thrown on
    // the way (std::bad_alloc, say), the others must not wait for ever: see commit_queue.h.
    //[ throw todo("4.4", lock, group, open_, committing_, last_group_, turn_, drained_, broken_);
    if (committing_ > 0) wait_for_turn(lock);
    gather(lock, *group);
    open_.reset();
    committing_ = last_group_ = group->members.size();
    std::optional<Error> failed;
    std::exception_ptr thrown;
    try {
      if (broken_) {
        for (Waiter* waiter : group->members) waiter->result = refusal();
      } else {
        lock.unlock();
        failed = commit_group(group->members);
      }
    } catch (...) {
      thrown = std::current_exception();
      failed = Error(Code::unavailable, "out of memory");  // so short that it needs none
      give_up(group->members, *failed);
    }
    if (!lock.owns_lock()) lock.lock();
    if (!broken_) broken_ = std::move(failed);
    committing_ = 0;
    turn_.notify_one();
    if (!open_) drained_.notify_all();
    answer(lock, group);
    if (thrown) std::rethrow_exception(thrown);
    //]
  }

  // Returns when no other leader uses the target and the log.
  void wait_for_turn(std::unique_lock<std::mutex>& lock) {
    // LAB 4.5  Wait for it. Others join the group meanwhile.
    //[ throw todo("4.5", lock, turn_, committing_);
    turn_.wait(lock, [this] { return committing_ == 0; });
    //]
  }

  // Lets those join who are about to: the members of the group before have just got their answers,
  // and come back with the next write. It pays where a sync is shared, since a sync costs more than
  // a few rounds of giving way; one writer alone never waits.
  void gather(std::unique_lock<std::mutex>& lock, const Group& group) {
    if (durability_ != Durability::sync || last_group_ < 2) return;
    const std::size_t expected = last_group_ + group.members.size();
    int rounds_without_growth = 0;
    while (group.members.size() < expected && rounds_without_growth < 2) {
      const std::size_t before = group.members.size();
      lock.unlock();
      std::this_thread::yield();
      lock.lock();
      rounds_without_growth = group.members.size() > before ? 0 : rounds_without_growth + 1;
    }
  }

  // Tells the members that their results are there. One that was alone is kept for the next.
  void answer(std::unique_lock<std::mutex>& lock, const std::shared_ptr<Group>& group) {
    if (group->members.size() == 1) {
      group->members.clear();
      spare_ = group;
      return;
    }
    lock.unlock();
    tell_answer(*group);
  }

  static void tell_answer(Group& group) {
    // LAB 4.5  Wake all who wait for the answer; they must see the results.
    //[ throw todo("4.5", group);
    {
      const std::lock_guard lock(group.mutex);
      group.answered = true;
    }
    group.told.notify_all();
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

  CommitTarget& target_;
  LogWriter& log_;
  const Durability durability_;

  mutable std::mutex mutex_;
  // Guarded by mutex_:
  std::shared_ptr<Group> open_;   // that callers join; null if nobody is waiting
  std::shared_ptr<Group> spare_;  // with no members, to save a call of malloc
  std::size_t committing_ = 0;    // members of the group whose leader uses the target and the log
  std::size_t last_group_ = 0;    // members of the group that was committed last
  std::optional<Error> broken_;   // why nothing is committed any more
  bool closed_ = false;
  std::condition_variable turn_;     // committing_ is 0: awaited by the leader of the open group
  std::condition_variable drained_;  // and nobody is waiting: awaited by close
};

}  // namespace

std::unique_ptr<CommitQueue> make_commit_queue(CommitTarget& target, LogWriter& log,
                                               Durability durability) {
  return std::make_unique<GroupCommit>(target, log, durability);
}

}  // namespace kv
