#pragma once

// A source of a read view whose versions the test lists itself: task 5.6 needs no memtable and no
// table. It notes that it was asked, and can be made to fail.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/read_view.h"
#include "tests/support/told_versions.h"

namespace kv::test {

using Listed = ListedVersions::Listed;

class ListedSource final : public Source {
 public:
  // The versions in the order of internal keys. `asked` is the test's.
  ListedSource(std::string name, std::vector<Listed> versions, std::string& asked)
      : name_(std::move(name)), versions_(std::move(versions)), asked_(asked) {}

  void fail_find() { find_fails_ = true; }
  void fail_walk_after(std::size_t steps) { walk_fails_after_ = steps; }

  Result<std::optional<FoundVersion>> find(const Lookup& lookup) const override {
    asked_ += (asked_.empty() ? "" : " ") + name_;
    if (find_fails_) return failure(Code::io_error, name_ + " was made to fail");
    for (const Listed& version : versions_) {
      if (version.user_key != lookup.user_key || version.sequence > lookup.sequence) continue;
      if (lookup.value != nullptr && version.value) *lookup.value = *version.value;
      return FoundVersion{version.sequence, version.value ? EntryKind::put : EntryKind::tombstone};
    }
    return std::optional<FoundVersion>();
  }

  std::unique_ptr<InternalIterator> iterate(Direction direction) const override {
    auto walk = std::make_unique<ListedVersions>(versions_, direction);
    if (walk_fails_after_) walk->fail_after(*walk_fails_after_);
    return walk;
  }

 private:
  const std::string name_;
  const std::vector<Listed> versions_;
  std::string& asked_;
  bool find_fails_ = false;
  std::optional<std::size_t> walk_fails_after_;
};

}  // namespace kv::test
