#pragma once

// A walk over the entries of a Range, in its direction, as they were when the scan was made: later
// writes never show.
//
//   auto it = store.scan({.start = "a", .end = "c"});
//   while ((*it)->next()) use((*it)->key(), (*it)->value());
//   if (Status s = (*it)->status(); !s) ...     // a scan cut short cannot pass for the end
//
// It starts *before* its first entry. The direction is fixed when the scan is made; there is no
// `prev`.
//
// *Thread safety*: one thread at a time; it may move from one to another.
// *Ownership*: the caller's. It may outlive its snapshot, and goes on as if nothing had happened.
// It may outlive its store, and then answers `closed`, as it does once the store is closed.
// *Errors*: sticky. Once next or seek has failed, every later call returns false and status() keeps
// the first error: `closed`, `cancelled` or `deadline_exceeded` (of the context that the scan was
// made with), and what the engine meets when it reads.

#include <memory>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "kv/context.h"
#include "kv/lifetime.h"
#include "kv/range.h"

namespace kv {

class Iterator {
 public:
  virtual ~Iterator() = default;
  Iterator(const Iterator&) = delete;
  Iterator& operator=(const Iterator&) = delete;

  // Steps to the next entry and returns true; false at the end of the range, when `limit` entries
  // have been delivered, and on an error. At the end it stays at the end; seek can leave it again.
  bool next();

  // Steps to the first entry at or after `key` in the direction of the scan: forward, the smallest
  // key >= `key`; in reverse, the largest key <= `key`. It may go back as well as forth, but never
  // leaves the range: a key before the range's first entry leads to that entry, one behind its last
  // entry to the end. False where there is no such entry, when `limit` is used up, and on an error.
  //
  // Each entry that next or seek steps to counts towards the limit, also when it was visited
  // before. `key` is borrowed for the call and may be any bytes, however many: it names a place, so
  // no limit of the store holds for it.
  bool seek(std::string_view key);

  // The entry it stands on. The views stay valid until the next call of next or seek, or until the
  // iterator is destroyed, also after the store was closed or destroyed. Empty before the first
  // step and after one that returned false.
  std::string_view key() const { return key_; }
  std::string_view value() const { return value_; }

  // Ok as long as no step has failed; the end of the range is not a failure.
  Status status() const;

  // What every iterator carries, and no engine has to look at: made by Reader::scan, handed through
  // do_scan to this class's constructor.  Requires: `lifetime` is not null.
  struct Scope {
    std::shared_ptr<const Lifetime> lifetime;
    Context context;
    std::size_t limit = 0;  // as Range::limit
  };

 protected:
  explicit Iterator(Scope scope) : scope_(std::move(scope)) {}

  // For do_next and do_seek. The views must stay valid until the next call of either.
  void stand_on(std::string_view key, std::string_view value) {
    key_ = key;
    value_ = value;
  }
  bool fail(Error error);  // remembers the first error; returns false, so that `return fail(…)`
                           // reads well

 private:
  // Step to the entry, call stand_on and return true; or return false at the end or after fail().
  // do_next is not called again once either returned false, until do_seek has returned true.
  // Neither need look at limit, context or lifetime; one that may work for long before it finds an
  // entry asks the context now and then.
  virtual bool do_next() = 0;
  virtual bool do_seek(std::string_view key) = 0;

  bool may_step();
  bool arrive(bool stepped);

  Scope scope_;
  std::string_view key_;
  std::string_view value_;
  std::optional<Error> error_;
  std::size_t delivered_ = 0;
  bool at_end_ = false;
};

}  // namespace kv
