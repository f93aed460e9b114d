#pragma once

// One writer after the other, under one mutex: check, insert, publish. Nothing is logged.
//
// *Thread safety*: as Commit. Writers wait for each other; readers wait for nobody.
// *Errors*: as Commit. Should the memory be used up in the middle of a batch (std::bad_alloc), then
// every later write fails with `unavailable`: the numbers that would follow are taken, and to
// publish them would show half of that batch.

#include <memory>

#include "storage/commit.h"

namespace kv {

std::unique_ptr<Commit> make_simple_commit(CommitTarget& target);

}  // namespace kv
