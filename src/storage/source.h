#pragma once

// What a store's read view (storage/read_view.h) is made of: a memtable, a table, later a level of
// tables. Each holds versions, and can be asked for one or walked over.
//
// *Thread safety*: any thread.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/bloom_filter.h"
#include "storage/internal_iterator.h"
#include "storage/internal_key.h"

namespace kv {

// The way of one get, a line a step, for people.
using Trace = std::vector<std::string>;

// What is looked for: the newest version of the key with a number up to `sequence`.
struct Lookup {
  std::string_view user_key;
  SequenceNumber sequence;
  std::string* value = nullptr;  // where its value goes, unless null; unchanged by a tombstone
  Trace* trace = nullptr;        // where each source says what it did, unless null
  std::uint64_t hash = filter_hash(user_key);  // what filters are asked with, computed once for all
};

struct FoundVersion {
  SequenceNumber sequence;
  EntryKind kind;
};

// "no", "put by write 7", "erased by write 9".
inline std::string described(const std::optional<FoundVersion>& found) {
  if (!found) return "no";
  return (found->kind == EntryKind::put ? "put by write " : "erased by write ") +
         std::to_string(found->sequence);
}

class Source {
 public:
  virtual ~Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  // The version, or none: this source knows nothing of the key, older ones may. Errors: those of
  // reading.
  virtual Result<std::optional<FoundVersion>> find(const Lookup& lookup) const = 0;

  // A walk over all versions. The source must outlive it (InternalIterator::keep_alive).
  virtual std::unique_ptr<InternalIterator> iterate(Direction direction) const = 0;

 protected:
  Source() = default;
};

}  // namespace kv
