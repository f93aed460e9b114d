#pragma once

// A *version* says which tables make up a store, and in which level each stands; an *edit* says how
// one version becomes the next. Neither holds a file: both are values, and `apply` is a function.
// That is what the manifest (persistence/manifest.h) writes down, and what the pickers
// (storage/compaction.h) look at. (LevelDB, db/version_edit.h and doc/impl.md.)
//
//   level 0    7 [b ... q]  6 [a ... k]  4 [f ... z]   the newest first; they may overlap
//   level 1    2 [a ... h]  3 [k ... r]  5 [s ... z]   one sorted run: ascending, no overlap
//   level 2    1 [a ... z]                             older than everything above
//
//   edit:  − 7, 6, 4 of level 0   − 2, 3, 5 of level 1   + 8 [a ... m], 9 [n ... z] in level 1
//
// *Invariants*, of every version that `apply` has made:
//   1. No table number occurs twice.
//   2. Level 0: the tables' writes (first_sequence ... last_sequence) do not overlap, and the
//      newest table stands first.
//   3. Every other level: the tables ascend, and the user keys of one are all smaller than those of
//      the next: versions of one user key stand in one table.
//   4. Of two levels, every version of a key in the upper one is newer than all of that key in the
//      lower one. (`apply` can't see that; whoever makes an edit sees to it.)
//
// *Byte layout* of an edit (numbers as in base/coding.h): fields one behind another, each a tag and
// what belongs to it, in any order, those marked * any number of times:
//
//   1  varint next_log         logs with smaller numbers are not needed
//   2  varint put_away         the tables hold all writes up to this one
//   3  varint known_from       of writes before this one, only what they led to is known
//   4  varint next_table       larger than the number of any table that an edit has named
//   5* varint level, varint number                       a table that goes
//   6* varint level, varint number, varint bytes, varint entries, varint first_sequence,
//      varint last_sequence, string smallest, string largest        a table that comes
//
// *Thread safety*: values and pure functions.
// *Errors*: `corruption`: the bytes come from a disk. The messages say what is wrong with the edit;
// who reads the file says where.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kv/capabilities.h"
#include "storage/internal_key.h"
#include "storage/sstable.h"

namespace kv {

inline constexpr std::size_t level_count = 7;

// What is to be known of a table without opening it.
struct TableInfo {
  TableNumber number = 0;
  std::uint64_t bytes = 0;  // of the file
  std::uint64_t entries = 0;
  SequenceNumber first_sequence = 0;  // its versions are of writes from this one ...
  SequenceNumber last_sequence = 0;   // ... to this one
  std::string smallest{};             // internal keys
  std::string largest{};

  bool operator==(const TableInfo&) const = default;
};

struct Version {
  std::array<std::vector<TableInfo>, level_count> levels{};
  std::uint64_t next_log = 0;
  SequenceNumber put_away = 0;
  SequenceNumber known_from = 0;
  TableNumber next_table = 1;

  bool operator==(const Version&) const = default;
};

struct VersionEdit {
  struct Removed {
    std::size_t level;
    TableNumber number;

    bool operator==(const Removed&) const = default;
  };
  struct Added {
    std::size_t level;
    TableInfo table;

    bool operator==(const Added&) const = default;
  };

  std::optional<std::uint64_t> next_log{};
  std::optional<SequenceNumber> put_away{};
  std::optional<SequenceNumber> known_from{};
  std::optional<TableNumber> next_table{};
  std::vector<Removed> removed{};
  std::vector<Added> added{};

  bool operator==(const VersionEdit&) const = default;
};

// The edit as bytes; and the other way round. Errors: `corruption` where the bytes are no edit: a
// tag that does not exist, a field that is cut off, one of the first four fields twice, a level
// that there is not, a table without entries, keys that are no internal keys, keys or writes that
// end before they begin. (Task 6.2)
std::string encode_edit(const VersionEdit& edit);
Result<VersionEdit> decode_edit(std::string_view bytes);

// The version that the edit makes of this one: first tables go, then others come, each into its
// place. Errors: `corruption` where the edit does not fit: it takes away a table that is not in
// that level, brings one whose number is there or is not smaller than next_table, breaks invariant
// 2 or 3, or lets next_log, put_away, known_from or next_table go back. What next_table becomes by
// the edit counts for its own tables.  Requires: levels that there are, keys that are internal
// keys, as decode_edit gives them. (Task 6.2)
Result<Version> apply(const Version& version, const VersionEdit& edit);

// The edit that makes this version of an empty one.
VersionEdit as_edit(const Version& version);

// Whether any of the table's user keys lies in [first, last].
bool overlaps(const TableInfo& table, std::string_view first_user_key,
              std::string_view last_user_key);

// Of all tables of the level.
std::uint64_t level_bytes(const Version& version, std::size_t level);

}  // namespace kv
