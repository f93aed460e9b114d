#pragma once

// How much writers must wait for compaction. Each table in level 0 is one more that a get may have
// to ask; if writers outrun the compaction, they are slowed first, a little at each write, so that
// nobody has to stop for long; only if that does not help they stop.
//
//   tables in level 0     ... 7 │ 8 ...  11 │ 12 ...
//                          free │  slowed   │ stopped until there are fewer
//
// (LevelDB, db/db_impl.cc, MakeRoomForWrite.)
//
// *Thread safety*: values and pure functions.

#include <chrono>
#include <cstddef>

namespace kv {

struct BackPressure {
  std::size_t slow_tables = 8;  // from so many tables in level 0 on
  std::size_t stop_tables = 12;
  std::chrono::microseconds pause{1000};  // at each write, while slowed

  enum class Verdict : unsigned char { free, slowed, stopped };

  Verdict verdict(std::size_t level0_tables) const {
    if (level0_tables >= stop_tables) return Verdict::stopped;
    return level0_tables >= slow_tables ? Verdict::slowed : Verdict::free;
  }
};

}  // namespace kv
