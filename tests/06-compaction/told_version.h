#pragma once

// Versions and edits in few words, and what is made of them, told as steps of the test's story
// (tests/support/story.h):
//
//   ToldVersion version;
//   version.apply(edit().next_table(9).add(0, table(7, "b", "q", {5, 9})));
//     -> 0: 7 ["b" ... "q"] 5-9 | next table 9
//
// The bytes of edits are put together and taken apart by the drawing in storage/version.h and by
// nothing of the lab's.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/coding.h"
#include "storage/internal_key.h"
#include "storage/version.h"
#include "tests/support/story.h"

namespace kv::test {

struct Writes {
  SequenceNumber first;
  SequenceNumber last;
};

inline std::string ikey(std::string_view user_key, SequenceNumber sequence) {
  std::string key;
  append_internal_key(key, {user_key, sequence, EntryKind::put});
  return key;
}

// A table of these user keys and writes; its smallest key is of the last write, its largest of the
// first.
inline TableInfo table(TableNumber number, std::string_view first, std::string_view last,
                       Writes writes = {1, 1}) {
  return {.number = number,
          .bytes = 1000 + number,
          .entries = 10 + number,
          .first_sequence = writes.first,
          .last_sequence = writes.last,
          .smallest = ikey(first, writes.last),
          .largest = ikey(last, writes.first)};
}

// An edit, field by field.
class Edit {
 public:
  Edit& next_log(std::uint64_t number) { return set(edit_.next_log, number); }
  Edit& put_away(SequenceNumber number) { return set(edit_.put_away, number); }
  Edit& known_from(SequenceNumber number) { return set(edit_.known_from, number); }
  Edit& next_table(TableNumber number) { return set(edit_.next_table, number); }
  Edit& remove(std::size_t level, TableNumber number) {
    edit_.removed.push_back({level, number});
    return *this;
  }
  Edit& add(std::size_t level, TableInfo table) {
    edit_.added.push_back({level, std::move(table)});
    return *this;
  }

  operator const VersionEdit&() const { return edit_; }  // an Edit is there to become one

 private:
  Edit& set(std::optional<std::uint64_t>& field, std::uint64_t number) {
    field = number;
    return *this;
  }

  VersionEdit edit_;
};

inline Edit edit() { return {}; }

// --- In words ---

inline std::string told_table_key(std::string_view key) {
  if (key.size() < tag_bytes) return "no key " + test::quoted(key);
  return test::quoted(user_key_of(key));
}

// `7 ["b" ... "q"] 5-9`; what is not as `table` makes it is told, too.
inline std::string told(const TableInfo& table) {
  std::string text = std::to_string(table.number) + " [" + told_table_key(table.smallest) +
                     " ... " + told_table_key(table.largest) + "] " +
                     std::to_string(table.first_sequence) + "-" +
                     std::to_string(table.last_sequence);
  if (table.bytes != 1000 + table.number) text += " bytes " + std::to_string(table.bytes);
  if (table.entries != 10 + table.number) text += " entries " + std::to_string(table.entries);
  const auto tells = [](std::string_view key, SequenceNumber sequence) {
    return key.size() < tag_bytes || tag_of(key) == pack_tag(sequence, EntryKind::put);
  };
  if (!tells(table.smallest, table.last_sequence)) text += " from " + test::quoted(table.smallest);
  if (!tells(table.largest, table.first_sequence)) text += " to " + test::quoted(table.largest);
  return text;
}

inline std::string told(const VersionEdit& edit) {
  std::string text;
  const auto say = [&](std::string_view what) {
    if (!text.empty()) text += ", ";
    text += what;
  };
  const auto say_number = [&](std::string_view name, const std::optional<std::uint64_t>& number) {
    if (number) say(std::string(name) + " " + std::to_string(*number));
  };
  say_number("next log", edit.next_log);
  say_number("put away", edit.put_away);
  say_number("known from", edit.known_from);
  say_number("next table", edit.next_table);
  for (const auto& [level, number] : edit.removed) {
    say("- " + std::to_string(number) + " of level " + std::to_string(level));
  }
  for (const auto& [level, table] : edit.added) {
    say("+ " + told(table) + " in level " + std::to_string(level));
  }
  return text.empty() ? "an empty edit" : text;
}

// `0: 7 [...], 6 [...] | 1: 2 [...] | next log 3, put away 9, known from 2, next table 8`, without
// what is 0.
inline std::string told(const Version& version) {
  std::string text;
  for (std::size_t level = 0; level < level_count; ++level) {
    if (version.levels[level].empty()) continue;
    text += std::to_string(level) + ": ";
    for (const TableInfo& table : version.levels[level]) {
      if (&table != version.levels[level].data()) text += ", ";
      text += told(table);
    }
    text += " | ";
  }
  if (version.next_log != 0) text += "next log " + std::to_string(version.next_log) + ", ";
  if (version.put_away != 0) text += "put away " + std::to_string(version.put_away) + ", ";
  if (version.known_from != 0) text += "known from " + std::to_string(version.known_from) + ", ";
  return text + "next table " + std::to_string(version.next_table);
}

template <class T>
std::string told_result(const Result<T>& result) {
  return result ? told(*result) : std::string(name(result.error().code()));
}

// --- As bytes ---

inline std::string numbers(std::initializer_list<std::uint64_t> numbers) {
  std::string bytes;
  for (const std::uint64_t number : numbers) append_varint(bytes, number);
  return bytes;
}

inline std::string added_field(std::uint64_t level, const TableInfo& table) {
  std::string bytes = numbers({6, level, table.number, table.bytes, table.entries,
                               table.first_sequence, table.last_sequence});
  append_string(bytes, table.smallest);
  append_string(bytes, table.largest);
  return bytes;
}

inline std::string drawn_bytes(const VersionEdit& edit) {
  std::string bytes;
  const std::array fields = {edit.next_log, edit.put_away, edit.known_from, edit.next_table};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i]) bytes += numbers({i + 1, *fields[i]});
  }
  for (const auto& [level, number] : edit.removed) bytes += numbers({5, level, number});
  for (const auto& [level, table] : edit.added) bytes += added_field(level, table);
  return bytes;
}

// The edit that the bytes are by the drawing, or none.
inline std::optional<VersionEdit> drawn_edit(std::string_view bytes) {
  VersionEdit edit;
  const std::array fields = {&edit.next_log, &edit.put_away, &edit.known_from, &edit.next_table};
  while (!bytes.empty()) {
    std::uint64_t tag = 0;
    std::uint64_t level = 0;
    std::uint64_t number = 0;
    if (!take_varint(bytes, tag) || tag == 0 || tag > 6) return std::nullopt;
    if (tag > 4 && !take_varint(bytes, level)) return std::nullopt;
    if (!take_varint(bytes, number)) return std::nullopt;
    if (tag <= 4) {
      if (*fields[tag - 1]) return std::nullopt;
      *fields[tag - 1] = number;
    } else if (tag == 5) {
      edit.removed.push_back({level, number});
    } else {
      TableInfo table;
      table.number = number;
      std::string_view smallest;
      std::string_view largest;
      if (!take_varint(bytes, table.bytes) || !take_varint(bytes, table.entries) ||
          !take_varint(bytes, table.first_sequence) || !take_varint(bytes, table.last_sequence) ||
          !take_string(bytes, smallest) || !take_string(bytes, largest)) {
        return std::nullopt;
      }
      table.smallest = smallest;
      table.largest = largest;
      edit.added.push_back({level, std::move(table)});
    }
  }
  return edit;
}

// What encode_edit makes of the edit, read by the drawing.
inline std::string encoded(const VersionEdit& edit) {
  const std::string call = announce("encode " + told(edit));
  const std::optional<VersionEdit> drawn = drawn_edit(encode_edit(edit));
  std::string seen = drawn ? told(*drawn) : "bytes that are no edit";
  observe(call, seen);
  return seen;
}

inline std::string decoded(std::string_view bytes) {
  const std::string call = announce("decode " + test::quoted(bytes));
  std::string seen = told_result(decode_edit(bytes));
  observe(call, seen);
  return seen;
}

// A version that edits are applied to. One that does not fit leaves it as it is.
class ToldVersion {
 public:
  std::string apply(const VersionEdit& edit) {
    const std::string call = announce("apply " + told(edit));
    Result<Version> next = kv::apply(version_, edit);
    std::string seen = told_result(next);
    observe(call, seen);
    if (next) version_ = *std::move(next);
    return seen;
  }

  const Version& version() const { return version_; }

 private:
  Version version_;
};

}  // namespace kv::test
