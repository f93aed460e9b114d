#pragma once

// Where a store puts what its logs hold, so that the logs can be removed: into a checkpoint of all
// that there is (engine wal), or, a log at a time, into tables (engines sstable and lsm). The
// commit that keeps the logs (persistence/logged_commit.h) says when.
//
//   open     recover: what was put away, then what the logs hold beyond it
//            put_away_all: after a crash, what was recovered from logs
//   a log is full    rolled ──> in the background, for as long as there is work: put_away
//
// *Thread safety*: recover, start and put_away_all: one thread, before any other call. Then rolled:
// the committing thread; put_away: one thread at a time; the rest any thread.
// *Errors*: as each says. An attempt that failed has changed nothing that was put away before.

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/file_system.h"
#include "base/result.h"
#include "persistence/checkpoint.h"
#include "persistence/recovery.h"
#include "persistence/wal.h"
#include "storage/lsm_target.h"

namespace kv {

class LogArchive {
 public:
  virtual ~LogArchive() = default;
  LogArchive(const LogArchive&) = delete;
  LogArchive& operator=(const LogArchive&) = delete;

  // Hands over what is to stand in the memtable. Changes nothing. Errors: as recover of
  // persistence/recovery.h.
  virtual Result<Recovered> recover(const AddVersion& add) = 0;

  // What was recovered is in the target, which is used from now on. Errors: those of writing.
  virtual Status start(LsmTarget& target) = 0;

  // Puts away all writes that the target holds: those up to here.sequence; logs before
  // here.next_log are not needed then. Errors: those of writing.
  virtual Status put_away_all(const CheckpointHeader& here) = 0;

  // A log was full: all writes before next.first are in the target, and those from there on go to
  // the next log. Returns whether there is something to put away now.
  // Errors: std::bad_alloc; then nothing may be committed any more.
  virtual bool rolled(const LogHeader& next) = 0;

  // Puts away the next thing, and returns which writes are put away now and which logs are needed.
  // Errors: those of writing; then it is there to be put away still, or the next log that is full
  // asks for it again.  Requires: has_work.
  virtual Result<CheckpointHeader> put_away() = 0;

  // Whether there is something to put away.
  virtual bool has_work() const = 0;

  // Whether so much waits to be put away that no more may be written.
  virtual bool is_full() const = 0;

  // Ends what the archive does by itself. Nothing is put away any more, nor under way; no other
  // call follows. Errors: those of writing.
  virtual Status close() { return {}; }

 protected:
  LogArchive() = default;
};

// What an archive is made with. The file system outlives it.
struct ArchivePlace {
  FileSystem& files;
  std::string directory;
  SyncNames sync_names;  // makes names in the directory durable
  std::string engine{};  // that the directory was made by (persistence/database_directory.h)
};
using MakeArchive = std::function<std::unique_ptr<LogArchive>(ArchivePlace place)>;

// The archive that is a checkpoint. It is not written again before so many logs were filled as the
// last one is large, so that a store writes about as much again for its checkpoints as for its
// logs.
std::unique_ptr<LogArchive> make_checkpoint_archive(ArchivePlace place, std::size_t log_bytes);

}  // namespace kv
