#pragma once

// A level below 0 as one source of a read view (storage/read_view.h): its tables ascend, and no two
// of them hold the same user key. So a get asks one table at the most, and a walk goes through them
// one after the other.
//
//   level 2   [a ... h]   [k ... r]   [s ... z]        get "m": the second; get "i": none
//
// *Thread safety*: any thread. *Ownership*: shares its tables.
// *Errors*: those of the tables.

#include <memory>
#include <vector>

#include "storage/source.h"
#include "storage/table.h"

namespace kv {

// Requires: the tables ascend, and each has entries; every version of a user key stands in one.
// `level` is for traces.
std::shared_ptr<const Source> make_level_source(std::size_t level,
                                                std::vector<std::shared_ptr<const Table>> tables);

// A walk over such tables, which must outlive it.
std::unique_ptr<InternalIterator> walk_in_turn(std::vector<const Table*> tables,
                                               Direction direction);

}  // namespace kv
