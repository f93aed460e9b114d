#include <fmt/format.h>

#include <algorithm>

#include "base/todo.h"
#include "storage/compaction.h"

namespace kv {
namespace {

// For people: why something has to go out of the level.
std::string reason_for(const Version& version, std::size_t level, const LeveledOptions& options) {
  if (level == 0) {
    return fmt::format("level 0 has {} tables, and {} are enough", version.levels[0].size(),
                       options.level0_tables);
  }
  return fmt::format("level {} has {} bytes, and {} are enough", level, level_bytes(version, level),
                     target_bytes(version, level, options));
}

// The table of the level that costs the least to move (pick_leveled).
// Requires: the level has one, and is not the last.
const TableInfo& cheapest(const Version& version, std::size_t level) {
  // LAB 6.4  For each table, the bytes that it overlaps in the level below, ÷ its own bytes.
  //[ throw todo("6.4", version, level);
  const TableInfo* best = nullptr;
  double least = 0;
  for (const TableInfo& table : version.levels[level]) {
    std::uint64_t overlapped = 0;
    for (const TableInfo& below : overlapped_in(version, level + 1, user_key_of(table.smallest),
                                                user_key_of(table.largest))) {
      overlapped += below.bytes;
    }
    const double cost = static_cast<double>(overlapped) / static_cast<double>(table.bytes);
    if (best == nullptr || cost < least) {
      best = &table;
      least = cost;
    }
  }
  return *best;
  //]
}

// What the tables of the job overlap of the level that they go into.
std::vector<TableInfo> overlapped_by(const std::vector<TableInfo>& tables, const Version& version,
                                     std::size_t into) {
  // LAB 6.4  All that lies between the smallest and the largest user key of them all: their merged
  // entries are written as one sorted run, and may end up in tables that span what lies between.
  // Hint: the tables of level 0 are in the order of their age, not of their keys.
  //[ throw todo("6.4", tables, version, into);
  std::string_view first = user_key_of(tables.front().smallest);
  std::string_view last = user_key_of(tables.front().largest);
  for (const TableInfo& table : tables) {
    first = std::min(first, user_key_of(table.smallest));
    last = std::max(last, user_key_of(table.largest));
  }
  return overlapped_in(version, into, first, last);
  //]
}

}  // namespace

double urgency(const Version& version, std::size_t level, const LeveledOptions& options) {
  // LAB 6.4  Level 0 is measured in tables, since every get asks each of them; the others in bytes.
  // Hint: the last level has no target_bytes.
  //[ throw todo("6.4", version, level, options);
  if (level == 0) {
    return static_cast<double>(version.levels[0].size()) /
           static_cast<double>(options.level0_tables);
  }
  if (level + 1 == level_count) return 0;
  return static_cast<double>(level_bytes(version, level)) /
         static_cast<double>(target_bytes(version, level, options));
  //]
}

std::optional<Compaction> pick_leveled(const Version& version, const LeveledOptions& options) {
  // LAB 6.4  Which level is the most urgent, which of its tables go (cheapest), and what they
  // overlap below (overlapped_by). Reasons are there already (reason_for).
  // Hint: a table of level 0 that stays behind may have older versions of what goes below it.
  //[ throw todo("6.4", version, options, &cheapest, &overlapped_by, &reason_for);
  std::size_t level = 0;
  double most = 0;
  for (std::size_t each = 0; each < level_count; ++each) {
    const double urgent = urgency(version, each, options);
    if (urgent > most) {
      level = each;
      most = urgent;
    }
  }
  if (most < 1) return std::nullopt;
  Compaction job{.level = level, .into = level + 1, .tables = {}, .overlapped = {}, .reason = {}};
  if (level == 0) {
    job.tables = version.levels[0];
  } else {
    job.tables.push_back(cheapest(version, level));
  }
  job.overlapped = overlapped_by(job.tables, version, job.into);
  job.reason = reason_for(version, level, options);
  return job;
  //]
}

std::vector<TableInfo> overlapped_in(const Version& version, std::size_t level,
                                     std::string_view first_user_key,
                                     std::string_view last_user_key) {
  // LAB 6.4  The level ascends, so that the first such table can be found by halving, and the
  // others follow it. A picker asks for every table of a level.
  //[ throw todo("6.4", version, level, first_user_key, last_user_key);
  const std::vector<TableInfo>& tables = version.levels[level];
  const auto first = std::partition_point(
      tables.begin(), tables.end(),
      [&](const TableInfo& table) { return user_key_of(table.largest) < first_user_key; });
  const auto behind = std::find_if(first, tables.end(), [&](const TableInfo& table) {
    return user_key_of(table.smallest) > last_user_key;
  });
  return {first, behind};
  //]
}

bool is_move(const Compaction& job) {
  // LAB 6.4  See the contract.
  // Hint: of tables in the order of their keys, each need only be compared with the next.
  //[ throw todo("6.4", job);
  if (job.into == job.level || !job.overlapped.empty()) return false;
  std::vector<TableInfo> tables = job.tables;
  std::sort(tables.begin(), tables.end(), [](const TableInfo& a, const TableInfo& b) {
    return user_key_of(a.smallest) < user_key_of(b.smallest);
  });
  const auto touches = [](const TableInfo& table, const TableInfo& next) {
    return user_key_of(next.smallest) <= user_key_of(table.largest);
  };
  return std::adjacent_find(tables.begin(), tables.end(), touches) == tables.end();
  //]
}

}  // namespace kv
