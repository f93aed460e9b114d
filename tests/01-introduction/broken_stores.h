#pragma once

// The catalogue of broken stores: each keeps the whole contract of kv/ but for one sentence. A
// contract test is worth what it finds among them.
//
// All of them are one class around a right store, with a fault built in or with none, so that their
// type tells nothing. None crashes, hangs or depends on chance: with two threads, a broken store
// waits (for a bounded time) until the fault can show.
//
// *Thread safety*, *Ownership*: as Store.

#include <cstddef>
#include <iosfwd>
#include <memory>
#include <span>
#include <string_view>

#include "kv/options.h"
#include "kv/store.h"

namespace kv::test {

enum class Fault : unsigned char {
  none,

  // Task 1.5: single keys.
  absent_key_has_empty_value,
  absent_key_has_next_value,
  empty_key_is_dropped,
  empty_value_is_absent,
  key_ends_at_zero_byte,
  key_ends_at_255_bytes,
  key_ignores_case,
  key_has_seven_bits,
  value_ends_at_zero_byte,
  value_length_has_16_bits,
  put_keeps_first_value,
  erase_of_absent_key_fails,
  erase_takes_longer_keys,
  contains_stays_true,

  // Task 1.6: batches.
  conflict_leaves_first_change,
  changes_run_backwards,
  erases_run_last,
  changes_end_at_127,
  empty_batch_fails,
  require_absent_is_ignored,
  require_value_asks_presence,
  require_empty_takes_absent,
  only_first_requirement_counts,
  requirements_see_own_changes,
  requirements_alone_always_hold,
  conflict_is_called_invalid,
  check_and_change_are_two_steps,

  // Task 1.7: scans.
  end_is_included,
  start_is_excluded,
  turned_range_is_put_right,
  bytes_are_signed,
  shorter_keys_come_first,
  scan_misses_empty_key,
  limit_counts_from_first_key,
  reverse_limit_takes_smallest,
  reverse_ignores_end,
  reverse_misses_smallest,
  seek_steps_behind_match,
  seek_needs_exact_key,
  reverse_seek_goes_up,
  seek_leaves_range,
  seek_only_goes_forth,
  iterator_sees_later_writes,

  // Task 1.8: snapshots, flush and close.
  snapshot_get_is_live,
  snapshot_contains_is_live,
  snapshot_scan_is_live,
  snapshot_loses_erased_keys,
  snapshot_moves_with_next,
  snapshot_moves_with_flush,
  snapshot_misses_last_write,
  snapshot_splits_batch,
  flush_fails,
  snapshot_outlives_close,
  iterator_outlives_close,
  close_wipes_views,
};

struct BrokenStore {
  Fault fault;
  std::string_view name;      // the fault's name as above
  std::string_view task;      // the task whose check must find it, "1.5"
  std::string_view header;    // where the broken sentence stands
  std::string_view sentence;  // what is promised there
  std::string_view instead;   // what this store does
};

// Its name.
std::ostream& operator<<(std::ostream& out, const BrokenStore& broken);

// The catalogue, in the order of the faults, without `none`. Valid for ever.
std::span<const BrokenStore> broken_stores();

// A new, empty store with this fault: one of the right stores, chosen by the fault, in disguise.
std::unique_ptr<Store> open_broken(Fault fault, const Options& options = {});

// The right store of that number in right_stores(), in the same disguise and without a fault.
std::unique_ptr<Store> open_disguised(std::size_t right_store, const Options& options = {});

}  // namespace kv::test
