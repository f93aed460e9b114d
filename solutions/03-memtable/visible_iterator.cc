#include "storage/visible_iterator.h"

#include <string>
#include <utility>

#include "base/todo.h"

namespace kv {
namespace {

// What both directions need.
class VisibleIterator : public Iterator {
 public:
  VisibleIterator(std::unique_ptr<InternalIterator> versions, const Range& range,
                  SequenceNumber sequence, const Scope& scope)
      : Iterator(scope),
        versions_(std::move(versions)),
        start_(range.start),
        end_(range.end),
        sequence_(sequence),
        context_(scope.context) {}

 protected:
  // The parts of the version that the walk stands on. False if that is no reason to go on: the
  // bytes are no internal key, or the context says stop (asked once in a while).
  bool read(InternalKey& version) {
    constexpr std::uint64_t versions_between_looks = 1024;
    if (++versions_read_ % versions_between_looks == 0) {
      if (Status in_time = context_.check(); !in_time) return fail(std::move(in_time).error());
    }
    Result<InternalKey> parsed = parse_internal_key(versions_->key());
    if (!parsed) return fail(std::move(parsed).error());
    version = *parsed;
    return true;
  }

  // For do_next and do_seek to end with, where the walk has ended: at its end, or by an error.
  bool walk_ended() {
    if (Status status = versions_->status(); !status) return fail(std::move(status).error());
    return false;
  }

  bool behind_range(std::string_view user_key) const { return !end_.empty() && user_key >= end_; }

  const std::unique_ptr<InternalIterator> versions_;
  const std::string start_;
  const std::string end_;
  const SequenceNumber sequence_;

 private:
  const Context context_;
  std::uint64_t versions_read_ = 0;
};

class ForwardIterator final : public VisibleIterator {
 public:
  using VisibleIterator::VisibleIterator;

 private:
  bool do_next() override {
    // LAB 3.5  Step to the next user key that has a value. The first step goes to the range's
    // start.
    //[ throw todo("3.5", started_, versions_, deliver(true));
    if (!started_) return do_seek(start_);
    return deliver(versions_->next());
    //]
  }

  bool do_seek(std::string_view key) override {
    // LAB 3.5  Step to the first user key at or after `key` that has a value; never before the
    // range's start.
    // Hint: `key` may be a view of the entry it stands on. A SeekTarget is a copy.
    //[ throw todo("3.5", key, start_, versions_, started_, decided_, sequence_, deliver(true));
    const std::string_view from = key < start_ ? std::string_view(start_) : key;
    const SeekTarget target = SeekTarget::newest_visible(from, sequence_);
    started_ = true;
    decided_ = false;
    return deliver(versions_->seek(target.bytes()));
    //]
  }

  // From the version that the walk stands on (if it does), steps to the first one to deliver.
  bool deliver(bool standing) {
    // LAB 3.5  Pass the versions that are too new, then look at the first of each user key: a value
    // is delivered, a tombstone is not, and older versions are passed, whichever it was.
    // Hint: the views of a version are gone as soon as the walk steps on, so user_key_ is a copy.
    // Once the range's end is reached there is nothing more to find.
    //[ throw todo("3.5", standing, versions_, user_key_, decided_, behind_range(""), walk_ended());
    for (; standing; standing = versions_->next()) {
      InternalKey version{};
      if (!read(version)) return false;
      if (behind_range(version.user_key)) return false;
      if (version.sequence > sequence_) continue;
      if (decided_ && version.user_key == user_key_) continue;
      user_key_ = version.user_key;
      decided_ = true;
      if (version.kind == EntryKind::tombstone) continue;
      stand_on(version.user_key, versions_->value());
      return true;
    }
    return walk_ended();
    //]
  }

  bool started_ = false;
  bool decided_ = false;  // user_key_ is a key whose newest visible version was met
  std::string user_key_;
};

class ReverseIterator final : public VisibleIterator {
 public:
  using VisibleIterator::VisibleIterator;

 private:
  bool do_next() override {
    // LAB 3.6  Step to the next smaller user key that has a value. The first step goes to the last
    // key before the range's end.
    //[ throw todo("3.6", started_, standing_, from_end(), deliver());
    if (!started_) standing_ = from_end();
    started_ = true;
    return deliver();
    //]
  }

  bool do_seek(std::string_view key) override {
    // LAB 3.6  Step to the largest user key at or before `key` that has a value; never to the
    // range's end or behind it.
    // Hint: the walk meets the oldest version of a key first. Where does it have to begin, so that
    // it misses none?
    //[ throw todo("3.6", key, versions_, standing_, started_, behind_range(key), from_end());
    standing_ =
        behind_range(key) ? from_end() : versions_->seek(SeekTarget::behind_versions(key).bytes());
    started_ = true;
    return deliver();
    //]
  }

  // Places the walk on the last version before the range's end.
  // False where there is none.
  bool from_end() {
    // LAB 3.6  Where the range has no end: the first step of the walk leads there.
    //[ throw todo("3.6", end_, versions_);
    return end_.empty() ? versions_->next()
                        : versions_->seek(SeekTarget::before_versions(end_).bytes());
    //]
  }

  // From the version that the walk stands on, steps to the first user key to deliver. Leaves the
  // walk on the first version of the key behind that.
  bool deliver() {
    // LAB 3.6  Go through all versions of a user key; the last one that is not too new decides.
    // Hint: when you know, the walk is one step too far: deliver copies, key_ and value_.
    //[ throw todo("3.6", key_, value_, standing_, start_, sequence_, versions_, walk_ended());
    InternalKey version{};
    if (standing_ && !read(version)) return false;
    while (standing_) {
      if (version.user_key < start_) return false;
      key_ = version.user_key;
      bool has_value = false;
      while (standing_ && version.user_key == key_) {
        if (version.sequence <= sequence_) {
          has_value = version.kind == EntryKind::put;
          value_ = versions_->value();
        }
        standing_ = versions_->next();
        if (standing_ && !read(version)) return false;
      }
      if (!versions_->status()) break;
      if (has_value) {
        stand_on(key_, value_);
        return true;
      }
    }
    return walk_ended();
    //]
  }

  bool started_ = false;
  bool standing_ = false;  // the walk stands on a version that has not been looked at
  std::string key_;        // what is delivered
  std::string value_;
};

}  // namespace

std::unique_ptr<Iterator> make_visible_iterator(std::unique_ptr<InternalIterator> versions,
                                                const Range& range, SequenceNumber sequence,
                                                Iterator::Scope scope) {
  if (range.reverse) {
    return std::make_unique<ReverseIterator>(std::move(versions), range, sequence, scope);
  }
  return std::make_unique<ForwardIterator>(std::move(versions), range, sequence, scope);
}

}  // namespace kv
