#pragma once

// A walk over versions whose every call becomes a step of the test's story (tests/support/story.h)
// and whose every answer is observed, and one that the test lists itself. A version is told as
// `"a"@7="1"`, a tombstone as `"a"@9 erased`.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/internal_iterator.h"
#include "storage/internal_key.h"
#include "tests/support/story.h"

namespace kv::test {

inline std::string saw(std::string_view call, std::string answer) {
  observe(call, answer);
  return answer;
}

inline std::string told_version(std::string_view user_key, SequenceNumber sequence, EntryKind kind,
                                std::string_view value) {
  const std::string place = test::quoted(user_key) + "@" + std::to_string(sequence);
  if (kind == EntryKind::put) return place + "=" + test::quoted(value);
  return place + (value.empty() ? " erased" : " erased, with a value");
}

inline std::string told_version(std::string_view internal_key, std::string_view value) {
  const Result<InternalKey> key = parse_internal_key(internal_key);
  if (!key) return key.error().text();
  return told_version(key->user_key, key->sequence, key->kind, value);
}

class ToldVersions {
 public:
  explicit ToldVersions(std::unique_ptr<InternalIterator> versions)
      : versions_(std::move(versions)) {}

  std::string next() {
    const std::string call = announce("walk: next");
    return answer(call, versions_->next());
  }
  std::string seek(const SeekTarget& target) {
    const std::string call = announce("walk: seek " + told_version(target.bytes(), ""));
    return answer(call, versions_->seek(target.bytes()));
  }

  // All that is left.
  std::string rest() {
    const std::string call = announce("walk: the rest");
    std::string all;
    while (versions_->next()) {
      all += (all.empty() ? "" : " ") + told_version(versions_->key(), versions_->value());
    }
    return saw(call, all.empty() ? "nothing" : all);
  }

 private:
  std::string answer(std::string_view call, bool stepped) const {
    if (!stepped) return saw(call, versions_->key().empty() ? "end" : "end, with a key");
    return saw(call, told_version(versions_->key(), versions_->value()));
  }

  std::unique_ptr<InternalIterator> versions_;
};

// A walk over versions that the test lists itself, in the order of internal keys, as the layout in
// storage/internal_key.h has it: whoever reads it needs no memtable and no table. Each step
// overwrites what the views of the step before showed, as a walk over blocks of a table may.
class ListedVersions final : public InternalIterator {
 public:
  struct Listed {
    std::string user_key;
    SequenceNumber sequence;
    std::optional<std::string> value;  // none: a tombstone
  };

  ListedVersions(std::vector<Listed> versions, Direction direction)
      : versions_(std::move(versions)), direction_(direction) {}

  // From this number of steps on, it fails.
  void fail_after(std::size_t steps) { fails_at_ = steps; }

  // Before its step of this number, it calls the function.
  void call_at(std::size_t step, std::function<void()> function) {
    calls_at_ = step;
    function_ = std::move(function);
  }

 private:
  bool do_next() override { return arrive(started_ ? next_ : 0); }

  bool do_seek(std::string_view target) override {
    const std::string_view user_key = user_key_of(target);
    const std::uint64_t tag = tag_of(target);
    const auto before = [&](const Listed& listed) -> bool {
      if (listed.user_key != user_key) return (listed.user_key < user_key) == forward();
      return forward() ? tag_of_listed(listed) > tag : tag_of_listed(listed) < tag;
    };
    std::size_t at = 0;
    while (at < versions_.size() && before(in_direction(at))) ++at;
    return arrive(at);
  }

  bool arrive(std::size_t at) {
    started_ = true;
    key_.assign(key_.size(), '#');
    value_.assign(value_.size(), '#');
    if (steps_ == calls_at_ && function_) function_();
    if (steps_++ == fails_at_) return fail({Code::io_error, "the walk was made to fail"});
    next_ = at + 1;
    if (at >= versions_.size()) return false;
    const Listed& listed = in_direction(at);
    key_.clear();
    append_internal_key(key_, {listed.user_key, listed.sequence, kind_of(listed)});
    value_ = listed.value.value_or("");
    stand_on(key_, value_);
    return true;
  }

  bool forward() const { return direction_ == Direction::forward; }
  const Listed& in_direction(std::size_t at) const {
    return versions_[forward() ? at : versions_.size() - 1 - at];
  }
  static EntryKind kind_of(const Listed& listed) {
    return listed.value ? EntryKind::put : EntryKind::tombstone;
  }
  static std::uint64_t tag_of_listed(const Listed& listed) {
    return pack_tag(listed.sequence, kind_of(listed));
  }

  const std::vector<Listed> versions_;
  const Direction direction_;
  bool started_ = false;
  std::size_t next_ = 0;
  std::size_t steps_ = 0;
  std::size_t fails_at_ = ~std::size_t{0};
  std::size_t calls_at_ = ~std::size_t{0};
  std::function<void()> function_;
  std::string key_;
  std::string value_;
};

}  // namespace kv::test
