#pragma once

// Where the blocks of a table's file (storage/sstable.h) stand, as far as that can be found out of
// a file that may be damaged: the footer and the index say it; where one of them is damaged, so do
// the blocks themselves, whose checksums tell where a frame begins and ends.
//
//   data 1 │ data 2 │ ✗✗✗✗✗ │ data 4 │ filter │ index │ properties │ ✗ footer
//   ──> from the front                                from behind <──
//
// *Thread safety*: pure functions. *Ownership*: views point into the file's bytes, which outlive
// them. *Errors*: none; any bytes may come.
// *Simplification*: no search goes on for longer than some gigabytes of checksums, so that a frame
// of many megabytes is not found without footer or index. Where the index is damaged, too, blocks
// between two damaged ones are not found.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/sstable.h"
#include "storage/table_index.h"

namespace kv {

enum class PartKind : unsigned char { data, filter, index, properties };

// "data", "filter", "index" or "properties". Valid for ever.
std::string_view name_of(PartKind kind);

// A table's bytes, and the number that the checksums of its blocks are made with.
struct TableFile {
  std::string_view bytes;
  TableNumber number;
};

// A stretch of the file that should be a block's frame.
struct FoundPart {
  PartKind kind;
  BlockHandle handle;
  std::optional<std::size_t> in_index{};  // which of the index's blocks it is, if the index tells
};

struct TableMap {
  Result<TableFooter> footer;
  std::optional<TableIndex> index;  // if it is intact
  std::vector<FoundPart> parts;     // in the order of the file
};

TableMap find_parts(const TableFile& file, std::string_view path);

// Where the part's frame ends.
inline std::uint64_t end_of(const BlockHandle& handle) {
  return handle.offset + handle.bytes + table_layout::frame_end_bytes;
}

// The bytes of the block, uncompressed, and how its frame holds them.
struct OpenedBlock {
  std::string bytes;
  Compression how;
};

// Errors: `corruption`, as open_frame and uncompress; also where the frame leads out of the file.
Result<OpenedBlock> open_part(const TableFile& file, const BlockHandle& handle,
                              std::string_view path);

}  // namespace kv
