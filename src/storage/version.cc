#include "storage/version.h"

namespace kv {

VersionEdit as_edit(const Version& version) {
  VersionEdit edit{.next_log = version.next_log,
                   .put_away = version.put_away,
                   .known_from = version.known_from,
                   .next_table = version.next_table};
  for (std::size_t level = 0; level < level_count; ++level) {
    for (const TableInfo& table : version.levels[level]) edit.added.push_back({level, table});
  }
  return edit;
}

bool overlaps(const TableInfo& table, std::string_view first_user_key,
              std::string_view last_user_key) {
  return user_key_of(table.smallest) <= last_user_key &&
         user_key_of(table.largest) >= first_user_key;
}

std::uint64_t level_bytes(const Version& version, std::size_t level) {
  std::uint64_t bytes = 0;
  for (const TableInfo& table : version.levels[level]) bytes += table.bytes;
  return bytes;
}

}  // namespace kv
