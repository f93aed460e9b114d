#include "bench/workloads/zipf.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace kv::bench {
namespace {

double term(std::uint64_t rank) { return std::pow(static_cast<double>(rank + 1), -Zipf::theta); }

}  // namespace

Zipf::Zipf(std::uint64_t count) : zeta_of_two_(1 + term(1)) {
  assert(count > 0);
  grow(count);
}

void Zipf::grow(std::uint64_t count) {
  if (count == count_) return;
  for (; count_ < count; ++count_) zeta_ += term(count_);
  // The names are those of the paper.
  eta_ = (1 - std::pow(2.0 / static_cast<double>(count_), 1 - theta)) / (1 - zeta_of_two_ / zeta_);
}

std::uint64_t Zipf::draw(Random& random) const {
  const double u = random.fraction();
  const double uz = u * zeta_;
  if (uz < 1 || count_ == 1) return 0;
  if (uz < zeta_of_two_ || count_ == 2) return 1;
  const double rank = static_cast<double>(count_) * std::pow(eta_ * u - eta_ + 1, 1 / (1 - theta));
  return std::min(count_ - 1, static_cast<std::uint64_t>(rank));
}

}  // namespace kv::bench
