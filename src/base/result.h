#pragma once

// What a call gives back: a value, or an error that says what happened and what to do.
//
//   Result<std::string> value = store.get("k");
//   if (!value) return failure(std::move(value));   // hand the error on
//   use(*value);
//
// *Thread safety*: values like any other. *Errors*: no function of ours throws across its
// interface, but for std::bad_alloc, where the memory is used up.

#include <cassert>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace kv {

// The closed set of failures. What a caller may conclude stands behind each.
enum class Code : unsigned char {
  not_found,  // the key has no value; carries no message, so that a miss costs nothing
  conflict,   // a requirement did not hold, or another transaction came first; nothing was done
  invalid_argument,   // the call itself is wrong: a limit, an option, a malformed input
  corruption,         // bytes from disk or network are not what was written
  io_error,           // the operating system refused to read or write
  no_space,           // the disk is full
  deadlock,           // this transaction was chosen to end a deadlock; begin it again
  cancelled,          // the caller's context was cancelled before anything was done
  deadline_exceeded,  // the caller's deadline passed before anything was done
  outcome_unknown,    // a write may or may not have happened; `cause` says what hid the outcome
  unavailable,        // cannot be served now; try later
  not_leader,         // another node leads; the message names it where it is known
  closed,             // the store was closed
  unimplemented,      // this engine does not offer the call
};

// The code's name as it stands above, "not_found" for instance. Valid for ever.
std::string_view name(Code code);

// What went wrong. A write that failed with any code but `outcome_unknown` had no effect and never
// will have; only such a write may be repeated without asking whether the first one happened.
class Error {
 public:
  // Not explicit: `return failure(Code::not_found)` reads well.
  Error(Code code, std::string message = {}) : Error(code, code, std::move(message)) {}
  Error(Code code, Code cause, std::string message)
      : code_(code), cause_(cause), message_(std::move(message)) {}

  Code code() const { return code_; }

  // With `outcome_unknown`, the failure that hid the outcome; otherwise the same as code().
  Code cause() const { return cause_; }

  // Names the thing (file, offset, key) and the remedy. One line of printable text: what comes from
  // outside, a key for instance, stands in it escaped (base/quote.h). Empty for `not_found`.
  const std::string& message() const { return message_; }

  // "conflict: ..." for people.
  std::string text() const;

 private:
  Code code_;
  Code cause_;
  std::string message_;
};

// A T or an Error. std::expected of libstdc++ 12 is not [[nodiscard]]; this is, and is nothing
// else.
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
};

// Success, or an Error.
using Status = Result<void>;

// What a function returns to fail:  return failure(Code::conflict, "key \"a\" has another value");
inline std::unexpected<Error> failure(Error error) { return std::unexpected(std::move(error)); }
inline std::unexpected<Error> failure(Code code, std::string message = {}) {
  return std::unexpected(Error(code, std::move(message)));
}

// Hands the error of a failed call on.  Requires: the result holds an error.
template <class T>
std::unexpected<Error> failure(Result<T>&& failed) {
  assert(!failed.has_value());
  return std::unexpected(std::move(failed).error());
}

// Whether the result failed with just this code.
template <class T>
bool failed_with(Code code, const Result<T>& result) {
  return !result.has_value() && result.error().code() == code;
}

}  // namespace kv
