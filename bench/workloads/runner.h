#pragma once

// Runs workloads on an open store, one after the other, each with its threads, and measures them.
//
// Threads start together and are joined; the time is from their common start to the end of the last
// one. A workload that reads and finds no fill before it fills first, in a random order,
// unmeasured. Warm-up comes before every workload but fills, erasing and compacting, with the same
// operations.
//
// *Thread safety*: one thread at a time. *Ownership*: borrows the settings, which outlive it.
// *Errors*: are part of the measurement; nothing that a store throws comes out.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "base/histogram.h"
#include "bench/workloads/client.h"
#include "bench/workloads/measurement.h"

namespace kv::bench {

class Runner {
 public:
  // Takes all the memory that measuring needs now, so that it is not counted as the store's.
  explicit Runner(const Settings& settings);

  // The store to run on, and the folder it keeps its files in (empty: it has none).
  void use(Store& store, std::filesystem::path directory);

  Measurement run(const Workload& workload);

 private:
  struct Phase {
    std::uint64_t operations = 0;
    double seconds = 0;
  };

  void fill();
  void collect(const std::vector<Client>& clients, Measurement& measurement) const;
  std::vector<Client> make_clients(Work& work);
  Extent extent_of(const Workload& workload) const;
  Phase go(Work& work, std::vector<Client>& clients, Extent extent, bool timed);

  const Settings& settings_;
  // Two, so that what is popular was not put in one go: it would lie together in memory.
  const Bijection fill_order_;
  const Bijection order_;
  const ValuePool values_;
  NewKeys new_keys_;
  std::optional<Zipf> zipf_;            // made when it is first needed
  std::vector<Histogram> latencies_;    // one for each thread
  const std::int64_t resident_before_;  // after all that is above
  Store* store_ = nullptr;
  std::filesystem::path directory_;
  bool filled_ = false;
  std::uint64_t round_ = 0;  // so that no two workloads draw the same numbers
};

}  // namespace kv::bench
