#include "storage/merged_view.h"

#include <utility>

#include "storage/merging_iterator.h"

namespace kv {
namespace {

class MergedView final : public ReadView {
 public:
  explicit MergedView(std::shared_ptr<const ReadView> view) : view_(std::move(view)) {}

  Result<std::optional<FoundVersion>> find(const Lookup& lookup) const override {
    return view_->find(lookup);
  }

  std::unique_ptr<InternalIterator> iterate(Direction direction) const override {
    std::vector<std::unique_ptr<InternalIterator>> walks;
    for (const auto& source : sources()) walks.push_back(source->iterate(direction));
    return make_merging_iterator(std::move(walks), direction);
  }

  const std::vector<std::shared_ptr<const Source>>& sources() const override {
    return view_->sources();
  }

 private:
  const std::shared_ptr<const ReadView> view_;
};

}  // namespace

std::shared_ptr<const ReadView> make_merged_view(
    std::vector<std::shared_ptr<const Source>> newest_first) {
  return std::make_shared<MergedView>(make_read_view(std::move(newest_first)));
}

}  // namespace kv
