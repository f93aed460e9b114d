#pragma once

// Which tables to merge next: a *picker* looks at a version (storage/version.h) and answers with a
// job, or with "nothing to do". It is a function of the version alone: it touches no file, starts
// nothing and remembers nothing, so a simulator (storage/compaction_simulation.h) can ask it as
// well as the engine.
//
//   leveled       level 0 has 4 tables   ──> all of them, and what they overlap of level 1, into 1
//                 level n is too large   ──> one of its tables, and what it overlaps, into n + 1
//                 A key stands once in each level: little space, many rewritings.
//
//   size-tiered   4 tables of about a size ──> one table, in level 0
//                 A key may stand in each tier: few rewritings, much space, many tables to ask.
//
// (O'Neil et al., "The Log-Structured Merge-Tree", 1996; leveled as in LevelDB, doc/impl.md;
// size-tiered as in Bigtable and Cassandra; what each costs: Dong et al., "Optimizing Space
// Amplification in RocksDB", CIDR 2017.)
//
// *Thread safety*: values and pure functions.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/version.h"

namespace kv {

// A job: these tables are read, and what is left of them is written into level `into`.
struct Compaction {
  std::size_t level;                  // where `tables` stand
  std::size_t into;                   // level + 1; or `level`: they are written anew there
  std::vector<TableInfo> tables;      // of `level`, in its order
  std::vector<TableInfo> overlapped;  // of `into`, in its order; none where `into` is `level`
  std::string reason;                 // for people: "level 0 has 5 tables, and 4 are enough"

  bool operator==(const Compaction&) const = default;
};

using Picker = std::function<std::optional<Compaction>(const Version& version)>;

struct LeveledOptions {
  std::size_t level0_tables = 4;                         // so many in level 0 are enough to merge
  std::uint64_t level1_bytes = std::uint64_t{10} << 20;  // more is too much for level 1; >= 10
  std::uint64_t multiplier = 10;  // a level holds so many times the one above; at least 2
};

// How many bytes the level may hold before it is too large: level1_bytes × multiplier^(level - 1),
// but no more than a multiplier-th of what the level below holds, if that holds anything, so that
// the last level has most of the data, and no less than a tenth of level1_bytes.
// Requires: 1 <= level < level_count.
std::uint64_t target_bytes(const Version& version, std::size_t level,
                           const LeveledOptions& options);

// How urgent it is to take something out of the level, 1 and more: it is. Of level 0, its number of
// tables ÷ level0_tables; of the last level 0, since there is nowhere to go; of the others, their
// bytes ÷ target_bytes. (Task 6.4)
double urgency(const Version& version, std::size_t level, const LeveledOptions& options);

// The job of the level that is the most urgent, of several equal ones the uppermost, if that is
// urgent at all. Of level 0, all tables. Of another level, the table that costs the least to move:
// for which the bytes that it overlaps in the level below, ÷ its own, are the fewest; of several
// equal ones the first. (Task 6.4)
std::optional<Compaction> pick_leveled(const Version& version, const LeveledOptions& options);

// The tables of the level that have user keys in [first, last], in the level's order.
// Requires: level > 0. (Task 6.4)
std::vector<TableInfo> overlapped_in(const Version& version, std::size_t level,
                                     std::string_view first_user_key,
                                     std::string_view last_user_key);

// Whether the job needs no rewriting: its tables overlap neither each other nor the level that they
// go into, so that they can change levels as they are. Where the tables would stay in their level,
// there is nothing to move. (Task 6.4)
bool is_move(const Compaction& job);

struct SizeTieredOptions {
  std::size_t tables = 4;  // so many of a tier are merged
  double alike = 2.0;      // tables are of a tier when none is so many times as large as another
  std::size_t most_tables = 16;  // so many in all, and the newest are merged, alike or not
};

// Merges the newest tables of level 0 that follow each other in age and are alike in size: all that
// are, if they are enough. Where no tier has enough, and there are too many tables in all, the
// newest `tables` of them. Given.
std::optional<Compaction> pick_size_tiered(const Version& version,
                                           const SizeTieredOptions& options);

// The job that brings all of level 0 into level 1, for whoever needs it now.
// Requires: level 0 has a table. Given.
Compaction level_0_into_1(const Version& version, std::string reason);

// A range [start, end) that a user wants in its smallest form, and how far that is. An empty end
// means no bound.
struct RangeToCompact {
  std::string start;
  std::string end;
  TableNumber before;     // the tables that the user means have smaller numbers
  std::size_t level = 0;  // of the last job; those above it are done
};

// The next job for the range, level by level from `level` on:
//
//   level 0   all tables, as long as the user means one that has keys of the range
//   below     the first that has keys of the range goes one level down, until all of the range
//             stands in the lowest level that had a part of it (level 1, if that was level 0)
//   there     the first that has keys of the range, and that the user means, is written anew where
//             it stands: it may have been moved there with all that nobody needs
//
// None: it is done. Whatever is written meanwhile, it comes to an end, as long as no other job puts
// tables into `level` or below it. Given.
std::optional<Compaction> pick_range(const Version& version, const RangeToCompact& range);

}  // namespace kv
