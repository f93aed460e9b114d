#include "storage/read_view.h"

#include <utility>

#include "base/todo.h"

namespace kv {
namespace {

using Walks = std::vector<std::unique_ptr<InternalIterator>>;

// The walks of several sources as one. It stands on the entry of one of them: of those that the
// walks stand on, the one that comes first in its direction.
class MergedWalk final : public InternalIterator {
 public:
  MergedWalk(Walks walks, Direction direction) : walks_(std::move(walks)), direction_(direction) {}

 private:
  bool do_next() override {
    // LAB 5.6  Step each walk to its first entry, or, once they stand, the one whose entry this
    // stands on. Then find out which comes first now (arrive_at_first).
    // Hint: none of this may lose an error. A walk that ended because it failed looks like one that
    // came to its end.
    throw todo("5.6", walks_, current_, arrive_at_first());
  }

  bool do_seek(std::string_view target) override {
    // LAB 5.6  Let every walk seek.
    throw todo("5.6", walks_, target, arrive_at_first());
  }

  // Stands on the first entry, in the direction of the walk, of those that the walks stand on.
  bool arrive_at_first() {
    // LAB 5.6  Look at each walk's key. A walk at its end has an empty one, which no internal key
    // is.
    throw todo("5.6", walks_, current_, direction_, comes_before("", ""));
  }

  // Whether entry `a` comes before `b` in the direction of the walk.
  bool comes_before(std::string_view a, std::string_view b) const {
    return direction_ == Direction::forward ? internal_key_less(a, b) : internal_key_less(b, a);
  }

  const Walks walks_;
  const Direction direction_;
  InternalIterator* current_ = nullptr;  // whose entry it stands on; null before the first step
};

class SourcesView final : public ReadView {
 public:
  explicit SourcesView(std::vector<std::shared_ptr<const Source>> newest_first)
      : sources_(std::move(newest_first)) {}

  Result<std::optional<FoundVersion>> find(const Lookup& lookup) const override {
    // LAB 5.6  Ask the sources, the newest first, until one knows. Which answer ends the search?
    // Hint: there are three kinds of answer, and only one of them leads to the next source.
    throw todo("5.6", lookup, sources_);
  }

  std::unique_ptr<InternalIterator> iterate(Direction direction) const override {
    // LAB 5.6  One walk over all sources.
    throw todo("5.6", sources_, direction, std::make_unique<MergedWalk>(Walks(), direction));
  }

  const std::vector<std::shared_ptr<const Source>>& sources() const override { return sources_; }

 private:
  const std::vector<std::shared_ptr<const Source>> sources_;
};

}  // namespace

std::shared_ptr<const ReadView> make_read_view(
    std::vector<std::shared_ptr<const Source>> newest_first) {
  return std::make_shared<SourcesView>(std::move(newest_first));
}

}  // namespace kv
