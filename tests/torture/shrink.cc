#include "tests/torture/shrink.h"

#include <algorithm>

namespace kv::torture {
namespace {

// A store is opened, used, and closed or lost, in this order.
bool makes_sense(const Script& script) {
  bool open = false;
  for (const Step& step : script.steps) {
    const bool opens = step.kind == Step::Kind::open;
    if (opens == open) return false;
    if (opens || step.kind == Step::Kind::close || step.kind == Step::Kind::crash) open = opens;
  }
  return true;
}

class Shrinker {
 public:
  Shrinker(Script script, const std::function<bool(const Script&)>& still_wrong)
      : shortest_(std::move(script)), still_wrong_(still_wrong) {}

  Script shrink() {
    for (std::size_t length = shortest_.steps.size(); length > 0; length /= 2) {
      while (drop_any(length)) continue;
    }
    return std::move(shortest_);
  }

 private:
  // Drops so many steps somewhere; false if none can be missed. The last ones are tried first.
  bool drop_any(std::size_t length) {
    for (std::size_t end = shortest_.steps.size(); end >= length; --end) {
      Script shorter = shortest_;
      const auto from = shorter.steps.begin() + static_cast<std::ptrdiff_t>(end - length);
      shorter.steps.erase(from, from + static_cast<std::ptrdiff_t>(length));
      if (!makes_sense(shorter)) continue;
      if (tries_left_-- == 0) break;
      if (!still_wrong_(shorter)) continue;
      shortest_ = std::move(shorter);
      return true;
    }
    tries_left_ = std::max(tries_left_, 0);
    return false;
  }

  Script shortest_;
  const std::function<bool(const Script&)>& still_wrong_;
  int tries_left_ = 1000;
};

}  // namespace

Script shortest(Script script, const std::function<bool(const Script&)>& still_wrong) {
  return Shrinker(std::move(script), still_wrong).shrink();
}

}  // namespace kv::torture
