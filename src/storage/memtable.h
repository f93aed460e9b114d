#pragma once

// The newest part of a store, in memory and in order: a skip list (storage/skip_list.h) of internal
// keys (storage/internal_key.h). Writing means adding: a new value stands beside the old one, and
// an erasure is an entry. So whoever reads at a sequence number gets the same answer for ever, and
// nobody waits for anybody. When it is full it is written to a table as a whole and dropped; that
// begins with stage 05.
//
// *Thread safety*: one thread at a time adds; any number of threads read meanwhile, without a lock.
// A reader sees every entry that was added before it learned of its sequence number, if that number
// was published with release and read with acquire (storage/commit.h).
// *Ownership*: copies keys and values. The views that it gives live as long as it does.
// *Errors*: std::bad_alloc; an add that throws has added nothing.

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "storage/internal_iterator.h"
#include "storage/internal_key.h"
#include "storage/skip_list.h"

namespace kv {

class Memtable {
 public:
  // The version of a key that a reader sees.
  struct Version {
    SequenceNumber sequence;
    EntryKind kind;
    std::string_view value;  // empty for a tombstone
  };

  // Neither an internal key nor a value may be larger.
  static constexpr std::size_t max_bytes = SkipListEntry::max_bytes;

  virtual ~Memtable() = default;
  Memtable(const Memtable&) = delete;
  Memtable& operator=(const Memtable&) = delete;

  // Adds the version that this write made.
  // Requires: the memtable has no version of this sequence number; the value of a tombstone is
  // empty, which the caller sees to; no other add is running.
  virtual void add(SequenceNumber sequence, EntryKind kind, std::string_view user_key,
                   std::string_view value) = 0;

  // The newest version of the key with a number up to `sequence`, or none. None says that this
  // memtable knows nothing, a tombstone that the key had no value: older data need not be asked.
  virtual std::optional<Version> get(std::string_view user_key, SequenceNumber sequence) const = 0;

  // A walk over all versions. It may see entries that are added meanwhile, wherever it has not
  // passed yet. The memtable must outlive it (InternalIterator::keep_alive).
  virtual std::unique_ptr<InternalIterator> iterate(Direction direction) const = 0;

  // What it holds of the system's memory, and how many versions. Any thread may ask.
  virtual std::size_t bytes() const = 0;
  virtual std::size_t entries() const = 0;

 protected:
  Memtable() = default;
};

std::unique_ptr<Memtable> make_memtable();

}  // namespace kv
