#pragma once

// A hash table by open addressing with linear probing: all entries stand in one array of slots, and
// an entry whose place is taken stands in the next free slot behind it. (Knuth, "The Art of
// Computer Programming", vol. 3, section 6.4, algorithm L; deletion without tombstones: algorithm
// R.)
//
//   home = hash mod capacity             slot   0     1     2     3     4     5     6     7
//                                             ┌─────┬─────┬─────┬─────┬─────┬─────┬─────┬─────┐
//   a, b and c have home 2, d has home 3:     │     │     │  a  │  b  │  c  │  d  │     │     │
//                                             └─────┴─────┴─────┴─────┴─────┴─────┴─────┴─────┘
//   A search for d looks at 3, 4 and 5; a search for an absent key with home 3 ends at slot 6.
//
// The caller computes the hash; equal keys need equal hashes. Slot 0 follows the last slot.
//
// *Thread safety*: one thread at a time, or any number that only read; prefetch() always.
// *Ownership*: copies keys and values into records of its own.
// *Invariants*: the capacity is a power of two, at least min_capacity, and never shrinks.
// At most 3/4 of the slots are taken. No slot is free between an entry's home and the entry.
// *Simplification*: growing moves all entries at once. Tables that must never pause move a few with
// each write (Redis); here a store has many small tables instead (storage/hash_store.h).

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "storage/record.h"

namespace kv {

class HashTable {
 public:
  static constexpr std::size_t min_capacity = 16;

  virtual ~HashTable() = default;
  HashTable(const HashTable&) = delete;
  HashTable& operator=(const HashTable&) = delete;

  // The entry with this key, or null. Valid until the next put or erase.
  virtual const Record* find(std::uint64_t hash, std::string_view key) const = 0;

  // Starts to fetch the slot where a search for this hash begins, and does not wait. The one
  // function that may be called while another thread writes, so before the caller has the lock that
  // guards the table: the two waits then pass side by side.
  virtual void prefetch(std::uint64_t hash) const = 0;

  // Gives the key this value, whether or not it had one. Doubles the capacity first if a new entry
  // would take more than 3/4 of the slots.
  virtual void put(std::uint64_t hash, std::string_view key, std::string_view value) = 0;

  // Takes the entry out, and returns whether it was there. Leaves no mark in its slot: entries
  // behind it move up where they may.
  virtual bool erase(std::uint64_t hash, std::string_view key) = 0;

  // How many entries, and how many slots there are.
  virtual std::size_t size() const = 0;
  virtual std::size_t capacity() const = 0;

  // The entry in a slot, or null where it is free. Valid until the next put or erase.
  // Requires: slot < capacity().
  virtual const Record* at(std::size_t slot) const = 0;

 protected:
  HashTable() = default;
};

// An empty table of min_capacity slots.
std::unique_ptr<HashTable> make_hash_table();

}  // namespace kv
