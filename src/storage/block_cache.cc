#include "storage/block_cache.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <mutex>
#include <utility>
#include <vector>

namespace kv {
namespace {

constexpr unsigned shard_bits = 4;

// Less room than this is not cut up: the shares would be too small for a block.
constexpr std::size_t least_room_of_shards = std::size_t{1} << 20;

// Offsets in a file have much in common. A multiplication spreads what differs over the upper bits,
// the shift brings it down to those that choose a bucket.
std::uint64_t hash_of(const BlockCache::Key& key) {
  constexpr std::uint64_t odd = 0x9e3779b97f4a7c15;  // 2^64 divided by the golden ratio
  std::uint64_t hash = (key.file * odd + key.offset) * odd;
  hash ^= hash >> 32;
  return hash * odd;
}

// One share of the room: a ring of slots, and a hash table whose chains run through the slots, so
// that to find a block takes two steps in memory, to a bucket and to a slot.
//
// *Thread safety*: any thread. *Invariants*: each slot is either in the chain of its key's bucket
// and has a block, or it is in the list of free slots and has none; `bytes_` is the sum over the
// slots, and never more than the room.
class alignas(64) Shard {
 public:
  // Before anything else is called.
  void set_room(std::size_t bytes) { room_ = bytes; }

  std::shared_ptr<const Block> find(const BlockCache::Key& key, std::uint64_t hash) {
    const std::scoped_lock lock(mutex_);
    const std::uint32_t found = slot_of(key, hash);
    if (found == none) {
      ++misses_;
      return nullptr;
    }
    ++hits_;
    slots_[found].marked = true;
    return slots_[found].block;
  }

  void insert(const BlockCache::Key& key, std::uint64_t hash, std::shared_ptr<const Block> block) {
    const std::size_t bytes = block->bytes();
    if (bytes > room_) return;
    const std::scoped_lock lock(mutex_);
    if (slot_of(key, hash) != none) return;
    while (bytes > room_ - bytes_) throw_one_out();
    const std::uint32_t here = take_slot();
    std::uint32_t& bucket = bucket_of(hash);
    slots_[here] = {key, std::move(block), bytes, bucket, false};
    bucket = here;
    bytes_ += bytes;
    ++blocks_;
  }

  void erase_file(std::uint64_t file) {
    const std::scoped_lock lock(mutex_);
    for (std::uint32_t here = 0; here < slots_.size(); ++here) {
      if (slots_[here].block && slots_[here].key.file == file) empty(here);
    }
  }

  void add_to(BlockCache::Statistics& sums) const {
    const std::scoped_lock lock(mutex_);
    sums.hits += hits_;
    sums.misses += misses_;
    sums.bytes += bytes_;
    sums.blocks += blocks_;
  }

 private:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  struct Slot {
    BlockCache::Key key{};
    std::shared_ptr<const Block> block;  // null: the slot is free
    std::size_t bytes = 0;
    std::uint32_t next = none;  // in the chain, or in the list of free slots
    bool marked = false;
  };

  std::uint32_t& bucket_of(std::uint64_t hash) { return buckets_[hash & (buckets_.size() - 1)]; }

  std::uint32_t slot_of(const BlockCache::Key& key, std::uint64_t hash) {
    std::uint32_t slot = buckets_.empty() ? none : bucket_of(hash);
    while (slot != none && slots_[slot].key != key) slot = slots_[slot].next;
    return slot;
  }

  // A free slot; where there are several, the one that was emptied last. The hand has just passed
  // it, and comes back to it last.
  std::uint32_t take_slot() {
    if (free_ != none) return std::exchange(free_, slots_[free_].next);
    if (slots_.size() == buckets_.size()) add_buckets();
    slots_.emplace_back();
    return static_cast<std::uint32_t>(slots_.size() - 1);
  }

  // Requires: no slot is free.
  void add_buckets() {
    constexpr std::size_t least = 16;
    std::vector<std::uint32_t> more(std::max(least, 2 * buckets_.size()), none);
    buckets_.swap(more);
    for (std::uint32_t here = 0; here < slots_.size(); ++here) {
      std::uint32_t& bucket = bucket_of(hash_of(slots_[here].key));
      slots_[here].next = std::exchange(bucket, here);
    }
  }

  // Requires: there is a block.
  void throw_one_out() {
    for (;;) {
      const std::uint32_t here = hand_;
      hand_ = here + 1 < slots_.size() ? here + 1 : 0;
      if (slots_[here].block && !std::exchange(slots_[here].marked, false)) return empty(here);
    }
  }

  // Takes the slot's block out.
  void empty(std::uint32_t here) {
    Slot& slot = slots_[here];
    std::uint32_t* link = &bucket_of(hash_of(slot.key));
    while (*link != here) link = &slots_[*link].next;
    *link = slot.next;
    bytes_ -= slot.bytes;
    --blocks_;
    slot.block.reset();
    slot.next = std::exchange(free_, here);
  }

  std::size_t room_ = 0;  // constant

  // Guarded by mutex_.
  mutable std::mutex mutex_;
  std::vector<Slot> slots_;             // the ring
  std::vector<std::uint32_t> buckets_;  // a power of two of them, at least as many as slots
  std::uint32_t free_ = none;
  std::uint32_t hand_ = 0;
  std::size_t bytes_ = 0;
  std::size_t blocks_ = 0;
  std::uint64_t hits_ = 0;
  std::uint64_t misses_ = 0;
};

class ClockCache final : public BlockCache {
 public:
  explicit ClockCache(std::size_t capacity_bytes)
      : sharded_(capacity_bytes >= least_room_of_shards) {
    const std::size_t room = sharded_ ? capacity_bytes >> shard_bits : capacity_bytes;
    for (Shard& shard : shards_) shard.set_room(room);
  }

  std::uint64_t new_file() override { return next_file_.fetch_add(1, std::memory_order_relaxed); }

  std::shared_ptr<const Block> find(const Key& key) override {
    const std::uint64_t hash = hash_of(key);
    return shard_of(hash).find(key, hash);
  }

  void insert(const Key& key, std::shared_ptr<const Block> block) override {
    const std::uint64_t hash = hash_of(key);
    shard_of(hash).insert(key, hash, std::move(block));
  }

  void erase_file(std::uint64_t file) override {
    for (Shard& shard : shards_) shard.erase_file(file);
  }

  Statistics statistics() const override {
    Statistics sums;
    for (const Shard& shard : shards_) shard.add_to(sums);
    return sums;
  }

 private:
  // By the hash's highest bits; buckets are chosen by the lowest.
  Shard& shard_of(std::uint64_t hash) { return shards_[sharded_ ? hash >> (64 - shard_bits) : 0]; }

  const bool sharded_;  // otherwise only the first shard is used
  std::array<Shard, std::size_t{1} << shard_bits> shards_;
  std::atomic<std::uint64_t> next_file_{0};  // ordered with nothing
};

}  // namespace

std::shared_ptr<BlockCache> make_block_cache(std::size_t capacity_bytes) {
  return std::make_shared<ClockCache>(capacity_bytes);
}

}  // namespace kv
