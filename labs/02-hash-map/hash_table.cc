#include "storage/hash_table.h"

#include <atomic>
#include <utility>
#include <vector>

#include "base/todo.h"

namespace kv {
namespace {

// The hash stands beside the pointer, so that a search follows hardly a pointer in vain, and
// growing follows none.
struct Slot {
  std::uint64_t hash = 0;
  RecordPointer record;  // null: the slot is free
};

// All slots. They can be prefetched while somebody writes, which no vector allows: for that, their
// place is kept a second time.
class Slots {
 public:
  explicit Slots(std::size_t count) : slots_(count) { remember_place(); }

  std::size_t size() const { return slots_.size(); }
  Slot& operator[](std::size_t slot) { return slots_[slot]; }
  const Slot& operator[](std::size_t slot) const { return slots_[slot]; }

  void swap(std::vector<Slot>& other) {
    slots_.swap(other);
    remember_place();
  }

  void prefetch(std::uint64_t hash) const {
    const std::size_t slot = hash & last_.load(std::memory_order_relaxed);
    __builtin_prefetch(first_.load(std::memory_order_relaxed) + slot * sizeof(Slot));
  }

 private:
  void remember_place() {
    first_.store(reinterpret_cast<const char*>(slots_.data()), std::memory_order_relaxed);
    last_.store(slots_.size() - 1, std::memory_order_relaxed);
  }

  std::vector<Slot> slots_;

  // Relaxed: nothing is read there. If they do not belong together, or are of slots that are gone,
  // the processor fetches what nobody needs.
  std::atomic<const char*> first_;
  std::atomic<std::size_t> last_;
};

class LinearProbingTable final : public HashTable {
 public:
  const Record* find(std::uint64_t hash, std::string_view key) const override {
    return slots_[search(hash, key)].record.get();
  }

  void prefetch(std::uint64_t hash) const override { slots_.prefetch(hash); }

  void put(std::uint64_t hash, std::string_view key, std::string_view value) override {
    // LAB 2.1  Replace the value of the entry that is there, in place if it fits (Record::assign),
    // otherwise by a new record; or else add an entry. Contract: storage/hash_table.h.
    // Hint: call grow() when a *new* entry would take more than 3/4 of the slots (full() tells),
    // and search again afterwards: every entry may have moved.
    throw todo("2.1", slots_, size_, full(), search(hash, key), value);
  }

  bool erase(std::uint64_t hash, std::string_view key) override {
    // LAB 2.3  Take the entry out, then close the gap: walk on from it up to the next free slot,
    // and move every entry that may stand in the gap there, which leaves a new gap.
    // Hint: an entry may not stand before its home. How far is it from its home to where it stands,
    // and how far from the gap? distance() counts around the end of the array.
    throw todo("2.3", slots_, size_, home(hash), distance(0, 0), search(hash, key));
  }

  std::size_t size() const override { return size_; }
  std::size_t capacity() const override { return slots_.size(); }
  const Record* at(std::size_t slot) const override { return slots_[slot].record.get(); }

 private:
  // The capacity is a power of two, so this is the remainder without a division.
  std::size_t home(std::uint64_t hash) const { return hash & (slots_.size() - 1); }
  std::size_t behind(std::size_t slot) const { return (slot + 1) & (slots_.size() - 1); }

  // How many steps it is from one slot forward to the other.
  std::size_t distance(std::size_t from, std::size_t to) const {
    return (to - from) & (slots_.size() - 1);
  }

  // Whether one entry more would be too many.
  bool full() const { return (size_ + 1) * 4 > slots_.size() * 3; }

  // The slot of the entry with this key, or the free slot where the search for it ends.
  std::size_t search(std::uint64_t hash, std::string_view key) const {
    // LAB 2.1  Begin at home and look at slot after slot, until the key or a free slot is found.
    // Hint: compare the hashes first. Two keys may have the same hash, so compare the keys, too.
    throw todo("2.1", slots_, home(hash), behind(0), key);
  }

  // Doubles the capacity.
  void grow() {
    // LAB 2.2  Make an array of twice as many slots and move every entry to the first free slot at
    // or behind its new home. No record is copied; no key is compared: they all differ.
    throw todo("2.2", slots_, home(0), behind(0));
  }

  Slots slots_ = Slots(min_capacity);

  // On a cache line of its own: every new entry writes it, and prefetch() must not wait for that.
  alignas(64) std::size_t size_ = 0;
};

}  // namespace

std::unique_ptr<HashTable> make_hash_table() { return std::make_unique<LinearProbingTable>(); }

}  // namespace kv
