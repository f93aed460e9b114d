#pragma once

// What a run is asked to do: the same for every system that is compared, and printed above the
// figures.
//
// *Thread safety*: values. *Errors*: `invalid_argument`, naming the option and what it takes.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "kv/options.h"

namespace kv::bench {

// How workloads choose among the entries that are there.
enum class Distribution : unsigned char {
  uniform,  // each as likely as the other
  zipfian,  // few are popular (zipf.h); the popular ones lie anywhere among the keys
  latest,   // likewise, and the newest is the most popular
};

std::string_view name(Distribution distribution);
Result<Distribution> distribution_of(std::string_view name);

// How long something goes on: so many operations, so many seconds, or whichever comes first. 0 is
// no limit.
struct Extent {
  std::uint64_t operations = 0;
  double seconds = 0;

  bool none() const { return operations == 0 && seconds == 0; }
};

struct Settings {
  std::uint64_t entries = 1'000'000;  // how many a fill writes
  Extent measured;                    // none: as many operations as there are entries
  Extent warm_up;                     // none: no warm-up
  std::size_t threads = 1;
  std::size_t key_bytes = 16;
  std::size_t value_bytes = 100;
  double compressible = 0.5;                 // the share of a value that a compressor saves
  double read_share = 0.5;                   // of gets in workload `mixed`
  std::optional<Distribution> distribution;  // unset: the workload's own
  Options store;                             // what it is opened with, but for its directory
  std::uint64_t latency_every = 16;          // one in so many operations is timed; 0: none
  std::uint64_t seed = 1;
};

// Ok, or what cannot be done.
Status check(const Settings& settings);

}  // namespace kv::bench
