#pragma once

// Group commit (DeWitt et al., "Implementation Techniques for Main Memory Database Systems", SIGMOD
// 1984, section 5): writers that come while a sync is running queue up, and one of them, the
// *leader*, makes them all durable with one sync and tells each its own result.
//
//   writer a   ─ enqueue ─ lead: [a]      check log insert ─ sync ─ publish ─┐
//   writer b   ────── enqueue ─ wait ········································ lead: [b c d]  ...
//   writer c   ───────── enqueue ─ wait ················································· result
//   writer d   ─────────── enqueue ─ wait ·············································· result
//
// A group is a run of the queue from its front, so commits happen in the order of the queue. For
// each batch of the group, in order: is its caller still willing (Context)? Do its requirements
// hold, the changes of those before it in the group included? Then it is numbered, appended to the
// log and inserted (storage/commit.h). At the end of the group the log is written or synced, as the
// durability says, if anything was appended or a flush is among them; then all is published at
// once.
//
// *Thread safety*: any thread, all functions at once. The target and the log are used by one leader
// at a time; a leader hands over under the queue's mutex, which is never held during I/O.
// *Ownership*: borrows the target and the log, which must outlive it.
//
// *Errors*: each batch has its own.
//   - `conflict`, `cancelled`, `deadline_exceeded`, and what LogWriter::append meets: the batch had
//     no effect; the others in the group are not concerned.
//   - After a failed write or sync of the log, nothing of the group is published. Batches with
//     changes give `outcome_unknown`, with the cause; those without, and those that were refused
//     for what others of the group had done, give `unavailable`.
//   - At durability none nobody waits for the log: its failure is met by the next append, and by
//     each one after that.
//   - Otherwise, from a failure on, every write and flush is `unavailable`, naming the cause: the
//     store can be read, and must be opened again to be written. So it is, too, when the memory was
//     used up inside a batch: std::bad_alloc goes to the leader's caller, and the rest of the group
//     is answered as after a failed write.
//   - After close, `closed`.
//
// A deadline that passes while a batch waits in the queue has done nothing, and says so; from the
// moment that the leader has taken the batch, its caller waits for the outcome.

#include <cstddef>
#include <memory>

#include "kv/options.h"
#include "persistence/log_writer.h"
#include "storage/commit.h"

namespace kv {

class CommitQueue : public Commit {
 public:
  // Makes durable, by one sync, all writes that were acknowledged before, at whatever level. It
  // takes its place in the queue like a batch. Errors: as above, and what the log's sync meets.
  Status flush(const Context& context) override = 0;

  // Refuses what comes later, lets what is queued finish, and closes the log.
  Status close() override = 0;

  // How many callers have been queued and not been answered, the leader's own included.
  virtual std::size_t waiting() const = 0;
};

// (Task 4.4 and 4.5)
std::unique_ptr<CommitQueue> make_commit_queue(CommitTarget& target, LogWriter& log,
                                               Durability durability);

}  // namespace kv
