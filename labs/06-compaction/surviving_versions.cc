#include "storage/surviving_versions.h"

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

#include "base/todo.h"
#include "storage/internal_key.h"

namespace kv {
namespace {

// What stands for the number of the newer version where there is none: nobody reads so late.
constexpr SequenceNumber no_newer = max_sequence;

class SurvivingVersions final : public InternalIterator {
 public:
  SurvivingVersions(std::unique_ptr<InternalIterator> versions, SurvivalRules rules)
      : versions_(std::move(versions)), rules_(std::move(rules)) {
    assert(!rules_.readers.empty());
  }

 private:
  bool do_next() override {
    // LAB 6.5  Step the walk until it stands on a version that stays, and stand there as well. Of
    // each version, know first whether it is of the same user key as the one before, and what
    // number that one had: newer_. Then ask whether anybody sees it, and whether it stays (arrive).
    // Hint: a step of the walk takes away the bytes that the last one showed, so keep a copy of the
    // user key; but not one that is allocated anew for each entry. A walk that failed has not
    // ended.
    throw todo("6.5", versions_, user_key_, newer_, is_seen(1, 2), arrive({"", 1, {}}, 2));
  }

  bool do_seek(std::string_view /*target*/) override {
    return fail({Code::unimplemented,
                 "what a compaction keeps is walked over from its first entry "
                 "on; it cannot be searched"});
  }

  // Whether somebody reads the version of this number, of which `newer` is the next newer one: now,
  // or later.
  bool is_seen(SequenceNumber sequence, SequenceNumber newer) const {
    // LAB 6.5  Is there a reader from `sequence` on and below `newer`?
    // Hint: more readers may come than are listed. At which numbers?
    throw todo("6.5", sequence, newer, rules_.readers);
  }

  // Stands on the version, which the walk stands on and somebody sees, unless it goes all the same:
  // then it returns false.
  bool arrive(const InternalKey& key, SequenceNumber newer) {
    // LAB 6.5  Is the version to be taken for a tombstone (is_dropped)? If it is one, or becomes
    // one: is there anything left that it hides?
    // Hint: a value that the filter drops needs another internal key. erased_ has room for it.
    throw todo("6.5", key, newer, erased_, rules_.older_may_hold, is_dropped(key, newer));
  }

  // Whether the filter drops the version that the walk stands on.
  bool is_dropped(const InternalKey& key, SequenceNumber newer) const {
    // LAB 6.5  Which versions is the filter shown?
    // Hint: all readers but the last are snapshots.
    throw todo("6.5", key, newer, rules_.drop, versions_);
  }

  const std::unique_ptr<InternalIterator> versions_;
  const SurvivalRules rules_;
  std::string user_key_;             // of the version that the walk stood on last
  SequenceNumber newer_ = no_newer;  // and its number
  std::string erased_;               // the key in the place of one that the filter drops
};

}  // namespace

std::unique_ptr<InternalIterator> make_surviving_versions(
    std::unique_ptr<InternalIterator> versions, SurvivalRules rules) {
  return std::make_unique<SurvivingVersions>(std::move(versions), std::move(rules));
}

}  // namespace kv
