#include "bench/durable_writes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kv::bench {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t record_bytes = 140;  // about what a log keeps of 16 + 100 bytes
constexpr std::chrono::milliseconds turn(250);

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

template <class Operation>
Result<double> timed(const Operation& operation) {
  const auto begin = Clock::now();
  if (Status done = operation(); !done) return failure(std::move(done));
  return seconds_since(begin);
}

// Operations per second of so many threads; each calls operation(thread, i) for i = 0, 1, ...
template <class Operation>
Result<double> rate(std::size_t threads, const Operation& operation) {
  std::atomic<bool> over = false;  // alone: joining the threads orders the rest
  std::atomic<std::uint64_t> operations = 0;
  std::mutex mutex;
  Status failed;  // the last failure; guarded by mutex while threads run
  std::barrier start(static_cast<std::ptrdiff_t>(threads) + 1);
  std::vector<std::jthread> running;
  for (std::size_t thread = 0; thread < threads; ++thread) {
    running.emplace_back([&, thread] {
      std::uint64_t mine = 0;
      start.arrive_and_wait();
      while (!over.load(std::memory_order_relaxed)) {
        if (Status done = operation(thread, mine++); !done) {
          const std::lock_guard lock(mutex);
          failed = std::move(done);
          break;
        }
      }
      operations += mine;
    });
  }
  start.arrive_and_wait();
  const auto begin = Clock::now();
  std::this_thread::sleep_for(turn);
  over.store(true, std::memory_order_relaxed);
  running.clear();
  if (!failed) return failure(std::move(failed));
  return static_cast<double>(operations) / seconds_since(begin);
}

}  // namespace

Result<std::unique_ptr<DurableWrites>> DurableWrites::make(const fs::path& parent,
                                                           const OpenStore& open, Options options) {
  std::string folder = (parent / "kvdb-durable-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr)
    return failure(Code::io_error, "cannot make the folder " + folder);
  const auto remove = [&] {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  };
  options.directory = (fs::path(folder) / "store").string();
  options.durability = Durability::sync;
  auto store = open(options);
  if (!store) {
    remove();
    return failure(std::move(store));
  }
  const std::string bare = (fs::path(folder) / "bare").string();
  const int file = ::open(bare.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) {
    store->reset();
    remove();
    return failure(Code::io_error, "cannot make the file " + bare);
  }
  return std::unique_ptr<DurableWrites>(new DurableWrites(folder, *std::move(store), file));
}

DurableWrites::~DurableWrites() {
  ::close(file_);
  store_.reset();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

Status DurableWrites::put(std::uint64_t number) {
  static const std::string value(100, 'v');
  return store_->put(fmt::format("{:016}", number), value);
}

Status DurableWrites::append_bare() {
  static const std::string record(record_bytes, 'r');
  if (::write(file_, record.data(), record.size()) == static_cast<ssize_t>(record.size()) &&
      ::fdatasync(file_) == 0)
    return {};
  return failure(Code::io_error, "cannot append to " + (folder_ / "bare").string());
}

Result<double> DurableWrites::timed_put(std::uint64_t number) {
  return timed([&] { return put(number); });
}

Result<double> DurableWrites::timed_append() {
  return timed([&] { return append_bare(); });
}

Result<double> DurableWrites::put_rate(std::size_t writers) {
  return rate(writers, [&](std::size_t thread, std::uint64_t i) {
    return put(std::uint64_t{thread} * 1'000'000 + i);
  });
}

Result<double> DurableWrites::append_rate() {
  return rate(1, [&](std::size_t, std::uint64_t) { return append_bare(); });
}

}  // namespace kv::bench
