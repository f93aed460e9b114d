#pragma once

// What can be asked of a store, and of a snapshot of one: get, contains, scan.
//
// The public functions are not virtual: they check what every engine would have to check (closed,
// limits, context, in this order) and then call the engine's private do_ function, the way
// std::pmr::memory_resource does it. An engine sees only calls that passed.
//
// *Thread safety*: any thread, all functions at once.
// *Ownership*: keys are borrowed for the call; values and iterators are the caller's.
// *Errors*: every function can fail with `closed`, `invalid_argument` (a key over
// Limits::key_bytes), `cancelled`, `deadline_exceeded` (checked before any work is done, and again
// where an engine waits or works for long), and with what its engine meets when it reads
// (`io_error`, `corruption`, `unavailable`).

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kv/context.h"
#include "kv/iterator.h"
#include "kv/lifetime.h"
#include "kv/range.h"

namespace kv {

class Reader {
 public:
  virtual ~Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // The key's value. Keys and values are any bytes, zero bytes included, and either may be empty:
  // an empty value is a value. Errors: `not_found` where the key has none.
  Result<std::string> get(std::string_view key, const Context& context = Context::none());

  // Whether the key has a value.
  Result<bool> contains(std::string_view key, const Context& context = Context::none());

  // The entries of the range, in key order (kv/range.h). Of a store, as they are at some moment
  // during this call: writes that returned before it are seen, writes that begin after it returned
  // are not, and of a batch all or nothing. Of a snapshot, as they were at its moment. The context
  // governs the iterator too. The bounds are copied and may be any bytes, however many.
  Result<std::unique_ptr<Iterator>> scan(const Range& range = {},
                                         const Context& context = Context::none());

 protected:
  explicit Reader(std::shared_ptr<Lifetime> lifetime) : lifetime_(std::move(lifetime)) {}

  // For the snapshots that an engine makes.
  const std::shared_ptr<Lifetime>& lifetime() const { return lifetime_; }
  bool closed() const { return lifetime_->closed(); }

  // How large the parts of a call are, in bytes; what it has not is 0.
  struct Sizes {
    std::size_t key = 0;
    std::size_t value = 0;
    std::size_t batch = 0;
  };

  // Ok, or why a call cannot be taken.
  Status admit(const Sizes& sizes, const Context& context) const;

 private:
  virtual Result<std::string> do_get(std::string_view key, const Context& context) = 0;
  virtual Result<bool> do_contains(std::string_view key, const Context& context);  // asks do_get

  // The range's bounds live as long as the call; the scope goes to the Iterator's constructor as it
  // is. An engine may deliver more than range.limit entries: the Iterator stops by itself.
  virtual Result<std::unique_ptr<Iterator>> do_scan(const Range& range, Iterator::Scope scope) = 0;

  const std::shared_ptr<Lifetime> lifetime_;
};

}  // namespace kv
