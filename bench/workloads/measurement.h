#pragma once

// What one workload came to in one process. *Thread safety*: a value.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace kv::bench {

struct Measurement {
  std::string workload;
  std::uint64_t operations = 0;  // of all threads
  double seconds = 0;            // from the common start to the end of the last thread
  std::uint64_t samples = 0;     // the operations that were timed one by one
  std::uint64_t p50_ns = 0;      // of the samples; 0 where there are none
  std::uint64_t p99_ns = 0;
  std::uint64_t p999_ns = 0;
  std::uint64_t max_ns = 0;       // and of those that made a scan to walk or move on
  std::int64_t memory_bytes = 0;  // resident after it, less what was resident before opening
  std::optional<std::uint64_t> disk_bytes;  // that the directory takes; persistent engines only

  // That were written to disks meanwhile, also by work in the background; persistent engines only.
  std::optional<std::uint64_t> written_bytes;

  // What the engine counts of itself (Maintenance::statistics), since it was opened; empty where it
  // does not.
  std::map<std::string, double> statistics{};

  std::uint64_t errors = 0;  // answers that were not as they must be
  std::string failure;       // the first of them, or what ended the workload; empty: none

  std::string refusal;  // why the engine does not offer what this takes; empty: it does

  bool failed() const { return errors > 0 || !failure.empty(); }
  bool counts() const { return !failed() && refusal.empty(); }
  double micros_per_operation() const {
    return operations == 0 ? 0 : seconds * 1e6 / static_cast<double>(operations);
  }
  double operations_per_second() const {
    return seconds <= 0 ? 0 : static_cast<double>(operations) / seconds;
  }
};

}  // namespace kv::bench
