#include "persistence/distinct_walk.h"

#include <algorithm>
#include <string>
#include <utility>

#include "storage/internal_key.h"

namespace kv {
namespace {

// The walks stand in a heap, the one whose entry comes first at its front.
class DistinctWalk final : public InternalIterator {
 public:
  explicit DistinctWalk(std::vector<std::unique_ptr<InternalIterator>> walks)
      : walks_(std::move(walks)) {}

 private:
  bool do_next() override {
    if (!started_ && !start()) return false;
    while (!heap_.empty()) {
      if (front_is_used_ && !step_front()) return false;
      if (heap_.empty()) break;
      front_is_used_ = true;
      const std::string_view key = heap_.front()->key();
      if (is_same_as_last(key)) continue;
      last_ = key;
      stand_on(last_, heap_.front()->value());
      return true;
    }
    return false;
  }

  bool do_seek(std::string_view) override {
    return fail({Code::unimplemented, "this walk goes from its first entry to its last"});
  }

  bool start() {
    started_ = true;
    for (const auto& walk : walks_) {
      if (walk->next()) {
        heap_.push_back(walk.get());
      } else if (Status walked = walk->status(); !walked) {
        return fail(walked.error());
      }
    }
    std::ranges::make_heap(heap_, comes_later);
    return true;
  }

  // Steps the walk at the front, which leaves the heap at its end.
  bool step_front() {
    front_is_used_ = false;
    std::ranges::pop_heap(heap_, comes_later);
    InternalIterator* const walk = heap_.back();
    if (walk->next()) {
      std::ranges::push_heap(heap_, comes_later);
      return true;
    }
    heap_.pop_back();
    const Status walked = walk->status();
    return walked ? true : fail(walked.error());
  }

  // Whether it is the same write's version. One that a compaction's filter has dropped may stand
  // beside it as a tombstone; the filter will drop it again.
  bool is_same_as_last(std::string_view key) const {
    return !last_.empty() && user_key_of(key) == user_key_of(last_) &&
           tag_of(key) >> 8 == tag_of(last_) >> 8;
  }

  static bool comes_later(const InternalIterator* a, const InternalIterator* b) {
    return internal_key_less(b->key(), a->key());
  }

  const std::vector<std::unique_ptr<InternalIterator>> walks_;
  std::vector<InternalIterator*> heap_;
  bool started_ = false;
  bool front_is_used_ = false;  // its entry was handed out, or passed over
  std::string last_;
};

}  // namespace

std::unique_ptr<InternalIterator> make_distinct_walk(
    std::vector<std::unique_ptr<InternalIterator>> walks) {
  return std::make_unique<DistinctWalk>(std::move(walks));
}

}  // namespace kv
