#pragma once

// What can still be read of one table's file (storage/sstable.h) that is damaged: every data block
// whose checksum is right and whose entries are what the index says of them. Where footer or index
// are damaged, the blocks are found by their checksums (storage/table_map.h).
//
// *Thread safety*: pure functions, and reading of files.
// *Errors*: `invalid_argument` for a newer format version; those of reading.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
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

// The same of the directory's table of this number.
Result<RescuedTable> rescue_table_of(const FileSystem& files, std::string_view directory,
                                     TableNumber number, const AddVersion& add);

// A table's file, as it was found.
struct FoundTable {
  TableNumber number;
  std::optional<TableProperties> properties{};  // where they can be known
  std::optional<Error> damage{};                // none: it is intact
};

// Reads all of the directory's table of this number.
Result<FoundTable> look_at_table(const FileSystem& files, std::string_view directory,
                                 TableNumber number);

// All tables of the directory, in the order of their numbers.
Result<std::vector<FoundTable>> look_at_tables(const FileSystem& files, std::string_view directory);

}  // namespace kv
