#pragma once

// The same steps again and again, with a crash at each point where they change something, and what
// the loss of power leaves each time.
//
// *Thread safety*: one thread at a time.

#include <array>
#include <cstdint>
#include <functional>

#include "base/random.h"
#include "base/simulated_file_system.h"
#include "tests/support/story.h"

namespace kv::test {

// Runs the steps on a new disk until they crash at the point of that number, shows so many losses
// of power, of every kind in turn, and goes on with the next point, until the steps come to their
// end. Returns how many were shown.
inline std::uint64_t after_every_crash(
    std::uint64_t first_point, std::uint64_t losses,
    const std::function<void(SimulatedFileSystem& files)>& steps,
    const std::function<void(const SimulatedFileSystem& left)>& look) {
  std::uint64_t shown = 0;
  for (std::uint64_t point = first_point;; ++point) {
    SimulatedFileSystem files;
    files.crash_at(point);
    steps(files);
    if (!files.dead()) return shown;
    for (std::uint64_t i = 0; i < losses; ++i, ++shown) {
      SimulatedFileSystem left = files;
      Random random(seed() * 1000 + i);
      left.crash(power_losses[i % power_losses.size()], random);
      look(left);
    }
  }
}

}  // namespace kv::test
