#pragma once

// The walk over a range, for whatever has a cursor that moves both ways over sorted entries: the
// five peers differ in the cursor only. A Cursor has
//
//   void seek(std::string_view key)   to the first entry whose key is not smaller
//   void last()                       to the last entry
//   void next(), previous()           Requires: valid()
//   bool valid() const                whether it stands on an entry; false at first
//   key(), value()                    views that live until it moves.  Requires: valid()
//   Status status() const             why it is not valid; ok where it ran out of entries
//
// and owns what it needs to live on after its store.

#include <string>
#include <string_view>
#include <utility>

#include "kv/iterator.h"
#include "kv/range.h"

namespace kv::peers {

template <class Cursor>
class Walk final : public Iterator {
 public:
  Walk(Cursor cursor, const Range& range, Scope scope)
      : Iterator(std::move(scope)),
        start_(range.start),
        end_(range.end),
        range_{start_, end_, range.reverse},
        cursor_(std::move(cursor)) {}

 private:
  bool do_next() override {
    if (started_) {
      range_.reverse ? cursor_.previous() : cursor_.next();
    } else if (range_.reverse) {
      to_the_last_of_the_range();
    } else {
      cursor_.seek(start_);
    }
    return arrive();
  }

  bool do_seek(std::string_view key) override {
    if (!range_.reverse) {
      cursor_.seek(key < range_.start ? range_.start : key);
    } else if (!end_.empty() && key >= end_) {
      to_the_last_of_the_range();
    } else {
      cursor_.seek(key);
      if (!cursor_.valid() || cursor_.key() != key) step_back();
    }
    return arrive();
  }

  void to_the_last_of_the_range() {
    if (end_.empty()) {
      cursor_.last();
    } else {
      cursor_.seek(end_);
      step_back();
    }
  }

  // From an entry to the one before it; from behind all entries to the last.
  void step_back() {
    if (cursor_.valid()) {
      cursor_.previous();
    } else if (cursor_.status()) {
      cursor_.last();
    }
  }

  // Whether it stands on an entry of the range.
  bool arrive() {
    started_ = true;
    if (!cursor_.valid()) {
      Status status = cursor_.status();
      return status ? false : fail(std::move(status).error());
    }
    if (!range_.contains(cursor_.key())) return false;
    stand_on(cursor_.key(), cursor_.value());
    return true;
  }

  const std::string start_;
  const std::string end_;
  const Range range_;  // its bounds are start_ and end_
  Cursor cursor_;
  bool started_ = false;
};

}  // namespace kv::peers
