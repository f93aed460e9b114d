#pragma once

// A version (storage/version.h) in the words of a test, and a job (storage/compaction.h) in the
// same:
//
//   const Version version = Levels().level(0, "7[b-q] 6[a-k]").level(1, "2[a-h]=300 3[k-r]");
//   listed(version)                      "level 0: 7[b-q] 6[a-k], level 1: 2[a-h]=300 3[k-r]"
//   told(*pick_leveled(version, {}))     "0 into 1: 7[b-q] 6[a-k] + 2[a-h]=300 3[k-r]"
//
// Table 2 has the user keys "a" to "h" and 300 bytes; without a number of bytes, it has 100. In
// level 0 the newest stands first, as in a version.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/compaction.h"
#include "storage/internal_key.h"
#include "storage/version.h"

namespace kv::test {

class Levels {
 public:
  Levels& level(std::size_t level, const std::string& tables) {
    std::istringstream words(tables);
    for (std::string word; words >> word;) {
      const std::size_t open = word.find('[');
      const std::size_t dash = word.find('-', open);
      const std::size_t close = word.find(']', dash);
      add(level, std::stoull(word), word.substr(open + 1, dash - open - 1),
          word.substr(dash + 1, close - dash - 1),
          close + 1 < word.size() ? std::stoull(word.substr(close + 2)) : 100);
    }
    return *this;
  }

  // Each table is of older writes than the one before: levels are added from the uppermost down.
  Levels& add(std::size_t level, TableNumber number, const std::string& first,
              const std::string& last, std::uint64_t bytes) {
    sequence_ -= 10;
    TableInfo table{.number = number,
                    .bytes = bytes,
                    .entries = 2,
                    .first_sequence = sequence_ + 1,
                    .last_sequence = sequence_ + 9,
                    .smallest = {},
                    .largest = {}};
    append_internal_key(table.smallest, {first, sequence_ + 9, EntryKind::put});
    append_internal_key(table.largest, {last, sequence_ + 1, EntryKind::put});
    version_.levels[level].push_back(std::move(table));
    version_.next_table = std::max(version_.next_table, number + 1);
    return *this;
  }

  operator const Version&() const { return version_; }  // NOLINT(google-explicit-constructor)

 private:
  Version version_;
  SequenceNumber sequence_ = 1'000'000;
};

inline std::string told(const std::vector<TableInfo>& tables) {
  std::string all;
  for (const TableInfo& table : tables) {
    all += (all.empty() ? "" : " ") + std::to_string(table.number) + "[" +
           std::string(user_key_of(table.smallest)) + "-" +
           std::string(user_key_of(table.largest)) + "]";
    if (table.bytes != 100) all += "=" + std::to_string(table.bytes);
  }
  return all;
}

inline std::string listed(const Version& version) {
  std::string all;
  for (std::size_t level = 0; level < level_count; ++level) {
    if (version.levels[level].empty()) continue;
    all += (all.empty() ? "level " : ", level ") + std::to_string(level) + ": " +
           told(version.levels[level]);
  }
  return all.empty() ? "no tables" : all;
}

inline std::string told(const std::optional<Compaction>& job) {
  if (!job) return "nothing to do";
  return std::to_string(job->level) + " into " + std::to_string(job->into) + ": " +
         told(job->tables) + (job->overlapped.empty() ? "" : " + " + told(job->overlapped));
}

}  // namespace kv::test
