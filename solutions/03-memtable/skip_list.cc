#include "storage/skip_list.h"

#include <array>
#include <atomic>
#include <cstring>
#include <new>

#include "base/random.h"
#include "base/todo.h"

namespace kv {
namespace {

// An entry with its links. They stand *before* it in the same block, as many as it has lists, so
// that the lowest link, which is followed most, the header and the key are neighbours:
//
//   | next on level 2 | next on level 1 | next on level 0 | header | key | value |
//                                                         ^ the node's address
class Node final : public SkipListEntry {
 public:
  // A node that is in no list yet. It is never destroyed: its memory goes with the arena.
  static Node* make(Arena& arena, int height, std::string_view key, std::string_view value) {
    const std::size_t links = static_cast<std::size_t>(height) * sizeof(Link);
    char* const block = arena.allocate(links + sizeof(Node) + key.size() + value.size());
    for (std::size_t at = 0; at < links; at += sizeof(Link)) new (block + at) Link(nullptr);
    Node* const node = new (block + links) Node(key.size(), value.size());
    if (!key.empty()) std::memcpy(node->bytes(), key.data(), key.size());
    if (!value.empty()) std::memcpy(node->bytes() + key.size(), value.data(), value.size());
    return node;
  }

  // The node behind this one on the level, or null. Whoever gets it may read all of it.
  Node* next(int level) const {
    // LAB 3.2  Load the link, in the memory order that the promise above asks for.
    //[ throw todo("3.2", link(level));
    // Acquire, paired with the release in publish_next: the writer filled the node before it
    // released the link to it, so whoever sees the link sees the key, the value and the node's own
    // links. A relaxed load may see the link and, behind it, what the memory held before.
    return link(level).load(std::memory_order_acquire);
    //]
  }

  // Lets readers find `node`, complete as it is now, behind this one.
  void publish_next(int level, Node* node) {
    // LAB 3.2  Store the link, in the memory order that the promise asks for.
    //[ throw todo("3.2", link(level), node);
    // Release, paired with the acquire in next(): everything that was written to the node before
    // stays before.
    link(level).store(node, std::memory_order_release);
    //]
  }

  // As publish_next, while nobody can find *this* node yet.
  void prepare_next(int level, Node* node) {
    // LAB 3.2  Store the link. Does it need an order of its own?
    //[ throw todo("3.2", link(level), node);
    // Relaxed: readers get here only through a link that is released later, and that release
    // orders this store as well. And `node` is in the list already: it was published long ago, by
    // this same thread or by one that handed over to it.
    link(level).store(node, std::memory_order_relaxed);
    //]
  }

 private:
  using Link = std::atomic<Node*>;
  static_assert(Link::is_always_lock_free && sizeof(Link) == Arena::alignment);

  using SkipListEntry::SkipListEntry;

  Link& link(int level) { return reinterpret_cast<Link*>(this)[-1 - level]; }
  const Link& link(int level) const { return reinterpret_cast<const Link*>(this)[-1 - level]; }
};

class TowerSkipList final : public SkipList {
 public:
  TowerSkipList(Arena& arena, Less less)
      : arena_(arena), less_(less), head_(Node::make(arena, max_height, {}, {})) {
    last_.fill(head_);
  }

  void insert(std::string_view key, std::string_view value) override {
    // LAB 3.2  Find the node before the new one on every level, make the node (draw_height), and
    // link it in. Contract: storage/skip_list.h.
    // Hint: a reader may come by at any moment. What must be true of the node before the first link
    // leads to it, and in which order may the levels follow? height_ is what searches start from.
    // last_ is for you, if you like: keys often come in ascending order, and where the last node of
    // each level is kept there, no search is needed to find what the new one goes behind.
    //[ throw todo("3.2", key, value, arena_, height_, search(key).previous, draw_height());
    const Nodes previous = before_insert(key);
    const int height = draw_height();
    Node* const node = Node::make(arena_, height, key, value);
    for (int level = 0; level < height; ++level) {
      node->prepare_next(level, at(previous, level)->next(level));
    }
    // From the lowest level up: each list contains the one above at every moment.
    for (int level = 0; level < height; ++level) {
      at(previous, level)->publish_next(level, node);
      if (at(previous, level) == at(last_, level)) at(last_, level) = node;
    }
    // Relaxed: it orders nothing. A reader that sees the old height starts below and finds all the
    // same; one that sees the new height before the head's link finds no node there and goes down.
    if (height > height_.load(std::memory_order_relaxed)) {
      height_.store(height, std::memory_order_relaxed);
    }
    //]
  }

  const Entry* first_at_or_after(std::string_view key) const override {
    // LAB 3.2  The node that the search ended at.
    // Hint: not "the node behind the last one before the key": since the search looked, the writer
    // may have put another one there.
    //[ throw todo("3.2", search(key).at_or_after);
    return search(key).at_or_after;
    //]
  }

  const Entry* first() const override { return head_->next(0); }

  const Entry* after(const Entry& entry) const override {
    return static_cast<const Node&>(entry).next(0);
  }

  const Entry* last() const override {
    // LAB 3.3  Run along the highest list to its end, go down, and so on.
    //[ throw todo("3.3", head_, height_, entry_of(head_));
    Node* node = head_;
    for (int level = height_.load(std::memory_order_relaxed) - 1; level >= 0; --level) {
      while (Node* const next = node->next(level)) node = next;
    }
    return entry_of(node);
    //]
  }

  const Entry* last_at_or_before(std::string_view key) const override {
    // LAB 3.3  The entry with this key, or else the one before its place.
    //[ throw todo("3.3", search(key), entry_of(head_), less_);
    const Place place = search(key);
    // Not before the key, and the key not before it: it is the key.
    if (place.at_or_after != nullptr && !less_(key, place.at_or_after->key())) {
      return place.at_or_after;
    }
    return entry_of(place.previous[0]);
    //]
  }

  const Entry* before(const Entry& entry) const override {
    // LAB 3.3  The entry before this one.
    //[ throw todo("3.3", search(entry.key()), entry_of(head_));
    return entry_of(search(entry.key()).previous[0]);
    //]
  }

 private:
  using Nodes = std::array<Node*, max_height>;  // one for each level
  static Node*& at(Nodes& nodes, int level) { return nodes[static_cast<std::size_t>(level)]; }
  static Node* at(const Nodes& nodes, int level) { return nodes[static_cast<std::size_t>(level)]; }

  // The head has links and no entry.
  const Entry* entry_of(const Node* node) const { return node == head_ ? nullptr : node; }

  // Where a key belongs.
  struct Place {
    Nodes previous;  // on each level the last node before the key, or the head; also on the
                     // levels that are not in use yet
    const Node* at_or_after;  // the first node that does not come before the key, or null
  };

  Place search(std::string_view key) const {
    // LAB 3.2  From the highest level that is in use: as long as the next node comes before the
    // key, go there; then go down.
    // Hint: what you compared on one level need not be compared again on the next.
    //[ throw todo("3.2", key, head_, height_, less_, Place());
    Place place{.previous = {}, .at_or_after = nullptr};
    place.previous.fill(head_);
    Node* node = head_;
    for (int level = height_.load(std::memory_order_relaxed) - 1; level >= 0; --level) {
      Node* next = node->next(level);
      // What was too far a level higher is so here as well.
      while (next != nullptr && next != place.at_or_after) {
        // The way down, in case that `next` is too far. To fetch a node from memory is nearly all
        // that a search costs: so both ways are fetched at once.
        if (level > 0) __builtin_prefetch(node->next(level - 1));
        if (!less_(next->key(), key)) break;
        node = next;
        next = node->next(level);
      }
      place.at_or_after = next;
      at(place.previous, level) = node;
    }
    return place;
    //]
  }

  // How many lists the next entry stands in: one, and with a chance of 1 in `branching` another,
  // and so on.
  int draw_height() {
    // LAB 3.2  Draw it from random_; max_height at the most.
    //[ throw todo("3.2", random_, branching, max_height);
    int height = 1;
    while (height < max_height && random_.below(branching) == 0) ++height;
    return height;
    //]
  }

  //[ // Helpers of yours here.
  // As search(); but keys often come in ascending order, and then the way is known.
  Nodes before_insert(std::string_view key) const {
    const Node* const last = last_[0];
    if (last != head_ && less_(last->key(), key)) return last_;
    return search(key).previous;
  }
  //]

  Arena& arena_;
  const Less less_;
  Node* const head_;  // before all entries, on every level

  // How many levels are in use. The writer stores it, searches load it; relaxed (see insert).
  std::atomic<int> height_{1};

  // The writer's alone, and on a line of the cache that no search reads: an insert takes the line
  // away from whoever has it.
  alignas(64) Random random_{0x736b6970};
  Nodes last_;  // the last node of each level, or the head
};

}  // namespace

std::unique_ptr<SkipList> make_skip_list(Arena& arena, SkipList::Less less) {
  return std::make_unique<TowerSkipList>(arena, less);
}

}  // namespace kv
