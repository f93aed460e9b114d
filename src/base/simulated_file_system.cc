#include "base/simulated_file_system.h"

#include <fmt/format.h>

#include <utility>

#include "base/quote.h"
#include "base/simulated_state.h"

namespace kv {
namespace {

using State = std::shared_ptr<SimulatedState>;

class SimulatedAppendFile final : public AppendFile {
 public:
  SimulatedAppendFile(State state, SimulatedHandle handle)
      : state_(std::move(state)), handle_(std::move(handle)) {
    see_size();
  }

  Status append(std::string_view bytes) override {
    Status appended = state_->append(handle_, bytes);
    see_size();
    return appended;
  }

  Status sync() override { return state_->sync(handle_); }
  std::uint64_t size() const override { return size_; }

 private:
  void see_size() {
    if (const Result<std::uint64_t> size = state_->size(handle_)) size_ = *size;
  }

  const State state_;
  const SimulatedHandle handle_;
  std::uint64_t size_ = 0;
};

class SimulatedPreallocatedFile final : public PreallocatedFile {
 public:
  SimulatedPreallocatedFile(State state, SimulatedHandle handle, std::uint64_t size)
      : state_(std::move(state)), handle_(std::move(handle)), size_(size) {}

  Status write(std::uint64_t offset, std::string_view bytes) override {
    if (offset > size_ || bytes.size() > size_ - offset) {
      return failure(Code::invalid_argument,
                     fmt::format("{} bytes at offset {} reach over the end of {}, which has {}",
                                 bytes.size(), offset, quote(handle_.path), size_));
    }
    return state_->write(handle_, offset, bytes);
  }

  Status sync() override { return state_->sync(handle_); }
  std::uint64_t size() const override { return size_; }

 private:
  const State state_;
  const SimulatedHandle handle_;
  const std::uint64_t size_;
};

class SimulatedRandomAccessFile final : public RandomAccessFile {
 public:
  SimulatedRandomAccessFile(State state, SimulatedHandle handle)
      : state_(std::move(state)), handle_(std::move(handle)) {}

  Result<std::size_t> read(std::uint64_t offset, std::span<char> into) const override {
    return state_->read(handle_, offset, into);
  }

  Result<std::uint64_t> size() const override { return state_->size(handle_); }

 private:
  const State state_;
  const SimulatedHandle handle_;
};

class SimulatedFileLock final : public FileLock {
 public:
  SimulatedFileLock(State state, SimulatedHandle handle)
      : state_(std::move(state)), handle_(std::move(handle)) {}
  SimulatedFileLock(const SimulatedFileLock&) = delete;
  SimulatedFileLock& operator=(const SimulatedFileLock&) = delete;
  ~SimulatedFileLock() override { state_->unlock(handle_); }

 private:
  const State state_;
  const SimulatedHandle handle_;
};

}  // namespace

std::string_view name(ChangingCall call) {
  switch (call) {
    case ChangingCall::create: return "create";
    case ChangingCall::append: return "append";
    case ChangingCall::preallocate: return "preallocate";
    case ChangingCall::write: return "write";
    case ChangingCall::sync: return "sync";
    case ChangingCall::rename: return "rename";
    case ChangingCall::unlink: return "unlink";
    case ChangingCall::create_directory: return "create_directory";
    case ChangingCall::remove_directory: return "remove_directory";
    case ChangingCall::sync_directory: return "sync_directory";
    case ChangingCall::lock: return "lock";
  }
  return "?";
}

SimulatedFileSystem::SimulatedFileSystem() : state_(std::make_shared<SimulatedState>()) {}

SimulatedFileSystem::SimulatedFileSystem(const SimulatedFileSystem& other)
    : FileSystem(other), state_(std::make_shared<SimulatedState>(*other.state_)) {}

SimulatedFileSystem::~SimulatedFileSystem() = default;

std::uint64_t SimulatedFileSystem::points() const { return state_->points(); }
std::vector<CrashPoint> SimulatedFileSystem::history() const { return state_->history(); }
void SimulatedFileSystem::crash_at(std::uint64_t number) { state_->crash_at(number); }
bool SimulatedFileSystem::dead() const { return state_->dead(); }

void SimulatedFileSystem::crash(CrashPolicy policy, Random& random) {
  state_->crash(policy, random);
}

void SimulatedFileSystem::fail(Fault fault, std::uint64_t passing, std::uint64_t seed) {
  state_->fail(fault, passing, seed);
}

void SimulatedFileSystem::clear_faults() { state_->clear_faults(); }

Result<std::unique_ptr<AppendFile>> SimulatedFileSystem::create(std::string_view path) {
  Result<SimulatedHandle> file = state_->create(path);
  if (!file) return failure(std::move(file));
  return std::make_unique<SimulatedAppendFile>(state_, *std::move(file));
}

Result<std::unique_ptr<AppendFile>> SimulatedFileSystem::open_append(std::string_view path) {
  Result<SimulatedHandle> file = state_->open(path);
  if (!file) return failure(std::move(file));
  return std::make_unique<SimulatedAppendFile>(state_, *std::move(file));
}

Result<std::unique_ptr<PreallocatedFile>> SimulatedFileSystem::preallocate(std::string_view path,
                                                                           std::uint64_t bytes) {
  Result<SimulatedHandle> file = state_->preallocate(path, bytes);
  if (!file) return failure(std::move(file));
  return std::make_unique<SimulatedPreallocatedFile>(state_, *std::move(file), bytes);
}

Result<std::unique_ptr<PreallocatedFile>> SimulatedFileSystem::open_preallocated(
    std::string_view path) {
  Result<SimulatedHandle> file = state_->open(path);
  if (!file) return failure(std::move(file));
  const Result<std::uint64_t> size = state_->size(*file);
  if (!size) return failure(size.error());
  if (*size == 0) {
    return failure(Code::invalid_argument,
                   fmt::format("{} has 0 bytes, which cannot be written over; preallocate a file",
                               quote(path)));
  }
  return std::make_unique<SimulatedPreallocatedFile>(state_, *std::move(file), *size);
}

Result<std::unique_ptr<RandomAccessFile>> SimulatedFileSystem::open(std::string_view path) const {
  Result<SimulatedHandle> file = state_->open(path);
  if (!file) return failure(std::move(file));
  return std::make_unique<SimulatedRandomAccessFile>(state_, *std::move(file));
}

Status SimulatedFileSystem::rename(std::string_view from, std::string_view to) {
  return state_->rename(from, to);
}

Status SimulatedFileSystem::unlink(std::string_view path) { return state_->unlink(path); }

Status SimulatedFileSystem::create_directory(std::string_view path) {
  return state_->create_directory(path);
}

Status SimulatedFileSystem::remove_directory(std::string_view path) {
  return state_->remove_directory(path);
}

Status SimulatedFileSystem::sync_directory(std::string_view path) {
  return state_->sync_directory(path);
}

Result<std::vector<std::string>> SimulatedFileSystem::list(std::string_view directory) const {
  return state_->list(directory);
}

Result<bool> SimulatedFileSystem::exists(std::string_view path) const {
  return state_->exists(path);
}

Result<std::uint64_t> SimulatedFileSystem::file_size(std::string_view path) const {
  const Result<SimulatedHandle> file = state_->open(path);
  if (!file) return failure(file.error());
  return state_->size(*file);
}

Result<std::unique_ptr<FileLock>> SimulatedFileSystem::lock(std::string_view path) {
  Result<SimulatedHandle> file = state_->lock(path);
  if (!file) return failure(std::move(file));
  return std::make_unique<SimulatedFileLock>(state_, *std::move(file));
}

}  // namespace kv
