#pragma once

// What can still be read of one table's file (storage/sstable.h) that is damaged: every data block
// whose checksum is right and whose entries are what the index says of them. Where footer or index
// are damaged, the blocks are found by their checksums (storage/table_map.h).
//
// *Thread safety*: a pure function.
// *Errors*: `invalid_argument` for a newer format version.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "persistence/checkpoint.h"
#include "storage/sstable.h"

namespace kv {

struct RescuedTable {
  std::optional<TableProperties> properties;  // where they are intact, and the table is this one
  std::vector<Damage> damages;                // what is lost, in the order of the file
};

// Hands over the entries of each data block that is intact, in order. A table that has another
// number than its name says is not in its place: nothing of it is believed.
Result<RescuedTable> rescue_table(std::string_view file, const std::string& path,
                                  TableNumber number, const AddVersion& add);

}  // namespace kv
