#pragma once

// A memtable as a part of a read view. *Thread safety*, *Ownership*: shares the memtable.

#include <memory>
#include <utility>

#include "storage/memtable.h"
#include "storage/source.h"

namespace kv {

class MemtableSource final : public Source {
 public:
  explicit MemtableSource(std::shared_ptr<const Memtable> memtable)
      : memtable_(std::move(memtable)) {}

  Result<std::optional<FoundVersion>> find(const Lookup& lookup) const override;

  std::unique_ptr<InternalIterator> iterate(Direction direction) const override {
    return memtable_->iterate(direction);
  }

  const std::shared_ptr<const Memtable>& memtable() const { return memtable_; }

 private:
  const std::shared_ptr<const Memtable> memtable_;
};

}  // namespace kv
