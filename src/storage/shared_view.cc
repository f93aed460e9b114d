#include "storage/shared_view.h"

#include <utility>

#include "base/thread_number.h"

namespace kv {

void SharedView::replace(const ReadViewPointer& view) {
  for (Copy& copy : copies_) {
    // An owner of its own, so that each copy has a count of its own.
    const auto owner = std::make_shared<ReadViewPointer>(view);
    ReadViewPointer other(owner, owner->get());
    {
      const std::lock_guard lock(copy.mutex);
      std::swap(copy.view, other);
    }
    // The old one goes without the lock: it may be the last that held a memtable.
  }
}

ReadPoint SharedView::read_point() const {
  const Copy& copy = copies_[thread_number() % copies_.size()];
  const std::lock_guard lock(copy.mutex);
  return {copy.view, published_.load(std::memory_order_acquire)};
}

}  // namespace kv
