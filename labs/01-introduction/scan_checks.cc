#include <algorithm>
#include <string_view>
#include <utility>

#include "base/todo.h"
#include "storage/check_tools.h"
#include "storage/store_checks.h"

namespace kv {
namespace {

using namespace std::string_literals;  // "a\0b"s has three bytes; without the s, it ends at \0

// LAB 1.7  Your functions for check_scans stand here, one promise each.

// LAB 1.8  Your functions for check_snapshots_and_close stand here, one promise each.

}  // namespace

Complaints check_scans(const OpenStore& open) {
  Complaints complaints;
  // LAB 1.7  Check scan and its iterator. Promises stand in kv/range.h (order, bounds, limit,
  // direction), kv/iterator.h (next, seek) and kv/reader.h (scan). Look for: every promise about a
  // range again in reverse; bounds that are keys and bounds that are not; keys of any bytes; seek
  // to a key, between keys, backwards and out of the range; writes while an iterator is under way.
  throw todo("1.7", open, complaints, expect);
  return complaints;
}

Complaints check_snapshots_and_close(const OpenStore& open) {
  Complaints complaints;
  // LAB 1.8  Check snapshot, flush and close. Promises stand in kv/snapshot.h, kv/store.h (flush,
  // snapshot, close, and its invariants) and kv/iterator.h (who may outlive whom). Look for: each
  // way to read a snapshot, after each way to write; several snapshots; what was written just
  // before one was taken; what snapshots and iterators answer once the store is closed, and what an
  // iterator that stands on an entry still shows.
  throw todo("1.8", open, complaints, expect);
  return complaints;
}

}  // namespace kv
