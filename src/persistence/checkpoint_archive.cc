#include <mutex>
#include <optional>
#include <utility>

#include "persistence/log_archive.h"

namespace kv {
namespace {

class CheckpointArchive final : public LogArchive {
 public:
  CheckpointArchive(ArchivePlace place, std::size_t log_bytes)
      : place_(std::move(place)), bytes_of_a_log_(log_bytes) {}

  Result<Recovered> recover(const AddVersion& add) override {
    checkpoint_bytes_ = place_.files.file_size(checkpoint_path(place_.directory)).value_or(0);
    return kv::recover(place_.files, place_.directory, add);
  }

  Status start(LsmTarget& target) override {
    target_ = &target;
    return {};
  }

  Status put_away_all(const CheckpointHeader& here) override { return write(here); }

  bool rolled(const LogHeader& next) override {
    const std::lock_guard lock(mutex_);
    log_bytes_ += bytes_of_a_log_;
    if (log_bytes_ < checkpoint_bytes_) return false;
    log_bytes_ = 0;
    wanted_ = CheckpointHeader{next.first - 1, next.number};
    return true;
  }

  Result<CheckpointHeader> put_away() override {
    std::optional<CheckpointHeader> wanted;
    {
      const std::lock_guard lock(mutex_);
      wanted = std::exchange(wanted_, std::nullopt);
    }
    Status written = write(*wanted);
    if (written) return *wanted;
    const std::lock_guard lock(mutex_);
    log_bytes_ = checkpoint_bytes_;  // the next log that is full tries again
    return failure(std::move(written));
  }

  bool has_work() const override {
    const std::lock_guard lock(mutex_);
    return wanted_.has_value();
  }

  // Logs take room on the disk, and no more of the memory than what they hold.
  bool is_full() const override { return false; }

 private:
  Status write(const CheckpointHeader& header) {
    const auto versions = target_->versions();
    Result<std::uint64_t> bytes =
        write_checkpoint(place_.files, place_.directory, header, *versions, place_.sync_names);
    if (!bytes) return failure(std::move(bytes));
    const std::lock_guard lock(mutex_);
    checkpoint_bytes_ = *bytes;
    return {};
  }

  const ArchivePlace place_;
  const std::uint64_t bytes_of_a_log_;
  LsmTarget* target_ = nullptr;  // set by start

  mutable std::mutex mutex_;
  // Guarded by mutex_:
  std::optional<CheckpointHeader> wanted_;  // the next checkpoint
  std::uint64_t checkpoint_bytes_ = 0;      // the size of the last one
  std::uint64_t log_bytes_ = 0;  // of the logs that were filled since the last one was wanted
};

}  // namespace

std::unique_ptr<LogArchive> make_checkpoint_archive(ArchivePlace place, std::size_t log_bytes) {
  return std::make_unique<CheckpointArchive>(std::move(place), log_bytes);
}

}  // namespace kv
