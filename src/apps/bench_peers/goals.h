#pragma once

// What is to be reached beside the peers, row by row: the least, called the bar, and the moonshot.
//
// *Thread safety*: nothing changes the table.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace kv::bench {

// What is measured in one go, at one setting (plans.h).
enum class Part : std::uint8_t {
  in_order,   // entries put in the order of their keys
  at_random,  // entries put in a random order, and what follows on the same store
  filtered,   // the same with Bloom filters, a cache that holds everything, and no compression
  durable,    // writes that are on the disk when they return
};

// What a goal's numbers are. Whichever it is, rows and their JSON keep ratios of times.
enum class Scale : std::uint8_t {
  time,  // ours / the peer's: at most so much
  rate,  // likewise: at least so much
};

struct Goal {
  std::string_view row;
  Part part;
  std::string_view workload;  // of kvbench; empty in the part `durable`
  std::size_t writers;        // that write at the same time
  Scale scale;
  double bar;                      // against LevelDB; `durable`: against append + fdatasync
  std::optional<double> moonshot;  // likewise; nothing: the time that LMDB takes
};

// In the order of the tables; those of a part follow each other. Valid for ever.
std::span<const Goal> goals();

}  // namespace kv::bench
