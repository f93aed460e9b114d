#pragma once

// One writer after the other, under one mutex: check, insert, publish. Nothing is logged.
//
// *Thread safety*: as Commit. Writers wait for each other; readers wait for nobody.

#include <memory>

#include "storage/commit.h"

namespace kv {

std::unique_ptr<Commit> make_simple_commit(CommitTarget& target);

}  // namespace kv
