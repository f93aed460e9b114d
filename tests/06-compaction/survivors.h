#pragma once

// What a compaction keeps of versions that the test lists in a small language: `a@8` is the value
// "8" that write 8 put to "a", `a@8=x` another value, `a@8!` a tombstone. The two rules of
// storage/surviving_versions.h stand here once more, as plainly as they can be written: with all
// versions at hand, and every number at which anybody may ever read.

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/surviving_versions.h"
#include "tests/support/drawn.h"
#include "tests/support/told_versions.h"

namespace kv::test {

using Listed = ListedVersions::Listed;
using Readers = std::vector<SequenceNumber>;

// The versions that the text lists, one behind the other.
inline std::vector<Listed> listed(const std::string& text) {
  std::vector<Listed> versions;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const std::size_t at = word.find('@');
    const std::size_t number_end = word.find_first_not_of("0123456789", at + 1);
    const std::string number = word.substr(at + 1, number_end - at - 1);
    Listed version{word.substr(0, at), std::stoull(number), number};
    if (word.ends_with('!')) {
      version.value.reset();
    } else if (number_end != word.npos) {
      version.value = word.substr(number_end + 1);
    }
    versions.push_back(std::move(version));
  }
  return versions;
}

// A key in that language: one that is empty or has bytes that do not print stands in quotes.
inline std::string key_text(std::string_view user_key) {
  std::string quoted = test::quoted(user_key);
  const bool plain = !user_key.empty() && quoted.size() == user_key.size() + 2;
  return plain ? std::string(user_key) : quoted;
}

// The other way round. Of a long value it tells what test::quoted does.
inline std::string text_of(const Listed& version) {
  const std::string number = std::to_string(version.sequence);
  const std::string key_and_number = key_text(version.user_key) + "@" + number;
  if (!version.value) return key_and_number + "!";
  if (*version.value == number) return key_and_number;
  return key_and_number + "=" +
         (version.value->size() <= 40 ? *version.value : test::quoted(*version.value));
}

inline std::string text_of(const std::vector<Listed>& versions) {
  std::string all;
  for (const Listed& version : versions) all += (all.empty() ? "" : " ") + text_of(version);
  return all;
}

inline std::string text_of(const Readers& readers) {
  std::string all;
  for (const SequenceNumber reader : readers) all += " " + std::to_string(reader);
  return all;
}

// What the walk yields from here to its end.
inline std::vector<Listed> rest_of(InternalIterator& walk) {
  std::vector<Listed> versions;
  while (walk.next()) {
    const Result<InternalKey> key = parse_internal_key(walk.key());
    if (!key) {
      versions.push_back({key.error().text(), 0, {}});
      return versions;
    }
    Listed version{std::string(key->user_key), key->sequence, {}};
    if (key->kind == EntryKind::put) version.value = walk.value();
    if (key->kind == EntryKind::tombstone && !walk.value().empty()) {
      version.user_key += " (a tombstone with a value)";
    }
    versions.push_back(std::move(version));
  }
  return versions;
}

// A merge of one case: what is read at, what older levels hold, and what the filter drops.
struct Merge {
  std::vector<Listed> versions;
  Readers readers;
  std::set<std::string> older{};  // the user keys that an older level may hold
  CompactionFilter drop{};

  // Every number at which anybody reads or may ever read, as far as it makes a difference.
  std::set<SequenceNumber> all_readers() const {
    std::set<SequenceNumber> all(readers.begin(), readers.end());
    SequenceNumber last = readers.back();
    for (const Listed& version : versions) last = std::max(last, version.sequence);
    for (SequenceNumber later = readers.back(); later <= last; ++later) all.insert(later);
    return all;
  }

  bool is_newest(std::size_t at) const {
    return at == 0 || versions[at - 1].user_key != versions[at].user_key;
  }

  // The version at this place as the filter leaves it; none if nobody sees it.
  std::optional<Listed> seen(std::size_t at) const {
    Listed version = versions[at];
    const auto sees = [&](SequenceNumber reader) -> bool {
      return version.sequence <= reader && (is_newest(at) || reader < versions[at - 1].sequence);
    };
    if (std::ranges::none_of(all_readers(), sees)) return std::nullopt;
    if (is_shown(at) && drop(version.user_key, *version.value)) version.value.reset();
    return version;
  }

  // Whether it is up to older levels if it stays.
  bool asks_older(std::size_t at) const {
    const std::optional<Listed> version = seen(at);
    return version && !version->value && version->sequence <= readers.front();
  }

  // What the rule makes of it: itself, a tombstone, or nothing.
  std::optional<Listed> kept(std::size_t at) const {
    if (asks_older(at) && !older.contains(versions[at].user_key)) return std::nullopt;
    return seen(at);
  }

  bool is_shown(std::size_t at) const {
    const Listed& version = versions[at];
    if (!drop || !version.value || !is_newest(at) || version.sequence > readers.back()) {
      return false;
    }
    return std::all_of(readers.begin(), readers.end() - 1,
                       [&](SequenceNumber snapshot) { return snapshot < version.sequence; });
  }

  std::vector<Listed> survivors() const {
    std::vector<Listed> all;
    for (std::size_t at = 0; at < versions.size(); ++at) {
      if (std::optional<Listed> version = kept(at)) all.push_back(*std::move(version));
    }
    return all;
  }
};

inline std::string text_of(const Merge& merge) {
  std::string text = text_of(merge.versions) + ", readers at" + text_of(merge.readers);
  for (const std::string& key : merge.older) {
    text += ", an older level may hold " + test::quoted(key);
  }
  return text;
}

// What a reader at the number finds of the key: among the versions, and if there is none, in older
// levels.
inline std::string read(const std::vector<Listed>& versions, const Merge& merge,
                        const std::string& user_key, SequenceNumber at) {
  for (const Listed& version : versions) {
    if (version.user_key != user_key || version.sequence > at) continue;
    return version.value.value_or("nothing");
  }
  return merge.older.contains(user_key) ? "an older value" : "nothing";
}

// Random merges, with small numbers and few keys, so that versions, snapshots and what is published
// fall together in every way.
class DrawnMerges : public Drawn {
 public:
  using Drawn::Drawn;

  Merge merge() {
    std::map<std::string, std::vector<Listed>> by_key;
    const std::size_t writes = below(24);
    for (SequenceNumber sequence = writes; sequence > 0; --sequence) {
      if (once_in(4)) continue;
      const std::string user_key(key());
      Listed version{user_key, sequence, {}};
      if (!once_in(3)) version.value = (once_in(3) ? "x" : "") + std::to_string(sequence);
      by_key[user_key].push_back(std::move(version));
    }
    Merge drawn;
    for (const auto& [user_key, versions] : by_key) {
      drawn.versions.insert(drawn.versions.end(), versions.begin(), versions.end());
      if (once_in(3)) drawn.older.insert(user_key);
    }
    const std::size_t published = 1 + below(26);
    for (std::size_t left = below(4); left > 0; --left) {
      drawn.readers.push_back(1 + below(published));
    }
    drawn.readers.push_back(published);
    std::ranges::sort(drawn.readers);
    return drawn;
  }
};

}  // namespace kv::test
