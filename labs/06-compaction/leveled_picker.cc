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
  throw todo("6.4", version, level);
}

// What the tables of the job overlap of the level that they go into.
std::vector<TableInfo> overlapped_by(const std::vector<TableInfo>& tables, const Version& version,
                                     std::size_t into) {
  // LAB 6.4  All that lies between the smallest and the largest user key of them all: their merged
  // entries are written as one sorted run, and may end up in tables that span what lies between.
  // Hint: the tables of level 0 are in the order of their age, not of their keys.
  throw todo("6.4", tables, version, into);
}

}  // namespace

double urgency(const Version& version, std::size_t level, const LeveledOptions& options) {
  // LAB 6.4  Level 0 is measured in tables, since every get asks each of them; the others in bytes.
  // Hint: the last level has no target_bytes.
  throw todo("6.4", version, level, options);
}

std::optional<Compaction> pick_leveled(const Version& version, const LeveledOptions& options) {
  // LAB 6.4  Which level is the most urgent, which of its tables go (cheapest), and what they
  // overlap below (overlapped_by). Reasons are there already (reason_for).
  // Hint: a table of level 0 that stays behind may have older versions of what goes below it.
  throw todo("6.4", version, options, &cheapest, &overlapped_by, &reason_for);
}

std::vector<TableInfo> overlapped_in(const Version& version, std::size_t level,
                                     std::string_view first_user_key,
                                     std::string_view last_user_key) {
  // LAB 6.4  The level ascends, so that the first such table can be found by halving, and the
  // others follow it. A picker asks for every table of a level.
  throw todo("6.4", version, level, first_user_key, last_user_key);
}

bool is_move(const Compaction& job) {
  // LAB 6.4  See the contract.
  // Hint: of tables in the order of their keys, each need only be compared with the next.
  throw todo("6.4", job);
}

}  // namespace kv
