// How long a store takes to open after the death of the process that wrote it: a million writes of
// 16 + 100 bytes stand in the log alone, and the memory is gone. Each iteration is a round: for
// engine `wal`, then for LevelDB, a process of its own fills a store and ends without closing it;
// then the store is opened, and that is timed. Both put away what they read before they are open.
// The counters are the medians of the rounds' seconds and of their ratios, with the spread.

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "bench/peers/peers.h"
#include "engines/engines.h"

namespace kv {
namespace {

using Open = Result<std::unique_ptr<Store>> (*)(const Options& options);

constexpr std::uint64_t entries = 1'000'000;

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "recovery: {}\n", why);
  std::_Exit(1);
}

Options options_for(const std::filesystem::path& directory) {
  return {.directory = directory.string(),
          .durability = Durability::wal,
          .write_buffer_bytes = std::size_t{192} << 20};  // all of it fits
}

std::unique_ptr<Store> opened(Open open, const std::filesystem::path& directory) {
  auto store = open(options_for(directory));
  if (!store) give_up(store.error().text());
  return *std::move(store);
}

// What the work returns in a process of its own, which then dies, and leaves behind what is on the
// disk. Stores have threads, and a process with threads cannot be doubled, so this one opens none.
double in_a_child(const std::function<double()>& work) {
  int ends[2];
  if (::pipe(ends) != 0) give_up("no pipe");
  const pid_t child = ::fork();
  if (child < 0) give_up("no process");
  if (child == 0) {
    const double result = work();
    std::_Exit(::write(ends[1], &result, sizeof result) == sizeof result ? 0 : 1);
  }
  ::close(ends[1]);
  double result = 0;
  const bool told = ::read(ends[0], &result, sizeof result) == sizeof result;
  ::close(ends[0]);
  int status = 0;
  if (::waitpid(child, &status, 0) != child || status != 0 || !told) give_up("the child failed");
  return result;
}

void fill(Store& store) {
  Random random(1);
  const std::string value(100, 'v');
  for (std::uint64_t i = 0; i < entries; ++i) {
    const Status done = store.put(fmt::format("{:016x}", random.next()), value);
    if (!done) give_up(done.error().text());
  }
}

double seconds_to_open(Open open) {
  std::string folder = (std::filesystem::temp_directory_path() / "kvdb-recovery-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) give_up("cannot make the folder " + folder);
  const std::filesystem::path directory = std::filesystem::path(folder) / "store";
  static_cast<void>(in_a_child([&] {
    fill(*opened(open, directory).release());  // never closed
    return 0.0;
  }));
  const double seconds = in_a_child([&] {
    const auto begin = std::chrono::steady_clock::now();
    static_cast<void>(opened(open, directory).release());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  });
  std::filesystem::remove_all(folder);
  return seconds;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void recovery(benchmark::State& state) {
  const auto leveldb = std::ranges::find(peers(), "leveldb", &Engine::name);
  if (leveldb == peers().end()) {
    state.SkipWithError("LevelDB was not found when this was built");
    return;
  }
  std::vector<double> ours, theirs, ratios;
  for (auto _ : state) {
    ours.push_back(seconds_to_open(static_cast<Open>(open_wal)));
    theirs.push_back(seconds_to_open(leveldb->open));
    ratios.push_back(ours.back() / theirs.back());
  }
  state.counters["wal_s"] = median(ours);
  state.counters["leveldb_s"] = median(theirs);
  state.counters["wal_to_leveldb"] = median(ratios);
  state.counters["least"] = std::ranges::min(ratios);
  state.counters["most"] = std::ranges::max(ratios);
}

BENCHMARK(recovery)->Iterations(5)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kv
