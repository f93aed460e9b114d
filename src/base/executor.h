#pragma once

// Where background work runs. Code that has work to do later (writing out a memtable, compacting)
// hands it to an Executor instead of starting threads of its own. So a server shares a few threads
// among all its stores, and a test can hand in an executor that runs the work step by step, in an
// order that it chooses.
//
// That second kind has no threads, which is where the two rules come from that look strange at
// first: a task never waits for another task, and whoever must wait for background work does so
// through the executor, which may do the work then and there.
//
// *Thread safety*: any thread may call any function, also from inside a task. *Ownership*: a task
// belongs to the executor until it has run; what the task borrows must live until then.
// *Errors*: none; a task tells its failures to those who care. One that throws ends the process.
// *Invariants*: every task runs exactly once, from its begin to its end, and never inside the call
// of `schedule`.

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>

#include "base/result.h"

namespace kv {

class Executor {
 public:
  using Task = std::move_only_function<void()>;

  Executor() = default;
  virtual ~Executor() = default;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // Runs the task once, later. No order is promised, not even among the tasks of one thread: work
  // that must follow other work is scheduled by it. What was done before this call is visible to
  // the task.
  //
  // Requires: the task never waits for another task. (A lock that nobody keeps while waiting for
  // background work is fine.) Long work is best cut into tasks that schedule the next, so that
  // others get their turn.
  virtual void schedule(Task task) = 0;

  // Blocks the caller until `done()` holds, as `change.wait(lock, done)` does: `done` is asked with
  // the lock held, which is released while there is nothing to see. It returns for no other reason:
  // whoever must give up at a deadline makes that a part of `done`, and waits by wait_asking.
  //
  // Requires: `lock` holds its mutex; whoever may make `done` true does so under that mutex and
  // then notifies `change`; the work that makes it true has been scheduled; the caller is not
  // a task, and holds no other lock that a task may want.
  virtual void wait(std::unique_lock<std::mutex>& lock, std::condition_variable& change,
                    const std::function<bool()>& done) = 0;

  // The same where `done` may come to hold without that anybody notifies, by a deadline that passes
  // for instance: it is also asked every few milliseconds. (An executor without threads asks behind
  // each task, whatever is notified: for it the two are one.)
  virtual void wait_asking(std::unique_lock<std::mutex>& lock, std::condition_variable& change,
                           const std::function<bool()>& done) = 0;
};

// An executor with so many threads of its own, which take tasks in the order they came. Destroying
// it *finishes* all that was scheduled, and what those tasks schedule, then joins the threads: no
// task is dropped. Whoever wants to stop early sets a flag that its tasks look at; a task that
// schedules itself for ever keeps the destructor from returning.
//
// Destroying it requires that nobody but its tasks still schedules, and is not done by a task.
// Errors: `invalid_argument` for no threads; `unavailable` where the system gives no more.
Result<std::unique_ptr<Executor>> make_thread_executor(std::size_t threads);

}  // namespace kv
