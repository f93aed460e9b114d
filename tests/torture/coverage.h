#pragma once

// At which calls the process has died, and in which phase: a table that shows what was left out.
//
//   call              foreground  checkpoint    recovery
//   preallocate              412           ·         306
//   ...
//
// *Thread safety*: one thread at a time.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/simulated_file_system.h"

namespace kv::torture {

// What the process was about: a call of the store, a task in the background that puts logs away,
// one that merges tables, opening a store.
enum class Phase : unsigned char { foreground, background, compaction, recovery };
inline constexpr std::size_t phase_count = 4;
std::string_view name(Phase phase);

struct Cell {
  ChangingCall call;
  Phase phase;
};

class Coverage {
 public:
  void count(const Cell& cell) { ++at(cell); }
  std::uint64_t of(const Cell& cell) const {
    return counts_[static_cast<std::size_t>(cell.call)][static_cast<std::size_t>(cell.phase)];
  }
  std::uint64_t total() const;

  void add(const Coverage& other);

  // The table, and below it a line for each cell that should not be empty and is. `background` says
  // what the engine does there.
  std::string table(std::span<const Cell> needed, std::string_view background) const;
  bool complete(std::span<const Cell> needed) const;

 private:
  static constexpr std::size_t calls = 11;  // ChangingCall has so many

  std::uint64_t& at(const Cell& cell) {
    return counts_[static_cast<std::size_t>(cell.call)][static_cast<std::size_t>(cell.phase)];
  }
  std::array<std::array<std::uint64_t, phase_count>, calls> counts_{};
};

}  // namespace kv::torture
