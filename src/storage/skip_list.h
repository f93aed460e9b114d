#pragma once

// An ordered list with express lanes: each entry also stands, by lot, in some of the lists above
// the lowest, each of which has a third of the entries of the one below. A search runs along the
// highest list, goes down where the next entry would be too far, and so looks at a number of
// entries that grows with the logarithm of all. (Pugh, "Skip Lists: A Probabilistic Alternative to
// Balanced Trees", CACM 33(6), 1990. With readers that take no lock: Herlihy and Shavit, "The Art
// of Multiprocessor Programming", chapter 14; LevelDB, db/skiplist.h.)
//
//   level 2   head ───────────────────> c ──────────────────────────────> end
//   level 1   head ──────> b ─────────> c ───────────> e ───────────────> end
//   level 0   head ─> a ─> b ─────────> c ─────> d ──> e ──────> f ─────> end
//
// No entry is ever changed or taken out, which is what makes it possible to read without a lock:
// an entry that a reader stands on stays what it is and where it is, and the way on from it only
// ever gains entries.
//
// *Thread safety*: one thread at a time inserts; any number of threads read meanwhile, without a
// lock and without ever waiting. Whoever hands the writing over from one thread to another orders
// the two (by a mutex, for instance).
// *What readers see*: every entry whose insert returned before the read began, as far as the
// reader's thread knows of it; of one that is being inserted meanwhile, all or nothing: whoever
// sees it sees its whole key and value.
// *Ownership*: copies keys and values into the arena, which must outlive the list. Entries live as
// long as the arena.
// *Errors*: std::bad_alloc; an insert that throws has inserted nothing.
// *Invariants*: every list is in strictly ascending order, and each contains the one above.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>

#include "base/arena.h"

namespace kv {

// A key and its value, in one block of memory, so that whoever has found the key has the value's
// first bytes as well.
//
//   offset  0   fixed32  key bytes
//           4   fixed32  value bytes
//           8   the key, then the value           (numbers as the machine has them: memory only)
//
// *Invariants*: nothing of it changes once it is in a list.
class SkipListEntry {
 public:
  static constexpr std::size_t max_bytes = std::numeric_limits<std::uint32_t>::max();

  // Valid as long as the arena.
  std::string_view key() const { return {bytes(), key_bytes_}; }
  std::string_view value() const { return {bytes() + key_bytes_, value_bytes_}; }

 protected:
  SkipListEntry(std::size_t key_bytes, std::size_t value_bytes)
      : key_bytes_(static_cast<std::uint32_t>(key_bytes)),
        value_bytes_(static_cast<std::uint32_t>(value_bytes)) {}
  ~SkipListEntry() = default;

  // What follows the header in the block.
  char* bytes() { return reinterpret_cast<char*>(this + 1); }
  const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }

 private:
  const std::uint32_t key_bytes_;
  const std::uint32_t value_bytes_;
};

class SkipList {
 public:
  using Entry = SkipListEntry;

  // Whether key `a` comes before key `b`: a strict total order.
  using Less = bool (*)(std::string_view a, std::string_view b);

  static constexpr int max_height = 15;     // 3^15: enough for 14 million entries and more
  static constexpr unsigned branching = 3;  // of so many entries, one stands in the list above

  virtual ~SkipList() = default;
  SkipList(const SkipList&) = delete;
  SkipList& operator=(const SkipList&) = delete;

  // Adds the entry.  Requires: no entry has this key; neither key nor value is larger than
  // Entry::max_bytes; no other insert is running.
  virtual void insert(std::string_view key, std::string_view value) = 0;

  // The entries that a reader can go to. Each gives null where there is no such entry.
  virtual const Entry* first() const = 0;
  virtual const Entry* last() const = 0;
  virtual const Entry* first_at_or_after(std::string_view key) const = 0;
  virtual const Entry* last_at_or_before(std::string_view key) const = 0;

  // The neighbours of an entry. `after` is one step; `before` is a search, since the lists go one
  // way only.  Requires: the entry is in this list.
  virtual const Entry* after(const Entry& entry) const = 0;
  virtual const Entry* before(const Entry& entry) const = 0;

 protected:
  SkipList() = default;
};

// An empty list. The heights of its entries come from a source of its own with a fixed seed
// (base/random.h): the same inserts give the same list.
std::unique_ptr<SkipList> make_skip_list(Arena& arena, SkipList::Less less);

}  // namespace kv
