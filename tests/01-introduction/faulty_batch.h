#pragma once

// How a broken store mistakes what is written.

#include "kv/batch.h"
#include "kv/reader.h"
#include "tests/01-introduction/broken_stores.h"

namespace kv::test {

// The batch that a store with this fault writes when it is given `batch`, with the keys as it
// stores them; or the failure that it answers with instead. `right` is what the store holds;
// Requires: nobody writes to it meanwhile.
Result<Batch> mistaken(Fault fault, const Batch& batch, Reader& right);

// The requirements alone, or the changes from number `first` up to, and without, `last`.
Batch requirements_of(const Batch& batch);
Batch changes_of(const Batch& batch, std::size_t first, std::size_t last);

}  // namespace kv::test
