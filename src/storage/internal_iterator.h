#pragma once

// A walk over entries with internal keys: every version and every tombstone, in the order of
// storage/internal_key.h or against it. Memtables and tables have one, several merge into one, and
// storage/visible_iterator.h makes of one what a user sees. It is a type of its own beside
// kv::Iterator: it has no limit, no context and no lifetime to look at at each step.
//
// It starts *before* its first entry. The direction is fixed when it is made; there is no `prev`.
//
// *Thread safety*: one thread at a time, whatever others do with what it walks over.
// *Ownership*: the caller's. What it walks over must outlive it: keep_alive() sees to that.
// *Errors*: sticky. Once next or seek has failed, every later call returns false, and status()
// keeps the first error: what the source meets when it reads (`io_error`, `corruption`).

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace kv {

enum class Direction : unsigned char { forward, reverse };

class InternalIterator {
 public:
  virtual ~InternalIterator() = default;
  InternalIterator(const InternalIterator&) = delete;
  InternalIterator& operator=(const InternalIterator&) = delete;

  // Steps to the next entry in its direction and returns true; false at the end and on an error. At
  // the end it stays at the end; seek can leave it again.
  bool next() {
    if (at_end_ || error_) return false;
    return arrive(do_next());
  }

  // Steps to the first entry at or after the internal key `target` in its direction: forward, the
  // smallest internal key >= `target`; in reverse, the largest <= `target`. It may go back as well
  // as forth. False where there is none, and on an error. `target` is borrowed for the call.
  bool seek(std::string_view target) {
    if (error_) return false;
    return arrive(do_seek(target));
  }

  // The entry it stands on: its internal key, and its value (empty for a tombstone). Valid until
  // the next call of next or seek. Empty before the first step and after one that returned false.
  std::string_view key() const { return key_; }
  std::string_view value() const { return value_; }

  // Ok as long as no step has failed; the end is not a failure.
  Status status() const {
    if (error_) return failure(*error_);
    return {};
  }

  // Keeps this alive as long as the iterator: the memtable it walks over, for instance. A second
  // call replaces what the first one kept.
  void keep_alive(std::shared_ptr<const void> source) { source_ = std::move(source); }

 protected:
  InternalIterator() = default;

  // For do_next and do_seek. The views must stay valid until the next call of either.
  void stand_on(std::string_view key, std::string_view value) {
    key_ = key;
    value_ = value;
  }

  // Remembers the first error; returns false, so that `return fail(…)` reads well.
  bool fail(Error error) {
    if (!error_) error_ = std::move(error);
    return false;
  }

 private:
  // Step to the entry, call stand_on and return true; or return false at the end or after fail().
  // do_next is not called again once either returned false, until do_seek has returned true.
  virtual bool do_next() = 0;
  virtual bool do_seek(std::string_view target) = 0;

  bool arrive(bool stepped) {
    at_end_ = !stepped;
    if (!stepped) stand_on({}, {});
    return stepped;
  }

  std::string_view key_;
  std::string_view value_;
  std::optional<Error> error_;
  bool at_end_ = false;
  std::shared_ptr<const void> source_;
};

}  // namespace kv
