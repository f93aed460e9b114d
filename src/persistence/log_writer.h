#pragma once

// Writes the log (persistence/wal.h), at one of three distances from the disk:
//
//   append ──> [the writer's buffer] ── write ──> [kernel] ── sync ──> [disk]
//
//                  memory of the process           survives the        survives the loss
//                  dies with it                    process             of power
//
// Durability `none` appends and leaves the rest to the buffer, which is written when it is full;
// `wal` writes, `sync` syncs, once for all that was appended since. A directory has to be synced as
// well, once for each new log, and a log that was full before the one that is written: a write is
// only safe when all before it are.
//
// *Thread safety*: one thread at a time; `settled` and `synced` any thread.
// *Ownership*: borrows the file system, which must outlive it.
// *Errors*: a failed append has done nothing, and may be tried again (`no_space`, when a new log
// was needed and there was no room). A failed write or sync leaves in doubt what is in the file:
// the writer remembers it, and every later call fails with the same error and leaves the files
// alone. It never tries a sync again: the next one would succeed and prove nothing
// (base/file_system.h).

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/file_system.h"
#include "base/result.h"
#include "kv/batch.h"
#include "kv/capabilities.h"
#include "persistence/wal.h"

namespace kv {

class LogWriter {
 public:
  virtual ~LogWriter() = default;
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // Frames the batch's changes as one record, whose first write has this number, in the buffer; its
  // requirements are not logged. Rolls the log if the record doesn't fit behind the others, with an
  // end record behind it.
  // Requires: `first` follows the last write that was appended; the batch has a change.
  // Errors: those of making the new log; nothing was appended then. That a full buffer could not be
  // written is no error of this call, since the record may be in the file: the next call tells.
  virtual Status append(SequenceNumber first, const Batch& batch) = 0;

  // Hands what was appended to the kernel.
  virtual Status write() = 0;

  // Makes what was appended durable, whichever logs it is in, and their names. Where all of that is
  // durable already, nothing is synced.
  virtual Status sync() = 0;

  // Syncs, then adds the end record and syncs that: whoever reads the log finds proof that it is
  // whole. Nothing may be appended any more.
  virtual Status close() = 0;

  // A checkpoint holds all writes up to this one, and is durable: they need no sync any more, and
  // logs that hold no others are let go. (Removing their files is up to the caller.)
  virtual void settled(SequenceNumber last) = 0;

  // All writes up to this one are known to be durable.
  virtual SequenceNumber synced() const = 0;

 protected:
  LogWriter() = default;
};

struct LogWriterOptions {
  std::string directory;

  // The size of a log. A record that is larger gets a log of its own size.
  std::size_t log_bytes = std::size_t{16} << 20;

  // What was appended is written at the latest when it is this much.
  std::size_t buffer_bytes = std::size_t{64} << 10;

  // The number of the first log that is written. If it is made, no file in the directory has it or
  // a larger one.
  LogNumber number = 1;

  // If not 0: that log is there, and is written on from here, where its end record stands; there
  // are only zeros behind.
  std::uint64_t offset = 0;

  // The number of the next write; all writes before it are durable.
  SequenceNumber first = 1;

  // How the directory is synced; unset: by FileSystem::sync_directory.
  SyncNames sync_names{};

  // Called when a log was full, inside of `append`, after `next` was made: all writes before
  // `next.first` were appended.
  std::function<void(const LogHeader& next)> rolled{};
};

// Makes the first log and writes its header, or opens the one to go on with. (Task 4.2)
// Errors: those of FileSystem::preallocate and open_preallocated, and of writing.
Result<std::unique_ptr<LogWriter>> make_log_writer(FileSystem& files, LogWriterOptions options);

}  // namespace kv
