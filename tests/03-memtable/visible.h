#pragma once

// Scans at a sequence number over versions that a test lists, told step by step.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/visible_iterator.h"
#include "tests/support/drawn.h"
#include "tests/support/told_iterator.h"
#include "tests/support/told_store.h"
#include "tests/support/told_versions.h"

namespace kv::test {

using Listed = std::vector<ListedVersions::Listed>;

inline ToldIterator visible(const Listed& versions, SequenceNumber sequence,
                            const Range& range = {}, std::size_t fail_after = ~std::size_t{0}) {
  std::string all;
  if (versions.size() <= 20) {
    for (const auto& [key, number, value] : versions) {
      all += told_version(key, number, value ? EntryKind::put : EntryKind::tombstone,
                          value.value_or("")) +
             " ";
    }
  } else {
    all = std::to_string(versions.size()) + " versions, ";
  }
  step("of " + all + "what is seen at " + std::to_string(sequence) + ", as a scan of " +
       told(range));
  auto walk = std::make_unique<ListedVersions>(
      versions, range.reverse ? Direction::reverse : Direction::forward);
  walk->fail_after(fail_after);
  return ToldIterator(
      make_visible_iterator(std::move(walk), range, sequence,
                            {std::make_shared<Lifetime>(Limits()), Context::none(), range.limit}));
}

// Many scans and seeks over drawn versions.
inline void random_scans(std::uint64_t salt, bool reverse) {
  Drawn drawn(salt);
  for (int i = 0; i < 60; ++i) {
    Listed versions;
    for (SequenceNumber sequence = drawn.below(25); sequence > 0; --sequence) {
      ListedVersions::Listed drawn_version{std::string(drawn.key()), sequence, {}};
      if (!drawn.once_in(4)) drawn_version.value = drawn.value();
      versions.push_back(std::move(drawn_version));
    }
    std::ranges::stable_sort(versions, {}, &ListedVersions::Listed::user_key);
    Range range = drawn.range();
    range.reverse = reverse;
    auto it = visible(versions, drawn.below(26), range);
    for (int steps = 0; steps < 10; ++steps) {
      if (drawn.once_in(4)) {
        it.seek(drawn.key());
      } else {
        it.next();
      }
    }
  }
}

}  // namespace kv::test
