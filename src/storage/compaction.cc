#include "storage/compaction.h"

#include <algorithm>

namespace kv {

std::uint64_t target_bytes(const Version& version, std::size_t level,
                           const LeveledOptions& options) {
  std::uint64_t target = options.level1_bytes;
  for (std::size_t above = 1; above < level; ++above) target *= options.multiplier;
  const std::uint64_t below = level + 1 < level_count ? level_bytes(version, level + 1) : 0;
  if (below > 0) target = std::min(target, below / options.multiplier);
  return std::max(target, options.level1_bytes / 10);
}

std::optional<Compaction> pick_size_tiered(const Version& version,
                                           const SizeTieredOptions& options) {
  static_cast<void>(version);
  static_cast<void>(options);
  return std::nullopt;  // not written yet
}

std::optional<Compaction> pick_range(const Version& version, std::string_view start,
                                     std::string_view end) {
  static_cast<void>(version);
  static_cast<void>(start);
  static_cast<void>(end);
  return std::nullopt;  // not written yet
}

}  // namespace kv
