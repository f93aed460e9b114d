#pragma once

// The second store: hash tables (storage/hash_table.h), each behind a lock of its own. The hash of
// a key names its *stripe*, table and lock, so that threads meet only where their keys share one.
// (Herlihy and Shavit, "The Art of Multiprocessor Programming", chapter 13, "striped hash set".)
//
//   hash of the key   |  6 bits: the stripe  |  58 bits, of which the lowest find the slot  |
//
// *Thread safety*: as Store. Readers share a stripe's lock, a writer holds it alone. Whoever needs
// several stripes takes them in the order of their numbers: then nobody can wait in a circle.
// Growing stops one stripe, not the others.
// *Errors*: `invalid_argument` when opened with a limit over Record::max_bytes.
// *Simplification*: scan and snapshot copy what they may deliver while they hold all stripes: reads
// go on meanwhile, writes wait. Memory and time are in proportion to the range, and there is no
// order to find it by: every scan looks at every key. Stage 03 has an order, and snapshots that
// cost nothing. And should the memory be used up in the middle of a batch (std::bad_alloc), the
// changes before that stay.

#include <cstddef>
#include <memory>

#include "base/result.h"
#include "kv/options.h"
#include "kv/store.h"

namespace kv {

inline constexpr std::size_t hash_stripe_count = 64;

// An empty store. Looks at Options::limits only.
Result<std::unique_ptr<Store>> make_hash_store(const Options& options);

}  // namespace kv
