#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/coding.h"
#include "base/todo.h"
#include "storage/internal_key.h"
#include "storage/version.h"

namespace kv {
namespace {

// What an edit's fields begin with.
enum Tag : std::uint64_t {
  next_log_tag = 1,
  put_away_tag = 2,
  known_from_tag = 3,
  next_table_tag = 4,
  removed_tag = 5,
  added_tag = 6,
};

std::unexpected<Error> corrupt(std::string_view what) {
  return failure(Code::corruption, std::string(what));
}

// Takes a number that may be there once.
Status take_once(std::string_view& rest, std::optional<std::uint64_t>& number,
                 std::string_view name) {
  // LAB 6.2  Read the number, unless there was one before.
  throw todo("6.2", rest, number, name, corrupt(""));
}

// Takes a level. It is compared before it is an index.
Status take_level(std::string_view& rest, std::size_t& level) {
  std::uint64_t value = 0;
  if (!take_varint(rest, value)) return corrupt("the edit breaks off in a level");
  if (value >= level_count) {
    return corrupt(
        fmt::format("the edit is about level {}, and the last one is {}", value, level_count - 1));
  }
  level = static_cast<std::size_t>(value);
  return {};
}

// Takes what stands behind the tag of a table that comes.
Status take_added(std::string_view& rest, VersionEdit::Added& added) {
  // LAB 6.2  Read the level (take_level) and the table's fields, and look whether a table can be
  // so: what the bytes say may be anything.
  throw todo("6.2", take_level(rest, added.level), corrupt(""));
}

// Takes what stands behind a tag.
Status take_field(std::uint64_t tag, std::string_view& rest, VersionEdit& edit) {
  switch (tag) {
    case next_log_tag: return take_once(rest, edit.next_log, "next_log");
    case put_away_tag: return take_once(rest, edit.put_away, "put_away");
    case known_from_tag: return take_once(rest, edit.known_from, "known_from");
    case next_table_tag: return take_once(rest, edit.next_table, "next_table");
    case removed_tag: {
      VersionEdit::Removed& removed = edit.removed.emplace_back();
      if (Status level = take_level(rest, removed.level); !level) return level;
      if (take_varint(rest, removed.number)) return {};
      return corrupt("the edit breaks off in a table that goes");
    }
    case added_tag: return take_added(rest, edit.added.emplace_back());
    default: return corrupt(fmt::format("the edit has a field of kind {}, and there is none", tag));
  }
}

// Sets a number of the version. None goes back.
Status advance(std::uint64_t& number, const std::optional<std::uint64_t>& to,
               std::string_view name) {
  // LAB 6.2  An edit may leave a number as it is; to set it to what it is does no harm.
  throw todo("6.2", number, to, name, corrupt(""));
}

bool has_table(const Version& version, TableNumber number) {
  return std::ranges::any_of(version.levels, [&](const std::vector<TableInfo>& tables) {
    return std::ranges::find(tables, number, &TableInfo::number) != tables.end();
  });
}

// Puts a level's tables in order, and looks whether its invariant holds.
Status arrange(std::vector<TableInfo>& tables, std::size_t level) {
  // LAB 6.2  Level 0 by its writes, the others by their keys (invariants 2 and 3). Once they are in
  // order, it is enough to compare neighbours.
  // Hint: two versions of one user key, in two tables of level 1, are in the right order as
  // internal keys.
  throw todo("6.2", tables, level, corrupt(""));
}

}  // namespace

std::string encode_edit(const VersionEdit& edit) {
  // LAB 6.2  Write the fields that are set, as storage/version.h draws them.
  throw todo("6.2", edit);
}

Result<VersionEdit> decode_edit(std::string_view bytes) {
  // LAB 6.2  Read field by field, up to the last byte (take_field).
  throw todo("6.2", bytes, &take_field, corrupt(""));
}

Result<Version> apply(const Version& version, const VersionEdit& edit) {
  // LAB 6.2  Set the numbers (advance), take tables away, bring the others (has_table), and put
  // each level in order (arrange). Hint: the same table may go from one level and come in another.
  throw todo("6.2", version, edit, &advance, &has_table, &arrange, corrupt(""));
}

}  // namespace kv
