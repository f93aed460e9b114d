#include "bench/workloads/footprint.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace kv::bench {

namespace fs = std::filesystem;

std::int64_t resident_bytes() {
  // The second number: resident pages (proc(5)).
  std::ifstream file("/proc/self/statm");
  std::int64_t all_pages = 0;
  std::int64_t resident_pages = 0;
  if (!(file >> all_pages >> resident_pages)) return 0;
  return resident_pages * ::sysconf(_SC_PAGESIZE);
}

std::uint64_t written_bytes() {
  // proc(5): a line for each figure, "write_bytes: 4096".
  std::ifstream file("/proc/self/io");
  std::string name;
  std::uint64_t value = 0;
  while (file >> name >> value) {
    if (name == "write_bytes:") return value;
  }
  return 0;
}

std::uint64_t disk_bytes(const fs::path& folder) {
  constexpr std::uint64_t block_bytes = 512;  // stat(2) counts in these, whatever the file system
  std::uint64_t blocks = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    struct stat status{};
    if (::lstat(it->path().c_str(), &status) == 0 && S_ISREG(status.st_mode))
      blocks += static_cast<std::uint64_t>(status.st_blocks);
  }
  return blocks * block_bytes;
}

}  // namespace kv::bench
