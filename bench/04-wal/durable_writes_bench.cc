// What a durable write costs, against the least that it can: appending so many bytes to a file and
// calling fdatasync. Both go to the same disk, in the folder that TMPDIR names, and by turns, since
// a disk is not the same from one second to the next.
//
//   one_writer       a put, then a bare append, then a put, ...: put_to_bare is the ratio of the
//                    medians of their times
//   writers/N        rounds of two turns of 250 ms: one thread that appends bare, and N that put.
//                    puts_to_bare is the median of the rounds' ratios of operations per second, and
//                    least and most are their spread

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engines/engines.h"

namespace kv {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t record_bytes = 140;  // about what a log keeps of 16 + 100 bytes
const std::string value(100, 'v');

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double quantile(std::vector<double> values, double share) {
  const auto last = static_cast<double>(values.size() - 1);
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(share * last);
  std::ranges::nth_element(values, place);
  return *place;
}

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "durable_writes: {}\n", why);
  std::_Exit(1);
}

// A folder on the disk that is measured, and in it a store and a file to append to.
class Subjects {
 public:
  Subjects() {
    std::string folder = (std::filesystem::temp_directory_path() / "kvdb-durable-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) give_up("cannot make the folder " + folder);
    folder_ = folder;
    auto store = open_wal({.directory = (folder_ / "store").string(),
                           .durability = Durability::sync,
                           .write_buffer_bytes = std::size_t{1} << 30});
    if (!store) give_up(store.error().text());
    store_ = *std::move(store);
    file_ = ::open((folder_ / "bare").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644);
    if (file_ < 0) give_up("cannot make a file in " + folder_.string());
  }

  ~Subjects() {
    ::close(file_);
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  Subjects(const Subjects&) = delete;
  Subjects& operator=(const Subjects&) = delete;

  void append_bare() {
    static const std::string record(record_bytes, 'r');
    if (::write(file_, record.data(), record.size()) != static_cast<ssize_t>(record.size()) ||
        ::fdatasync(file_) != 0) {
      give_up("cannot append to " + (folder_ / "bare").string());
    }
  }

  void put(std::uint64_t number) {
    const Status done = store_->put(fmt::format("{:016}", number), value);
    if (!done) give_up(done.error().text());
  }

 private:
  std::filesystem::path folder_;
  std::unique_ptr<Store> store_;
  int file_ = -1;
};

void one_writer(benchmark::State& state) {
  Subjects subjects;
  std::vector<double> puts;
  std::vector<double> bare;
  std::uint64_t number = 0;
  for (auto _ : state) {
    auto begin = Clock::now();
    subjects.put(number++);
    puts.push_back(seconds_since(begin));
    begin = Clock::now();
    subjects.append_bare();
    bare.push_back(seconds_since(begin));
  }
  state.counters["put_us"] = 1e6 * quantile(puts, 0.5);
  state.counters["bare_us"] = 1e6 * quantile(bare, 0.5);
  state.counters["put_to_bare"] = quantile(puts, 0.5) / quantile(bare, 0.5);
}

// Operations per second of so many threads; each calls operation(thread, i) for i = 0, 1, ...
template <class Operation>
double rate(int threads, const Operation& operation) {
  std::atomic<bool> over = false;
  std::atomic<std::uint64_t> operations = 0;
  std::barrier start(threads + 1);
  std::vector<std::jthread> running;
  for (int thread = 0; thread < threads; ++thread) {
    running.emplace_back([&, thread] {
      std::uint64_t mine = 0;
      start.arrive_and_wait();
      while (!over.load(std::memory_order_relaxed)) operation(thread, mine++);
      operations += mine;
    });
  }
  start.arrive_and_wait();
  const auto begin = Clock::now();
  std::this_thread::sleep_for(std::chrono::milliseconds(250));
  over.store(true, std::memory_order_relaxed);
  running.clear();
  return static_cast<double>(operations) / seconds_since(begin);
}

void writers(benchmark::State& state) {
  Subjects subjects;
  const int threads = static_cast<int>(state.range(0));
  std::vector<double> ratios;
  for (auto _ : state) {
    const double bare = rate(1, [&](int, std::uint64_t) { subjects.append_bare(); });
    const double puts = rate(threads, [&](int thread, std::uint64_t i) {
      subjects.put(static_cast<std::uint64_t>(thread) * 1'000'000 + i);
    });
    ratios.push_back(puts / bare);
  }
  state.counters["puts_to_bare"] = quantile(ratios, 0.5);
  state.counters["least"] = quantile(ratios, 0);
  state.counters["most"] = quantile(ratios, 1);
}

BENCHMARK(one_writer)->Iterations(2000)->Unit(benchmark::kMicrosecond);
BENCHMARK(writers)->Arg(1)->Arg(2)->Arg(16)->Arg(64)->Iterations(11)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kv
