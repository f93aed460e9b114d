#pragma once

// The workloads by name, and just what each does. Names are those of LevelDB's and RocksDB's
// db_bench and of YCSB, and mean the same here; where we differ, the summary says how.
//
// *Thread safety*: nothing changes the table. *Errors*: `invalid_argument` for an unknown name,
// with the nearest known one.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "bench/workloads/settings.h"

namespace kv::bench {

// What one operation of a mix can be.
enum class Action : unsigned char {
  get,                // the value of a chosen key
  get_missing,        // a key that is not there, right behind a chosen one
  put,                // a chosen key anew
  insert,             // a new key, behind all others
  seek,               // a new scan from a chosen key on, for its first entry
  scan,               // a new scan from a chosen key on, 1 to 100 entries
  read_modify_write,  // get of a chosen key, then put
};
inline constexpr std::size_t action_count = 7;

// How often each action comes, in percent, by the action's number.
using Mix = std::array<double, action_count>;

enum class Kind : unsigned char {
  fill_in_order,
  fill_at_random,
  walk,          // from the first entry on
  walk_reverse,  // from the last entry down
  reseek,        // one scan per thread, moved from chosen key to chosen key
  erase,
  compact,
  mix,
};

struct Workload {
  std::string_view name;
  std::string_view summary;
  Kind kind;
  Mix mix{};  // of Kind::mix
  Distribution distribution = Distribution::uniform;

  bool fills() const { return kind == Kind::fill_in_order || kind == Kind::fill_at_random; }
};

// Valid for ever.
std::span<const Workload> workloads();

Result<const Workload*> find_workload(std::string_view name);

// The mix with the settings' shares.
Mix mix_of(const Workload& workload, const Settings& settings);

// Cut before every fill but the first: a fill begins with a fresh store, in a process of its own.
std::vector<std::vector<const Workload*>> runs_of(std::span<const Workload* const> workloads);

}  // namespace kv::bench
