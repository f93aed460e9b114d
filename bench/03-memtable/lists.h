#pragma once

// Skip lists for the benches of stage 03: internal keys of 16 digits, values of 100 bytes.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/checksum.h"
#include "storage/internal_key.h"
#include "storage/skip_list.h"

namespace kv {

inline const std::string value(100, 'v');

// 16 digits, and the tag that a memtable adds.
inline std::string key(std::uint64_t number) {
  std::string digits = std::to_string(number);
  digits.insert(0, 16 - digits.size(), '0');
  append_fixed64(digits, pack_tag(1, EntryKind::put));
  return digits;
}

// The key of this turn, of keys in no order, each once.
inline std::string mixed_key(std::uint64_t turn) {
  return key(checksum(std::to_string(turn)) % 10'000'000'000'000'000);
}

inline std::vector<std::string> mixed_keys(std::uint64_t entries) {
  std::vector<std::string> keys;
  for (std::uint64_t i = 0; i < entries; ++i) keys.push_back(mixed_key(i));
  return keys;
}

struct List {
  Arena arena;
  std::unique_ptr<SkipList> list = make_skip_list(arena, internal_key_less);
};

inline std::unique_ptr<List> list_of(const std::vector<std::string>& keys) {
  auto made = std::make_unique<List>();
  for (const std::string& each : keys) made->list->insert(each, value);
  return made;
}

}  // namespace kv
