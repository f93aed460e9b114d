#pragma once

// A log (persistence/log_writer.h) that can be ended before it is full. Whoever wants that says so,
// and flushes: the thread that commits ends the log, behind the sync that it does anyway.
//
//   roll_at_sync(true) any thread
//   sync()             all that was appended is durable, so a writer of the next log can take the
//                      place of this one's, as if the log had been full
//
// *Thread safety*: as LogWriter; roll_at_sync: any thread; rolled: as it says.
// *Ownership*: as LogWriter.
// *Errors*: as LogWriter. A log that could not be ended is written on.

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

#include "persistence/log_writer.h"

namespace kv {

class RollableLog final : public LogWriter {
 public:
  // As make_log_writer, which `open` calls.  Requires: options.rolled is set.
  RollableLog(FileSystem& files, LogWriterOptions options)
      : files_(files), options_(std::move(options)) {}

  // Once, first.
  Status open();

  Status append(SequenceNumber first, const Batch& batch) override;
  Status write() override { return noted(log_->write()); }
  Status sync() override;
  Status close() override { return log_->close(); }
  void settled(SequenceNumber last) override;
  SequenceNumber synced() const override;

  // Whether it could not be written: nobody appends to it any more. Any thread.
  bool has_failed() const { return has_failed_.load(std::memory_order_relaxed); }

  // Whether the next sync is to end the log, if that or the logs before it may hold something that
  // is in memory alone.
  void roll_at_sync(bool wanted) { wanted_.store(wanted, std::memory_order_relaxed); }

  // What came of it when a sync did that last.  Requires: such a sync came before this, and none is
  // under way that may do it again. Errors: those of making the next log.
  Status rolled() const { return rolled_; }

 private:
  Result<std::unique_ptr<LogWriter>> make_log(LogNumber number, std::uint64_t offset,
                                              SequenceNumber first);
  Status roll();
  Status noted(Status written) {
    if (!written) has_failed_.store(true, std::memory_order_relaxed);
    return written;
  }

  FileSystem& files_;
  const LogWriterOptions options_;  // of the first log

  // Used by the one thread that writes:
  LogNumber number_ = 0;     // of the log that is written
  SequenceNumber last_ = 0;  // the last write that was appended
  bool is_empty_ = true;     // nothing came since the log before it was ended
  Status rolled_{};

  // Relaxed: who sets it orders it by the flush that follows.
  std::atomic<bool> wanted_{false};

  // Relaxed: a hint for writers, who are refused by whoever appends.
  std::atomic<bool> has_failed_{false};

  // Held to replace the log, and by those who use it in other threads than the one that does.
  mutable std::mutex mutex_;
  std::unique_ptr<LogWriter> log_;
};

}  // namespace kv
