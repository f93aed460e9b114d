#pragma once

// A key and its value in one block of memory, so that whoever follows the pointer finds both side
// by side: one cache miss where two strings would cost two, or three.
//
//   offset  0   fixed32  key bytes
//           4   fixed32  value bytes
//           8   fixed32  room: how many value bytes the block can hold
//          12   the key, then the value          (numbers as the machine has them: memory only)
//
// *Thread safety*: as plain data. *Ownership*: RecordPointer owns the block.
// *Invariants*: value bytes <= room. The key never changes.
// *Simplification*: the block never gets smaller; a short value in place of a long one keeps its
// room.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <string_view>

namespace kv {

class Record;

struct RecordDeleter {
  void operator()(Record* record) const;
};
using RecordPointer = std::unique_ptr<Record, RecordDeleter>;

class Record {
 public:
  // No key and no value may be larger; a store that holds records says so when it is opened.
  static constexpr std::size_t max_bytes = std::numeric_limits<std::uint32_t>::max();

  // Requires: neither is larger than max_bytes.
  static RecordPointer make(std::string_view key, std::string_view value);

  // Valid until the record changes or dies.
  std::string_view key() const { return {bytes(), key_bytes_}; }
  std::string_view value() const { return {bytes() + key_bytes_, value_bytes_}; }

  // Starts to fetch the three cache lines from the key's beginning on, and does not wait. Where the
  // value stands is read from the block itself; without this, the value's cache lines are asked for
  // only when the first one has come.
  void prefetch() const {
    for (std::size_t line = 0; line < 3; ++line) __builtin_prefetch(bytes() + line * 64);
  }

  // Takes the value over if it fits into the room; otherwise changes nothing and returns false.
  // Requires: `value` does not lie in this record.
  bool assign(std::string_view value) {
    if (value.size() > room_) return false;
    value_bytes_ = static_cast<std::uint32_t>(value.size());
    copy(bytes() + key_bytes_, value);
    return true;
  }

 private:
  Record(std::string_view key, std::string_view value)
      : key_bytes_(static_cast<std::uint32_t>(key.size())),
        value_bytes_(static_cast<std::uint32_t>(value.size())),
        room_(value_bytes_) {
    copy(bytes(), key);
    copy(bytes() + key_bytes_, value);
  }

  static void copy(char* to, std::string_view from) {
    if (!from.empty()) std::memcpy(to, from.data(), from.size());
  }

  // What follows the header in the block.
  char* bytes() { return reinterpret_cast<char*>(this + 1); }
  const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }

  const std::uint32_t key_bytes_;
  std::uint32_t value_bytes_;
  const std::uint32_t room_;
};

inline RecordPointer Record::make(std::string_view key, std::string_view value) {
  void* block = ::operator new(sizeof(Record) + key.size() + value.size());
  return RecordPointer(new (block) Record(key, value));
}

inline void RecordDeleter::operator()(Record* record) const { ::operator delete(record); }

}  // namespace kv
