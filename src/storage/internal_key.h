#pragma once

// What a store that keeps versions has in place of a key: the user's key, the number of the write,
// and whether that write put a value or took it away. A key that was written three times has three
// internal keys; none is ever changed, and an erasure is an entry like any other, called a
// *tombstone*. (LevelDB, doc/impl.md; the idea is that of multiversion concurrency control: Reed,
// "Naming and Synchronization in a Decentralized Computer System", MIT, 1978.)
//
//   internal key   user key         any bytes
//                  fixed64 tag      sequence number << 8 | kind      (base/coding.h)
//
//   "ab", put by write 3      61 62 | 01 03 00 00 00 00 00 00
//   "ab", erased by write 7   61 62 | 00 07 00 00 00 00 00 00
//
// *Order*: by user key, ascending, byte by byte (kv/range.h); of one user key the newest first, so
// by tag descending. It is not the order of the bytes above: "a" comes before "aa" whatever their
// tags are.
//
//   a@9 put   a@4 erased   a@2 put   aa@7 put   b@8 put
//   └── a, the newest first ────┘
//
// Whoever reads at sequence 5 sees, of each user key, the first entry with a number up to 5: of "a"
// the tombstone of write 4, so no value, and nothing of "aa" and "b".
//
// *Thread safety*: pure functions. *Invariants*: sequence numbers of entries are 1 ... max_sequence
// - 1, and no two entries have the same one: 0 stands before every write, max_sequence behind.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/coding.h"
#include "base/result.h"
#include "kv/capabilities.h"

namespace kv {

enum class EntryKind : unsigned char { tombstone = 0, put = 1 };

// 56 bits: at a million writes a second, enough for two thousand years.
inline constexpr SequenceNumber max_sequence = (SequenceNumber{1} << 56) - 1;

inline constexpr std::size_t tag_bytes = 8;

// The parts of an internal key. The view points to bytes of whoever made it.
struct InternalKey {
  std::string_view user_key;
  SequenceNumber sequence;
  EntryKind kind;
};

// Requires: sequence <= max_sequence.
constexpr std::uint64_t pack_tag(SequenceNumber sequence, EntryKind kind) {
  return sequence << 8 | static_cast<std::uint64_t>(kind);
}

// Of the bytes of an internal key: its user key, and its tag as a number.
// Requires: at least tag_bytes of them.
inline std::string_view user_key_of(std::string_view internal_key) {
  return internal_key.substr(0, internal_key.size() - tag_bytes);
}
inline std::uint64_t tag_of(std::string_view internal_key) {
  std::uint64_t tag = 0;
  std::memcpy(&tag, internal_key.data() + internal_key.size() - tag_bytes, tag_bytes);
  if constexpr (std::endian::native == std::endian::big) tag = __builtin_bswap64(tag);
  return tag;
}

inline void append_internal_key(std::string& out, const InternalKey& key) {
  out.append(key.user_key);
  append_fixed64(out, pack_tag(key.sequence, key.kind));
}

// The parts of the key that the bytes stand for. The bytes may come from a disk. Errors:
// `corruption`: too short, or a kind that does not exist.
inline Result<InternalKey> parse_internal_key(std::string_view bytes) {
  if (bytes.size() < tag_bytes) {
    return failure(Code::corruption, "an internal key has " + std::to_string(bytes.size()) +
                                         " bytes, and its tag alone has 8; the bytes are damaged");
  }
  const std::uint64_t tag = tag_of(bytes);
  const std::uint64_t kind = tag & 0xff;
  if (kind > static_cast<std::uint64_t>(EntryKind::put)) {
    return failure(Code::corruption, "an internal key is of kind " + std::to_string(kind) +
                                         ", which does not exist; the bytes are damaged");
  }
  return InternalKey{user_key_of(bytes), tag >> 8, static_cast<EntryKind>(kind)};
}

// Whether internal key `a` comes before `b` in the order above (lab 3.1).
// Requires: each has at least tag_bytes bytes.
bool internal_key_less(std::string_view a, std::string_view b);

// The tag of the place, among the versions of a user key, from which on those are found that a
// reader at this sequence number sees: the smallest internal key of all that have a number up to
// it (lab 3.1).  Requires: sequence <= max_sequence.
std::uint64_t visible_from(SequenceNumber sequence);

// The bytes of an internal key to look for, without a call of malloc where they are few.
// *Ownership*: owns the bytes.
class SeekTarget {
 public:
  // The first place of the user key's versions that a reader at `sequence` sees.
  static SeekTarget newest_visible(std::string_view user_key, SequenceNumber sequence) {
    return SeekTarget(user_key, visible_from(sequence));
  }

  // Before, and behind, all versions of the user key.
  static SeekTarget before_versions(std::string_view user_key) {
    return SeekTarget(user_key, pack_tag(max_sequence, EntryKind::put));
  }
  static SeekTarget behind_versions(std::string_view user_key) {
    return SeekTarget(user_key, pack_tag(0, EntryKind::tombstone));
  }

  // Valid as long as the target is, and is not moved.
  std::string_view bytes() const { return {large_.empty() ? small_.data() : large_.data(), size_}; }

 private:
  SeekTarget(std::string_view user_key, std::uint64_t tag) : size_(user_key.size() + tag_bytes) {
    if (size_ > small_.size()) large_.resize(size_);
    char* const to = large_.empty() ? small_.data() : large_.data();
    if (!user_key.empty()) std::memcpy(to, user_key.data(), user_key.size());
    if constexpr (std::endian::native == std::endian::big) tag = __builtin_bswap64(tag);
    std::memcpy(to + user_key.size(), &tag, tag_bytes);
  }

  std::size_t size_;
  std::array<char, 120> small_;
  std::vector<char> large_;  // in place of small_, where that is too small
};

}  // namespace kv
