// A program like kvbench, with engines that go wrong in every way that kvbench must survive.

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "base/todo.h"
#include "bench/workloads/worker.h"
#include "tests/integration/kvbench_store.h"

namespace kv::test {
namespace {

template <void (*before_put)(std::string_view)>
Result<std::unique_ptr<Store>> open_with(const Options&) {
  return std::make_unique<NotingStore>(before_put);
}

constexpr std::string_view late_key = "0000000000000050";

void die(std::string_view key) {
  if (key == late_key) std::abort();
}
void leave(std::string_view key) {
  if (key == late_key) ::_exit(0);
}
void hole(std::string_view key) { throw todo("1.1", key); }
void hole_in_thread(std::string_view key) {
  std::thread([key] { throw todo("1.1", key); }).join();
}
void forge(std::string_view) { std::puts("{\"failure\":\"\"}"); }

Result<std::unique_ptr<Store>> open_liar(const Options&) {
  auto store = std::make_unique<NotingStore>();
  store->shortens = true;
  return store;
}

Result<std::unique_ptr<Store>> open_scanless(const Options&) {
  auto store = std::make_unique<NotingStore>();
  store->scanless = true;
  return store;
}

Result<std::unique_ptr<Store>> open_none(const Options&) {
  return failure(Code::io_error, "there is no disk");
}

// Takes 64 KiB of its folder.
Result<std::unique_ptr<Store>> open_on_disk(const Options& options) {
  std::ofstream(options.directory + "/data") << std::string(std::size_t{64} << 10, 'x');
  return std::make_unique<NotingStore>();
}

constexpr Engine table[] = {
    {"crash", "dies at a late put", false, open_with<die>},
    {"leave", "ends the process with code 0 at a late put", false, open_with<leave>},
    {"hole", "is not written yet", false, open_with<hole>},
    {"hole-in-thread", "is not written yet, in a thread of its own", false,
     open_with<hole_in_thread>},
    {"loud", "prints what looks like an answer", false, open_with<forge>},
    {"liar", "gives values that are too short", false, open_liar},
    {"scanless", "offers no scan", false, open_scanless},
    {"none", "cannot be opened", false, open_none},
    {"disk", "keeps a file", true, open_on_disk},
};

}  // namespace
}  // namespace kv::test

int main(int argc, char** argv) {
  return argc == 3 ? kv::bench::work(argv[2], {kv::test::table, {}}) : 2;
}
