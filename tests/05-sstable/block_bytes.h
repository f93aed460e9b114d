#pragma once

// Blocks as bytes, put together and taken apart by the drawing in storage/block.h and by nothing of
// the lab's: what a case reads does not hang on what the lab writes, nor the other way round.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/coding.h"
#include "base/random.h"
#include "storage/internal_key.h"
#include "tests/support/story.h"

namespace kv::test {

// An entry of a block: an internal key and a value.
struct BlockEntry {
  std::string key;
  std::string value;
};
using BlockEntries = std::vector<BlockEntry>;

// The internal key of a put, or of an erasure.
inline std::string ikey(std::string_view user_key, SequenceNumber sequence = 1,
                        EntryKind kind = EntryKind::put) {
  std::string key;
  append_internal_key(key, {user_key, sequence, kind});
  return key;
}

// The order of internal keys, once more: by user key, and the newest first.
inline bool comes_before(std::string_view a, std::string_view b) {
  const std::string_view user_a = a.substr(0, a.size() - tag_bytes);
  const std::string_view user_b = b.substr(0, b.size() - tag_bytes);
  return user_a != user_b ? user_a < user_b : tag_of(a) > tag_of(b);
}

// Bytes of an entry whose lengths need not be those of what stands behind them.
inline std::string entry_bytes(std::uint64_t shared, std::uint64_t unshared, std::uint64_t value,
                               std::string_view behind) {
  std::string bytes;
  append_varint(bytes, shared);
  append_varint(bytes, unshared);
  append_varint(bytes, value);
  return bytes.append(behind);
}

// A block of these entries' bytes and these restart points.
inline std::string block_of(std::string entries, const std::vector<std::uint32_t>& restarts) {
  for (const std::uint32_t restart : restarts) append_fixed32(entries, restart);
  append_fixed32(entries, static_cast<std::uint32_t>(restarts.size()));
  return entries;
}

inline std::string block_of(const BlockEntries& entries, std::size_t restart_interval) {
  std::string bytes;
  std::vector<std::uint32_t> restarts;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string_view key = entries[i].key;
    std::size_t shared = 0;
    if (i % restart_interval == 0) {
      restarts.push_back(static_cast<std::uint32_t>(bytes.size()));
    } else {
      const std::string_view before = entries[i - 1].key;
      const auto parting = std::ranges::mismatch(before, key);
      shared = static_cast<std::size_t>(parting.in1 - before.begin());
    }
    bytes += entry_bytes(shared, key.size() - shared, entries[i].value.size(), key.substr(shared));
    bytes += entries[i].value;
  }
  return block_of(std::move(bytes), restarts);
}

// `0+9:1 "a\x01..." "1" | ... | restarts 0 22`: of each entry the three lengths, and what stands
// behind them. What cannot be read so is told as `?` and the bytes that are left.
inline std::string drawn_block(std::string_view bytes) {
  std::string_view end = bytes.substr(bytes.size() < 4 ? 0 : bytes.size() - 4);
  std::uint32_t count = 0;
  if (!take_fixed32(end, count) || count > bytes.size() / 4 - 1) {
    return "? " + test::quoted(bytes);
  }
  std::string_view points = bytes.substr(bytes.size() - 4 * (std::size_t{count} + 1));
  std::string_view rest = bytes.substr(0, bytes.size() - points.size());
  std::string text;
  while (!rest.empty()) {
    std::string_view input = rest;
    std::uint64_t shared = 0;
    std::uint64_t unshared = 0;
    std::uint64_t value = 0;
    if (!take_varint(input, shared) || !take_varint(input, unshared) ||
        !take_varint(input, value) || unshared > input.size() || value > input.size() - unshared) {
      return text + "? " + test::quoted(rest);
    }
    text += std::to_string(shared) + "+" + std::to_string(unshared) + ":" + std::to_string(value) +
            " " + test::quoted(input.substr(0, unshared)) + " " +
            test::quoted(input.substr(unshared, value)) + " | ";
    rest = input.substr(unshared + value);
  }
  text += "restarts";
  for (std::uint32_t restart = 0; count > 0; --count) {
    static_cast<void>(take_fixed32(points, restart));
    text += " " + std::to_string(restart);
  }
  return text;
}

// So many entries, "k000"@1="v0" "k002"@1="v1" ...: every other number is free, to search for.
inline BlockEntries numbered(std::size_t count) {
  BlockEntries entries;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string digits = std::to_string(1000 + 2 * i).substr(1);
    entries.push_back({ikey("k" + digits), "v" + std::to_string(i)});
  }
  return entries;
}

// A mixture of keys that share much and little with each other, with versions and tombstones, in
// order; at most `most` of them.
inline BlockEntries mixed_entries(Random& random, std::size_t most) {
  BlockEntries entries;
  SequenceNumber sequence = 1 + random.below(1000);
  for (std::size_t i = random.below(most + 1); i > 0; --i) {
    std::string user_key;
    for (std::size_t left = random.below(6); left > 0; --left) {
      user_key += std::string(1 + random.below(3), "ab\0\xff"[random.below(4)]);
    }
    for (std::size_t versions = 1 + random.below(3); versions > 0; --versions) {
      sequence += 1 + random.below(300);
      const bool erased = random.below(4) == 0;
      entries.push_back({ikey(user_key, sequence, erased ? EntryKind::tombstone : EntryKind::put),
                         erased ? "" : random.bytes(random.below(8) == 0 ? 200 : random.below(9))});
    }
  }
  std::ranges::sort(entries, comes_before, &BlockEntry::key);
  return entries;
}

}  // namespace kv::test
