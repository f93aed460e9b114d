#pragma once

// Which keys a scan visits, in which direction, and how many.
//
// Keys are ordered byte by byte, each byte as a number from 0 to 255, a prefix before what it is a
// prefix of: "" < "a" < "a\0" < "aa" < "b" < "\xff". (That is std::string_view's own order.)
//
// *Ownership*: a Range borrows its bounds; whoever gets one copies what it keeps.

#include <cstddef>
#include <string>
#include <string_view>

namespace kv {

struct Range {
  std::string_view start{};  // the first key that belongs to it; empty: from the very first key
  std::string_view end{};    // the first key behind it; empty: to the very last key
  bool reverse = false;      // from the largest key down to the smallest
  std::size_t limit = 0;     // how many entries an iterator delivers at the most; 0: all

  // Whether start <= key < end. A range whose end is not behind its start contains nothing.
  bool contains(std::string_view key) const { return key >= start && (end.empty() || key < end); }
};

// The end of the range of all keys that begin with `prefix`:
//
//   const std::string end = prefix_end(prefix);   // the range borrows it
//   store.scan({.start = prefix, .end = end});
//
// Empty, so no bound, where no key can come behind them: for "" and for prefixes of nothing but
// 0xff.
std::string prefix_end(std::string_view prefix);

}  // namespace kv
