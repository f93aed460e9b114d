#include "storage/memtable.h"

#include <atomic>
#include <string>

#include "base/todo.h"

namespace kv {
namespace {

class MemtableIterator final : public InternalIterator {
 public:
  MemtableIterator(const SkipList& list, Direction direction)
      : list_(list), direction_(direction) {}

 private:
  bool do_next() override {
    // LAB 3.4  Step to the neighbour of the entry it stands on, in its direction, or to the first
    // of the walk.
    //[ throw todo("3.4", list_, direction_, entry_, arrive_at(nullptr));
    if (direction_ == Direction::forward) {
      return arrive_at(entry_ == nullptr ? list_.first() : list_.after(*entry_));
    }
    return arrive_at(entry_ == nullptr ? list_.last() : list_.before(*entry_));
    //]
  }

  bool do_seek(std::string_view target) override {
    // LAB 3.4  Step to the first entry at or after `target` in its direction.
    //[ throw todo("3.4", list_, direction_, target, arrive_at(nullptr));
    return arrive_at(direction_ == Direction::forward ? list_.first_at_or_after(target)
                                                      : list_.last_at_or_before(target));
    //]
  }

  bool arrive_at(const SkipListEntry* entry) {
    entry_ = entry;
    if (entry == nullptr) return false;
    stand_on(entry->key(), entry->value());
    return true;
  }

  const SkipList& list_;
  const Direction direction_;
  const SkipListEntry* entry_ = nullptr;  // where it stands; null before the first step
};

class SkipListMemtable final : public Memtable {
 public:
  void add(SequenceNumber sequence, EntryKind kind, std::string_view user_key,
           std::string_view value) override {
    // LAB 3.4  Insert the version under its internal key, and count it.
    // Hint: scratch_ is there to build the key in, so that not every add calls malloc.
    //[ throw todo("3.4", sequence, kind, user_key, value, list_, scratch_, entries_);
    scratch_.clear();
    append_internal_key(scratch_, {user_key, sequence, kind});
    list_->insert(scratch_, value);
    // Only one thread adds, so nothing can come between the load and the store.
    entries_.store(entries_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    //]
  }

  std::optional<Version> get(std::string_view user_key, SequenceNumber sequence) const override {
    // LAB 3.4  Find the first place that a reader at `sequence` sees among the key's versions
    // (SeekTarget), and look whether what stands there is a version of this key at all.
    //[ throw todo("3.4", user_key, list_, SeekTarget::newest_visible(user_key, sequence));
    const SeekTarget target = SeekTarget::newest_visible(user_key, sequence);
    const SkipListEntry* const entry = list_->first_at_or_after(target.bytes());
    if (entry == nullptr || user_key_of(entry->key()) != user_key) return std::nullopt;
    const std::uint64_t tag = tag_of(entry->key());
    return Version{tag >> 8, static_cast<EntryKind>(tag & 0xff), entry->value()};
    //]
  }

  std::unique_ptr<InternalIterator> iterate(Direction direction) const override {
    return std::make_unique<MemtableIterator>(*list_, direction);
  }

  std::size_t bytes() const override {
    // LAB 3.4  What the entries and the list hold. Contract: storage/memtable.h.
    //[ throw todo("3.4", arena_);
    return arena_.bytes();
    //]
  }

  std::size_t entries() const override { return entries_.load(std::memory_order_relaxed); }

 private:
  // What an add writes and what a get reads, on different lines of the cache: see skip_list.cc.
  alignas(64) Arena arena_;  // before the list, which must not outlive it
  std::string scratch_;      // the writer's alone
  // Relaxed: a figure, ordered with nothing.
  std::atomic<std::size_t> entries_{0};

  alignas(64) const std::unique_ptr<SkipList> list_ = make_skip_list(arena_, internal_key_less);
};

}  // namespace

std::unique_ptr<Memtable> make_memtable() { return std::make_unique<SkipListMemtable>(); }

}  // namespace kv
