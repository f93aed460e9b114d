#pragma once

// What many measurements of one thing come to.
//
// *Thread safety*: pure functions.
// *Requires*: there is one value at least.

#include <algorithm>
#include <cassert>
#include <vector>

namespace kv::bench {

struct Spread {
  double median = 0;
  double least = 0;
  double most = 0;
};

// Of an even number of values, the mean of the middle two.
inline double median(std::vector<double> values) {
  assert(!values.empty());
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle - 1] + values[middle]) / 2;
}

inline Spread spread(const std::vector<double>& values) {
  return {median(values), *std::ranges::min_element(values), *std::ranges::max_element(values)};
}

}  // namespace kv::bench
