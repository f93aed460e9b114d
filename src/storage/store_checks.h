#pragma once

// Lab 01's other half: checks that tell a store which keeps its contract (kv/) from one that breaks
// it. A check does not know what it is given: a right store of whatever make, or one with a fault
// built in. It must complain about every store that breaks a promise and about no other, so it may
// expect what the headers in kv/ say and nothing else (no wording of a message, no cost, no order
// where none is promised).
//
// *Thread safety*: each check runs on one thread, and may start threads that it joins before it
// returns. *Ownership*: the stores that `open` gives belong to the check. *Simplification*: a check
// must end on every store it is given; none of them hangs or crashes.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kv/store.h"

namespace kv {

// Gives a new, empty store at every call, with default options.
using OpenStore = std::function<std::unique_ptr<Store>()>;

// What a check found wrong, a sentence each; empty where the store behaved.
using Complaints = std::vector<std::string>;

// put, get, erase, contains; any bytes; a put, erase or miss that must not touch other keys.
Complaints check_point_operations(const OpenStore& open);

// apply: order inside a batch, all or nothing, requirements, two threads that race for one key.
Complaints check_batches(const OpenStore& open);

// scan in both directions: bounds, order, seek, and writes made while an iterator is under way.
Complaints check_scans(const OpenStore& open);

// snapshot, flush and close.
Complaints check_snapshots_and_close(const OpenStore& open);

}  // namespace kv
