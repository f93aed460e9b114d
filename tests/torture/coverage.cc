#include "tests/torture/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace kv::torture {

std::string_view name(Phase phase) {
  switch (phase) {
    case Phase::foreground: return "foreground";
    case Phase::background: return "background";
    case Phase::compaction: return "compaction";
    case Phase::recovery: return "recovery";
  }
  return "?";
}

std::uint64_t Coverage::total() const {
  std::uint64_t sum = 0;
  for (const auto& row : counts_) sum = std::accumulate(row.begin(), row.end(), sum);
  return sum;
}

void Coverage::add(const Coverage& other) {
  for (std::size_t i = 0; i < calls; ++i) {
    for (std::size_t k = 0; k < phase_count; ++k) counts_[i][k] += other.counts_[i][k];
  }
}

std::string Coverage::table(std::span<const Cell> needed, std::string_view background) const {
  const auto named = [&](Phase phase) {
    return phase == Phase::background ? background : name(phase);
  };
  std::string text = fmt::format("{:<18}", "call");
  for (std::size_t i = 0; i < phase_count; ++i) {
    text += fmt::format("{:>12}", named(static_cast<Phase>(i)));
  }
  text += '\n';
  for (std::size_t i = 0; i < calls; ++i) {
    const auto call = static_cast<ChangingCall>(i);
    text += fmt::format("{:<18}", kv::name(call));
    for (const std::uint64_t count : counts_[i]) {
      text += count == 0 ? fmt::format("{:>12}", "-") : fmt::format("{:>12}", count);
    }
    text += '\n';
  }
  for (const Cell& cell : needed) {
    if (of(cell) > 0) continue;
    text += fmt::format("not covered: {} in phase {}\n", kv::name(cell.call), named(cell.phase));
  }
  return text;
}

bool Coverage::complete(std::span<const Cell> needed) const {
  return std::ranges::all_of(needed, [&](const Cell& cell) { return of(cell) > 0; });
}

}  // namespace kv::torture
