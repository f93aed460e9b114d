#include "persistence/log_writer.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "base/todo.h"

namespace kv {
namespace {

// A log that was full, and is not known to be on the disk.
struct FullLog {
  std::unique_ptr<PreallocatedFile> file;
  SequenceNumber last;  // of its writes
};

class PreallocatedLogWriter final : public LogWriter {
 public:
  PreallocatedLogWriter(FileSystem& files, LogWriterOptions options)
      : files_(files),
        options_(std::move(options)),
        last_(options_.first - 1),
        synced_(options_.first - 1) {}

  // Goes on in a log that is there.
  Status resume_log(LogNumber number, std::uint64_t offset) {
    auto file = files_.open_preallocated(log_path(options_.directory, number));
    if (!file) return failure(std::move(file));
    file_ = *std::move(file);
    number_ = number;
    position_ = offset;
    name_is_synced_ = true;
    return {};
  }

  // Makes the file that the next record goes to, large enough for so many bytes of records.
  Status start_log(LogNumber number, SequenceNumber first, std::size_t bytes) {
    const std::size_t needed = log_layout::header_bytes + bytes + record_bytes(0);
    auto file = files_.preallocate(log_path(options_.directory, number),
                                   std::max(options_.log_bytes, needed));
    if (!file) return failure(std::move(file));
    const LogHeader header{number, first, unsynced_before(first, synced())};
    const std::string encoded = encode_log_header(header);
    if (Status written = (*file)->write(0, encoded); !written) return broken_by(std::move(written));
    if (file_) {
      const std::lock_guard lock(mutex_);
      full_.push_back({std::move(file_), last_});
    }
    file_ = *std::move(file);
    number_ = number;
    position_ = encoded.size();
    name_is_synced_ = false;
    return {};
  }

  Status append(SequenceNumber first, const Batch& batch) override {
    // LAB 4.2  Frame the batch's changes behind what is in buffer_, and remember the number of the
    // last one. Where the record doesn't fit into the file, together with an end record, roll
    // first; a failed roll must leave everything as it was. A buffer that is full is written.
    // Hint: Batch::encode_changes and payload_ save a call of malloc for each record.
    throw todo("4.2", first, batch, payload_, buffer_, file_, position_, number_, broken_);
  }

  Status write() override {
    // LAB 4.2  Hand the buffer to the file, behind what is there. A failure is for ever.
    throw todo("4.2", buffer_, file_, position_, broken_);
  }

  Status sync() override {
    // LAB 4.2  Make durable all that was appended: the full logs, this one, and its name. Nothing
    // to do where all is durable already. A failure is for ever, and no sync is tried twice.
    // Hint: settled() may take logs from full_ meanwhile, so take them out under mutex_ first.
    throw todo("4.2", full_, mutex_, file_, name_is_synced_, last_, synced_, broken_);
  }

  Status close() override {
    // LAB 4.2  Sync, then add the end record, and make that durable, too. No end record may ever
    // stand in a log whose content or name is not durable.
    throw todo("4.2", buffer_, number_, last_, file_, broken_);
  }

  void settled(SequenceNumber last) override {
    const std::lock_guard lock(mutex_);
    std::erase_if(full_, [last](const FullLog& log) { return log.last <= last; });
    synced_.store(std::max(synced_.load(std::memory_order_relaxed), last),
                  std::memory_order_relaxed);
  }

  SequenceNumber synced() const override { return synced_.load(std::memory_order_relaxed); }

 private:
  // Goes on in a new log, which has room for so many bytes. A failure leaves all as it was.
  Status roll(SequenceNumber first, std::size_t bytes) {
    // LAB 4.2  Write what is in the buffer, start the next log, and tell whoever wants to know.
    throw todo("4.2", first, bytes, number_, options_.rolled);
  }

  // Makes durable what is in the log that is written, and its name.
  Status sync_log() {
    // LAB 4.2  Sync the file; and the directory (sync_directory), unless that has been done since
    // the log was made. A failure is for ever.
    throw todo("4.2", file_, name_is_synced_, broken_);
  }

  Status sync_directory() {
    return options_.sync_directory ? options_.sync_directory()
                                   : files_.sync_directory(options_.directory);
  }

  void note_synced(SequenceNumber last) {
    const std::lock_guard lock(mutex_);
    synced_.store(std::max(synced_.load(std::memory_order_relaxed), last),
                  std::memory_order_relaxed);
  }

  // Remembers the failure for every later call, and hands it on.
  Status broken_by(Status failed) {
    broken_ = failed.error();
    return failed;
  }

  FileSystem& files_;
  const LogWriterOptions options_;

  // Used by the one thread that writes:
  std::unique_ptr<PreallocatedFile> file_;  // the log that is written
  LogNumber number_ = 0;                    // of that log
  std::uint64_t position_ = 0;              // where in it the buffer goes
  bool name_is_synced_ = false;             // whether the directory's entry for it is durable
  std::string buffer_;                      // framed records that are not in the file yet
  std::string payload_;                     // scratch
  SequenceNumber last_;                     // the last write that was appended
  std::optional<Error> broken_;             // what a write or sync failed with

  std::mutex mutex_;
  std::vector<FullLog> full_;  // guarded by mutex_

  // Changed under mutex_, so that it never goes back. Relaxed: it says what is on the disk, and
  // orders nothing in memory.
  std::atomic<SequenceNumber> synced_;
};

}  // namespace

Result<std::unique_ptr<LogWriter>> make_log_writer(FileSystem& files, LogWriterOptions options) {
  const auto [number, offset, first] = std::tuple(options.number, options.offset, options.first);
  auto writer = std::make_unique<PreallocatedLogWriter>(files, std::move(options));
  Status started =
      offset > 0 ? writer->resume_log(number, offset) : writer->start_log(number, first, 0);
  if (!started) return failure(std::move(started));
  return writer;
}

}  // namespace kv
