#include "storage/level_source.h"

#include <algorithm>
#include <string>
#include <utility>

namespace kv {
namespace {

// Walks over one table after the other; it opens a table's walk when it comes to it.
class WalkInTurn final : public InternalIterator {
 public:
  WalkInTurn(std::vector<const Table*> tables, Direction direction)
      : tables_(std::move(tables)), direction_(direction) {
    if (direction_ == Direction::reverse) std::ranges::reverse(tables_);
  }

 private:
  bool do_next() override {
    if (walk_ == nullptr) return enter(0) && arrive(walk_->next());
    return arrive(walk_->next());
  }

  bool do_seek(std::string_view target) override {
    // The first table in the direction that does not end before the target.
    const auto ends_before = [&](const Table* table) {
      return direction_ == Direction::forward
                 ? internal_key_less(table->properties().largest, target)
                 : internal_key_less(target, table->properties().smallest);
    };
    const auto found = std::ranges::partition_point(tables_, ends_before);
    return enter(static_cast<std::size_t>(found - tables_.begin())) && arrive(walk_->seek(target));
  }

  // Makes a walk over that table. False if there is none.
  bool enter(std::size_t at) {
    if (at >= tables_.size()) return false;
    if (walk_ == nullptr || at_ != at) walk_ = tables_[at]->iterate(direction_);
    at_ = at;
    return true;
  }

  // Goes on to the next tables while there is nothing to stand on.
  bool arrive(bool standing) {
    while (!standing) {
      if (Status walked = walk_->status(); !walked) return fail(std::move(walked).error());
      if (!enter(at_ + 1)) return false;
      standing = walk_->next();
    }
    stand_on(walk_->key(), walk_->value());
    return true;
  }

  std::vector<const Table*> tables_;  // in the order of the walk
  const Direction direction_;
  std::size_t at_ = 0;
  std::unique_ptr<InternalIterator> walk_;  // over tables_[at_]; null before the first step
};

class LevelSource final : public Source {
 public:
  LevelSource(std::size_t level, std::vector<std::shared_ptr<const Table>> tables)
      : level_(level), tables_(std::move(tables)) {
    for (const auto& table : tables_) {
      last_user_keys_.push_back(user_key_of(table->properties().largest));
    }
  }

  Result<std::optional<FoundVersion>> find(const Lookup& lookup) const override {
    const Table* table = table_that_spans(lookup.user_key);
    if (lookup.trace != nullptr) {
      lookup.trace->push_back(
          "level " + std::to_string(level_) +
          (table == nullptr ? ": no table spans it"
                            : ": the one to ask is table " + std::to_string(table->number())));
    }
    if (table == nullptr) return std::nullopt;
    return table->find(lookup);
  }

  std::unique_ptr<InternalIterator> iterate(Direction direction) const override {
    std::vector<const Table*> tables;
    for (const auto& table : tables_) tables.push_back(table.get());
    return walk_in_turn(std::move(tables), direction);
  }

 private:
  // Null if there is none.
  const Table* table_that_spans(std::string_view user_key) const {
    const auto found = std::ranges::lower_bound(last_user_keys_, user_key);
    if (found == last_user_keys_.end()) return nullptr;
    const Table& table = *tables_[static_cast<std::size_t>(found - last_user_keys_.begin())];
    return user_key < user_key_of(table.properties().smallest) ? nullptr : &table;
  }

  const std::size_t level_;
  const std::vector<std::shared_ptr<const Table>> tables_;
  std::vector<std::string_view> last_user_keys_;  // of each table, in it; constant
};

}  // namespace

std::shared_ptr<const Source> make_level_source(std::size_t level,
                                                std::vector<std::shared_ptr<const Table>> tables) {
  return std::make_shared<LevelSource>(level, std::move(tables));
}

std::unique_ptr<InternalIterator> walk_in_turn(std::vector<const Table*> tables,
                                               Direction direction) {
  return std::make_unique<WalkInTurn>(std::move(tables), direction);
}

}  // namespace kv
