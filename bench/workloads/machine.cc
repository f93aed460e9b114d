#include "bench/workloads/machine.h"

#include <fstream>
#include <thread>

namespace kv::bench {

Machine machine() {
  Machine machine;
  machine.cores = std::thread::hardware_concurrency();
  std::ifstream processors("/proc/cpuinfo");
  for (std::string line; std::getline(processors, line);) {
    const std::size_t colon = line.find(": ");
    if (!line.starts_with("model name") || colon == line.npos) continue;
    machine.processor = line.substr(colon + 2);
    break;
  }
  std::ifstream("/proc/loadavg") >> machine.load;
  return machine;
}

bool busy(const Machine& machine) { return machine.load > 0.5 * machine.cores; }

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
std::string build_kind() { return "with a sanitizer"; }
bool built_optimised() { return false; }
#elif !defined(__OPTIMIZE__)
std::string build_kind() { return "without optimisation"; }
bool built_optimised() { return false; }
#elif !defined(NDEBUG)
std::string build_kind() { return "with assertions"; }
bool built_optimised() { return false; }
#else
std::string build_kind() { return "optimised"; }
bool built_optimised() { return true; }
#endif

}  // namespace kv::bench
