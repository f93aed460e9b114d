#include "storage/compaction.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace kv {
namespace {

// How many tables from this one on, towards the older ones, are alike.
std::size_t alike_from(const std::vector<TableInfo>& tables, std::size_t newest, double alike) {
  std::uint64_t least = tables[newest].bytes;
  std::uint64_t most = least;
  std::size_t behind = newest + 1;
  for (; behind < tables.size(); ++behind) {
    least = std::min(least, tables[behind].bytes);
    most = std::max(most, tables[behind].bytes);
    if (static_cast<double>(most) >= alike * static_cast<double>(least)) break;
  }
  return behind - newest;
}

// The tables follow each other in age, so that one table can take their place among the others.
Compaction merged_in_level_0(const Version& version, std::size_t newest, std::size_t count,
                             std::string reason) {
  const auto first = version.levels[0].begin() + static_cast<std::ptrdiff_t>(newest);
  return {.level = 0,
          .into = 0,
          .tables = std::vector<TableInfo>(first, first + static_cast<std::ptrdiff_t>(count)),
          .overlapped = {},
          .reason = std::move(reason)};
}

// The job that brings these tables of the level into the next one.
Compaction into_next_level(const Version& version, std::size_t level, std::vector<TableInfo> tables,
                           std::string reason) {
  std::string_view first = user_key_of(tables.front().smallest);
  std::string_view last = first;
  for (const TableInfo& table : tables) {
    first = std::min(first, user_key_of(table.smallest));
    last = std::max(last, user_key_of(table.largest));
  }
  std::vector<TableInfo> overlapped = overlapped_in(version, level + 1, first, last);
  return {.level = level,
          .into = level + 1,
          .tables = std::move(tables),
          .overlapped = std::move(overlapped),
          .reason = std::move(reason)};
}

}  // namespace

std::uint64_t target_bytes(const Version& version, std::size_t level,
                           const LeveledOptions& options) {
  std::uint64_t target = options.level1_bytes;
  for (std::size_t above = 1; above < level; ++above) {
    target = target > UINT64_MAX / options.multiplier ? UINT64_MAX : target * options.multiplier;
  }
  const std::uint64_t below = level + 1 < level_count ? level_bytes(version, level + 1) : 0;
  if (below > 0) target = std::min(target, below / options.multiplier);
  return std::max(target, options.level1_bytes / 10);
}

std::optional<Compaction> pick_size_tiered(const Version& version,
                                           const SizeTieredOptions& options) {
  const std::vector<TableInfo>& tables = version.levels[0];
  const std::size_t enough = std::max<std::size_t>(options.tables, 2);
  for (std::size_t newest = 0; newest + enough <= tables.size(); ++newest) {
    const std::size_t alike = alike_from(tables, newest, options.alike);
    if (alike < enough) continue;
    return merged_in_level_0(
        version, newest, alike,
        fmt::format("{} tables that follow each other are alike in size, and {} "
                    "are enough",
                    alike, enough));
  }
  if (tables.size() < enough || tables.size() < options.most_tables) return std::nullopt;
  return merged_in_level_0(
      version, 0, enough,
      fmt::format("there are {} tables, and {} are too many", tables.size(), options.most_tables));
}

Compaction level_0_into_1(const Version& version, std::string reason) {
  return into_next_level(version, 0, version.levels[0], std::move(reason));
}

std::optional<Compaction> pick_range(const Version& version, const RangeToCompact& range) {
  if (!range.end.empty() && range.start >= range.end) return std::nullopt;
  const auto in_range = [&](const TableInfo& table) {
    return user_key_of(table.largest) >= range.start &&
           (range.end.empty() || user_key_of(table.smallest) < range.end);
  };
  const auto is_meant = [&](const TableInfo& table) {
    return in_range(table) && table.number < range.before;
  };
  if (range.level == 0 && std::ranges::any_of(version.levels[0], is_meant)) {
    return level_0_into_1(version, "level 0 has tables of the range");
  }
  const std::size_t upper = std::max<std::size_t>(range.level, 1);
  std::size_t lowest = level_count - 1;
  while (lowest > upper && std::ranges::none_of(version.levels[lowest], in_range)) --lowest;
  for (std::size_t level = upper; level < lowest; ++level) {
    const auto found = std::ranges::find_if(version.levels[level], in_range);
    if (found == version.levels[level].end()) continue;
    return into_next_level(version, level, {*found},
                           fmt::format("the range stands in levels {} to {}", level, lowest));
  }
  const auto found = std::ranges::find_if(version.levels[lowest], is_meant);
  if (found == version.levels[lowest].end()) return std::nullopt;
  return Compaction{.level = lowest,
                    .into = lowest,
                    .tables = {*found},
                    .overlapped = {},
                    .reason = "the table of the range was not written anew yet"};
}

}  // namespace kv
