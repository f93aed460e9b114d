#pragma once

// Runs test cases, each in a process of its own, within the limits of its lab.
//
// *Thread safety*: any thread; several cases may run at once. *Errors*: none; what goes wrong is
// the attempt's cause.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "apps/kvcourse/build.h"
#include "apps/kvcourse/lab.h"

namespace kv::course {

class Runner {
 public:
  // The limits are the lab's; under a sanitizer time is counted more generously.
  Runner(const Project& project, const Lab& lab, std::uint64_t seed);

  // One case in a new folder of its own, which is gone afterwards.
  Attempt run_case(const std::filesystem::path& program, const std::string& test) const;

 private:
  const std::string root_;
  const bool sanitized_;
  const int time_limit_s_;
  const int memory_limit_mb_;
  const std::uint64_t seed_;
};

// Calls work(0) to work(count - 1), as many at a time as there are processors, and waits.
void in_parallel(std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace kv::course
