#pragma once

// The first store: a std::map behind a lock. Volatile; every promise of kv/store.h is kept in the
// plainest way, which makes it the one to compare all later ones with.
//
// *Thread safety*: as Store. Readers share the lock, a writer holds it alone.
// *Simplification*: scan and snapshot copy what they may deliver, so they cost time and memory in
// proportion to it. Stage 03 takes snapshots by a sequence number instead. And should the memory be
// used up in the middle of a batch (std::bad_alloc), the changes before that stay.

#include <memory>

#include "base/result.h"
#include "kv/options.h"
#include "kv/store.h"

namespace kv {

// An empty store. Looks at Options::limits only.
std::unique_ptr<Store> make_map_store(const Options& options);

}  // namespace kv
