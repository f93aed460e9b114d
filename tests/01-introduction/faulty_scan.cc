#include "tests/01-introduction/faulty_scan.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "tests/01-introduction/faulty_keys.h"

namespace kv::test {
namespace {

// The smallest key behind this one.
std::string just_behind(std::string_view key) { return std::string(key) + '\0'; }

// A range that owns its bounds.
struct Bounds {
  std::string start;
  std::string end;
  bool reverse = false;

  Range range() const { return {.start = start, .end = end, .reverse = reverse}; }
  Range forward() const { return {.start = start, .end = end}; }
};

// The keys of a scan, as far as `limit` (0: all).
std::vector<std::string> keys_of(Reader& source, Range range, std::size_t limit) {
  range.limit = limit;
  std::vector<std::string> keys;
  auto iterator = source.scan(range);
  while (iterator && (*iterator)->next()) keys.emplace_back((*iterator)->key());
  return keys;
}

// How many entries the first bound of the range, in its direction, skips.
std::size_t skipped(Reader& source, const Bounds& bounds) {
  if (bounds.reverse) {
    return bounds.end.empty() ? 0 : keys_of(source, {.start = bounds.end}, 0).size();
  }
  return bounds.start.empty() ? 0 : keys_of(source, {.end = bounds.start}, 0).size();
}

// The bounds, and with them the limit, as the fault mistakes them.
Bounds mistaken(Fault fault, const Range& range, std::size_t& limit, Reader& source) {
  Bounds bounds{.start = range.start.empty() ? "" : stored_bound(fault, range.start),
                .end = range.end.empty() ? "" : stored_bound(fault, range.end),
                .reverse = range.reverse};
  switch (fault) {
    case Fault::end_is_included:
      if (!bounds.end.empty()) bounds.end = just_behind(bounds.end);
      break;
    case Fault::start_is_excluded:
      if (!bounds.start.empty()) bounds.start = just_behind(bounds.start);
      break;
    case Fault::turned_range_is_put_right:
      if (!bounds.end.empty() && bounds.end < bounds.start) std::swap(bounds.start, bounds.end);
      break;
    case Fault::scan_misses_empty_key:
      if (bounds.start.empty()) bounds.start = just_behind("");
      break;
    case Fault::limit_counts_from_first_key:
      if (const std::size_t used = skipped(source, bounds); limit != 0 && used > 0) {
        if (used >= limit) bounds.start = bounds.end = "nothing";
        limit -= std::min(used, limit);
      }
      break;
    case Fault::reverse_limit_takes_smallest:
      if (const auto keys = keys_of(source, bounds.forward(), limit);
          bounds.reverse && limit != 0 && !keys.empty()) {
        bounds.end = just_behind(keys.back());
      }
      break;
    case Fault::reverse_ignores_end:
      if (bounds.reverse) bounds.end.clear();
      break;
    case Fault::reverse_misses_smallest:
      if (const auto keys = keys_of(source, bounds.forward(), 1); bounds.reverse && !keys.empty()) {
        bounds.start = just_behind(keys.front());
      }
      break;
    default: break;
  }
  return bounds;
}

class FaultyIterator final : public Iterator {
 public:
  FaultyIterator(Scope scope, Fault fault, Bounds bounds, std::unique_ptr<Iterator> right,
                 std::shared_ptr<Reader> source, std::shared_ptr<Reader> live,
                 std::shared_ptr<Views> views)
      : Iterator(std::move(scope)),
        fault_(fault),
        bounds_(std::move(bounds)),
        source_(std::move(source)),
        live_(std::move(live)),
        right_(std::move(right)),
        view_(fault == Fault::close_wipes_views ? views->add() : std::make_shared<View>()) {}

 private:
  bool do_next() override {
    if (fault_ == Fault::iterator_sees_later_writes) return look_again();
    return arrive(right_->next());
  }

  bool do_seek(std::string_view key) override {
    std::string target = stored_bound(fault_, key);
    switch (fault_) {
      case Fault::seek_steps_behind_match:
        if (!bounds_.reverse) target = just_behind(target);
        break;
      case Fault::seek_needs_exact_key:
        return arrive(right_->seek(target) && right_->key() == target);
      case Fault::reverse_seek_goes_up:
        if (bounds_.reverse) target = first_from(target).value_or(target);
        break;
      case Fault::seek_leaves_range:
        if (!bounds_.range().contains(target)) rescan({.reverse = bounds_.reverse});
        break;
      case Fault::seek_only_goes_forth:
        if (last_ && (bounds_.reverse ? target > *last_ : target < *last_)) target = *last_;
        break;
      default: break;
    }
    return arrive(right_->seek(target));
  }

  // Stands where the right iterator stands, if it stepped.
  bool arrive(bool stepped) {
    if (!stepped) {
      if (Status status = right_->status(); !status) return fail(std::move(status).error());
      return false;
    }
    last_ = right_->key();
    view_->key = shown_key(fault_, right_->key());
    view_->value = right_->value();
    stand_on(view_->key, view_->value);
    return true;
  }

  // The next entry of what is there now. Someone who writes ahead of the iterator for ever must
  // still reach an end, so that not too many of those entries are shown.
  bool look_again() {
    if (last_ && bounds_.reverse && last_->empty()) return false;
    Range ahead = bounds_.range();
    const std::string behind = last_ ? just_behind(*last_) : "";
    if (last_) (bounds_.reverse ? ahead.end : ahead.start) = bounds_.reverse ? *last_ : behind;
    if (auto now = live_->scan(ahead)) right_ = std::move(*now);
    if (!right_->next()) return false;
    const bool new_here = !source_->contains(right_->key()).value_or(true);
    if (new_here && ++strangers_ > 1000) return false;
    return arrive(true);
  }

  void rescan(const Range& range) {
    if (auto scan = source_->scan(range)) right_ = std::move(*scan);
  }

  // The smallest key of the range from this one on.
  std::optional<std::string> first_from(const std::string& key) {
    Range up = bounds_.forward();
    if (key > up.start) up.start = key;
    const auto keys = keys_of(*source_, up, 1);
    return keys.empty() ? std::nullopt : std::optional(keys.front());
  }

  const Fault fault_;
  const Bounds bounds_;
  const std::shared_ptr<Reader> source_;
  const std::shared_ptr<Reader> live_;
  std::unique_ptr<Iterator> right_;
  const std::shared_ptr<View> view_;
  std::optional<std::string> last_;  // the last key delivered, as it is stored
  int strangers_ = 0;
};

}  // namespace

std::shared_ptr<View> Views::add() {
  auto view = std::make_shared<View>();
  const std::lock_guard lock(mutex_);
  std::erase_if(views_, [](const auto& each) { return each.expired(); });
  views_.push_back(view);
  return view;
}

void Views::wipe() {
  const std::lock_guard lock(mutex_);
  for (const auto& each : views_) {
    if (const auto view = each.lock()) {
      // Overwritten in place: the views of a careless reader must not dangle.
      std::fill(view->key.begin(), view->key.end(), '\0');
      std::fill(view->value.begin(), view->value.end(), '\0');
    }
  }
}

Result<std::unique_ptr<Iterator>> faulty_scan(Fault fault, const Range& range,
                                              Iterator::Scope scope, std::shared_ptr<Reader> source,
                                              std::shared_ptr<Reader> live,
                                              std::shared_ptr<Views> views) {
  Bounds bounds = mistaken(fault, range, scope.limit, *source);
  auto right = source->scan(bounds.range());
  if (!right) return failure(std::move(right));
  return std::make_unique<FaultyIterator>(std::move(scope), fault, std::move(bounds),
                                          *std::move(right), std::move(source), std::move(live),
                                          std::move(views));
}

}  // namespace kv::test
