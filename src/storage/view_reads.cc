#include "storage/view_reads.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace kv {
namespace {

class OneSourceView final : public ReadView {
 public:
  explicit OneSourceView(std::shared_ptr<const Source> source) : sources_{std::move(source)} {}

  Result<std::optional<FoundVersion>> find(const Lookup& lookup) const override {
    return sources_.front()->find(lookup);
  }
  std::unique_ptr<InternalIterator> iterate(Direction direction) const override {
    return sources_.front()->iterate(direction);
  }
  const std::vector<std::shared_ptr<const Source>>& sources() const override { return sources_; }

 private:
  const std::vector<std::shared_ptr<const Source>> sources_;
};

// Asks the context once in a while, so that it costs a long loop next to nothing.
class Looks {
 public:
  explicit Looks(const Context& context) : context_(context) {}

  // For each entry that the loop comes to.
  Status in_time() {
    constexpr std::uint64_t entries_between_looks = 1024;
    if (++entries_ % entries_between_looks != 0) return {};
    return context_.check();
  }

 private:
  const Context& context_;
  std::uint64_t entries_ = 0;
};

// A change that owns its bytes: a walk over tables leaves its blocks behind.
struct OwnedChange {
  SequenceNumber sequence;
  std::string key;
  std::string value;
  bool erased;
};

Result<std::vector<OwnedChange>> collect(const ReadPoint& at, SequenceNumber first, Looks& looks) {
  std::vector<OwnedChange> changes;
  const auto versions = at.view->iterate(Direction::forward);
  while (versions->next()) {
    if (Status in_time = looks.in_time(); !in_time) return failure(std::move(in_time));
    Result<InternalKey> key = parse_internal_key(versions->key());
    if (!key) return failure(std::move(key));
    if (key->sequence < first || key->sequence > at.sequence) continue;
    changes.push_back({key->sequence, std::string(key->user_key), std::string(versions->value()),
                       key->kind == EntryKind::tombstone});
  }
  if (Status walked = versions->status(); !walked) return failure(std::move(walked));
  std::ranges::sort(changes, {}, &OwnedChange::sequence);
  return changes;
}

}  // namespace

Result<std::string> value_at(const ReadPoint& at, std::string_view key) {
  std::string value;
  Result<std::optional<FoundVersion>> found =
      at.view->find({.user_key = key, .sequence = at.sequence, .value = &value});
  if (!found) return failure(std::move(found));
  if (!*found || (*found)->kind == EntryKind::tombstone) return failure(Code::not_found);
  return value;
}

Result<bool> has_value_at(const ReadPoint& at, std::string_view key) {
  Result<std::optional<FoundVersion>> found =
      at.view->find({.user_key = key, .sequence = at.sequence});
  if (!found) return failure(std::move(found));
  return *found && (*found)->kind == EntryKind::put;
}

std::unique_ptr<InternalIterator> walk(const ReadViewPointer& view, Direction direction) {
  auto versions = view->iterate(direction);
  versions->keep_alive(view);
  return versions;
}

Status changes_up_to(const ReadPoint& at, SequenceNumber first,
                     const std::function<bool(const Versioned::Change&)>& each,
                     const Context& context) {
  Looks looks(context);
  Result<std::vector<OwnedChange>> changes = collect(at, first, looks);
  if (!changes) return failure(std::move(changes));
  for (const OwnedChange& change : *changes) {
    if (Status in_time = looks.in_time(); !in_time) return in_time;
    if (!each({change.sequence, change.key, change.value, change.erased})) break;
  }
  return {};
}

ReadViewPointer view_of(std::shared_ptr<const Source> source) {
  return std::make_shared<OneSourceView>(std::move(source));
}

}  // namespace kv
