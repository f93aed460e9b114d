#pragma once

// The commit of a store that keeps a log: the parts of src/persistence wired together. It opens the
// directory, recovers, goes on in a new log, and in the background puts away what full logs hold
// (persistence/log_archive.h).
//
//   open     DatabaseDirectory ── recover() ──> memtable
//   start    it was closed?  ── go on in its last log
//            it is new?      ── a first log
//            else            ── put away what was recovered, then a new log
//            the log (RollableLog), a queue over it (make_commit_queue)
//   apply    queue ──> log ──> memtable ──> published
//   rolled   a log is full ── in the background: put away what it holds, then remove it
//   roll     the same of a log that isn't full
//   close    the queue drains, the log gets its end record, background work ends, the lock goes
//
// Why `start` puts away what it has recovered after a crash: what was read back may stand in the
// kernel's memory alone, or be what a failed sync has left there. To sync that file proves nothing
// (base/file_system.h); to write it again, elsewhere, does.
//
// *Thread safety*: recover and start: one thread, before any other call. The rest as Commit.
// *Ownership*: borrows the file system and the target; shares the executor.
// *Errors*: those of the parts. Work in the background that fails is told by `warn` and tried again
// when the next log is full, or when somebody waits for it; meanwhile the logs stay. If it was the
// directory's sync that failed, the log's next name can't be made durable either: `sync`, flush and
// close fail from then on where they need it.

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/executor.h"
#include "base/file_system.h"
#include "base/result.h"
#include "kv/options.h"
#include "persistence/log_archive.h"
#include "persistence/recovery.h"
#include "storage/commit.h"

namespace kv {

// Tells people what no caller asked for: a torn tail that was dropped, a checkpoint that failed.
using Warn = std::function<void(std::string_view message)>;

struct LoggedCommitOptions {
  std::string directory;
  std::string engine;      // whose name stands in FORMAT
  std::string takes_over;  // another one, whose stores it opens too; empty: none
  Durability durability;
  std::size_t log_bytes;
  Warn warn;
  MakeArchive make_archive;
};

class LoggedCommit : public Commit {
 public:
  // Once, first. As persistence/recovery.h, from the store's directory.
  virtual Result<Recovered> recover(const AddVersion& add) = 0;

  // Once, when what was recovered is in the target.
  virtual Status start(LsmTarget& target) = 0;

  // Waits while so much waits to be put away that no more may be written. Any thread asks, before
  // it writes. Errors: why it can't be put away; `closed`; those of the context.
  virtual Status make_room(const Context& context) = 0;

  // Whether the log could not be written, so that every apply is refused and says why: nobody need
  // wait for room. Any thread.
  virtual bool has_failed() const = 0;

  // Ends the log that is written, full or not, if it holds anything, so that this is to be put away
  // like what full logs hold. Any thread. Errors: those of flush, of making the next log, and of
  // make_room.
  virtual Status roll(const Context& context) = 0;

  // Waits until what is to be put away by now is put away; not for what comes later. Any thread.
  // Errors: as make_room.
  virtual Status settle(const Context& context) = 0;
};

// Opens the directory. Errors: those of DatabaseDirectory::open.
Result<std::unique_ptr<LoggedCommit>> open_logged_commit(FileSystem& files,
                                                         std::shared_ptr<Executor> executor,
                                                         LoggedCommitOptions options);

}  // namespace kv
