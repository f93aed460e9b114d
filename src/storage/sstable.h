#pragma once

// The file of a *sorted string table*: a memtable that was written out, in the order of internal
// keys, and is never changed again. (Chang et al., "Bigtable: A Distributed Storage System for
// Structured Data", OSDI 2006, section 4; LevelDB, doc/table_format.md.)
//
//   ┌──────────────┬─────┬──────────────┬────────┬───────┬────────────┬────────┐
//   │ data block 1 │ ... │ data block n │ filter │ index │ properties │ footer │
//   └──────────────┴─────┴──────────────┴────────┴───────┴────────────┴────────┘
//      a get: footer ──> index ──> one data block, unless the filter says no
//
// *Byte layout*: numbers as in base/coding.h. The file is a row of blocks without gaps, each in a
// frame, and a footer behind them:
//
//   frame     the block, compressed or not (storage/compression.h)
//             1 byte   how: 0 none, 1 lz4, 2 zstd
//             fixed64  checksum of all before it in the frame; its seed is the offset in the file
//                      where the frame begins, xor the table's number rotated left by 40 bits
//             (data blocks and the index are compressed as the options say, the others never are)
//
//   data      entries with internal keys (storage/block.h), a restart point every 16; a block ends
//             with the entry by which it reaches block_bytes
//   filter    a Bloom filter of the user keys (storage/bloom_filter.h); empty where there is none
//   index     a block (storage/block.h) with one entry for each data block, a restart point at
//             each: the block's last key, and, as its value, the block's handle
//   handle    varint   offset of the frame
//             varint   bytes of what stands in the frame before its last 9
//   properties   string name, string value, ascending by name; a name that a reader does not know
//             it passes over
//
//     "data.blocks"      varint   how many data blocks
//     "data.bytes"       varint   keys and values as they were added, altogether
//     "entries"          varint   how many entries
//     "key.largest"      bytes    the last internal key
//     "key.smallest"     bytes    the first
//     "sequence.first"   varint   its versions are of writes from this one ...
//     "sequence.last"    varint   ... to this one: all of them, unless the table was merged
//     "tombstones"       varint   how many of the entries are tombstones
//
//   footer    offset  0  fixed64  offset of the filter's frame
//                     8  fixed64  bytes, as in a handle
//                    16  fixed64  the same for the index
//                    32  fixed64  the same for the properties
//                    48  fixed64  the table's number: the file's name says the same
//                    56  fixed32  format version, 1
//                    60  fixed32  0
//                    64  fixed64  checksum of the 64 bytes before; its seed is the file's size
//                    72  8 bytes  "kvdb.sst"
//
// The checksums' seeds say where a block must stand, and in which table: one that the disk put
// elsewhere, or a file that lost its middle, does not pass. (Two places in one table never share a
// seed, nor does one place in two tables.)
//
// *Thread safety*: pure functions. *Errors*: as each says; `path` is for their messages.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/result.h"
#include "kv/capabilities.h"
#include "kv/options.h"

namespace kv {

using TableNumber = std::uint64_t;

namespace table_layout {
inline constexpr std::string_view magic = "kvdb.sst";
inline constexpr std::uint32_t version = 1;
inline constexpr std::size_t footer_bytes = 80;
inline constexpr std::size_t frame_end_bytes = 9;  // what stands in a frame behind the block
inline constexpr std::size_t restart_interval = 16;

// No block is larger: the largest value and the largest key, and what belongs to them.
inline constexpr std::size_t max_block_bytes = std::size_t{1} << 30;
}  // namespace table_layout

// Where a block stands in the file.
struct BlockHandle {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;  // in the frame, before its last 9

  bool operator==(const BlockHandle&) const = default;
};

void append_handle(std::string& out, const BlockHandle& handle);
[[nodiscard]] bool take_handle(std::string_view& input, BlockHandle& handle);

struct TableFooter {
  BlockHandle filter;
  BlockHandle index;
  BlockHandle properties;
  TableNumber number = 0;

  bool operator==(const TableFooter&) const = default;
};

// The 80 bytes that end a file of this size. (Task 5.4)
std::string encode_footer(const TableFooter& footer, std::uint64_t file_bytes);

// What they say. Errors: `corruption` where they are damaged, were not written for a file of this
// size, or a handle leads out of it; `invalid_argument` for a newer format version. (Task 5.5)
Result<TableFooter> decode_footer(std::string_view bytes, std::uint64_t file_bytes,
                                  std::string_view path);

// Where a frame begins.
struct FramePlace {
  TableNumber table;
  std::uint64_t offset;
};

// The seed of its checksum.
constexpr std::uint64_t frame_seed(const FramePlace& place) {
  return place.offset ^ std::rotl(place.table, 40);
}

// Appends the frame of a block, which begins at this place. (Task 5.4)
void append_frame(std::string& out, std::string_view block, Compression how,
                  const FramePlace& place);

// A block as its frame holds it; the view points into the frame.
struct FramedBlock {
  std::string_view bytes;
  Compression how;
};

// What a frame holds. Errors: `corruption` where it is too short, its checksum is not its bytes',
// or there is no such compression. (Task 5.5)
Result<FramedBlock> open_frame(std::string_view frame, const FramePlace& place,
                               std::string_view path);

struct TableProperties {
  std::uint64_t data_blocks = 0;
  std::uint64_t data_bytes = 0;
  std::uint64_t entries = 0;
  std::uint64_t tombstones = 0;
  std::string smallest;  // internal keys; empty where there are no entries
  std::string largest;
  SequenceNumber first_sequence = 0;
  SequenceNumber last_sequence = 0;

  bool operator==(const TableProperties&) const = default;
};

std::string encode_properties(const TableProperties& properties);

// Errors: `corruption`: names that are missing, out of order or twice, values that make no sense.
Result<TableProperties> decode_properties(std::string_view bytes, std::string_view path);

// `corruption` at this offset of the file, with what to do about it.
std::unexpected<Error> damaged_table(std::string_view path, std::uint64_t offset,
                                     std::string_view what);

inline constexpr std::string_view table_suffix = ".sst";

// "000007.sst", and its number; none for a name of another form.
std::string table_name(TableNumber number);
inline std::optional<TableNumber> table_number(std::string_view name) {
  return number_in(name, table_suffix);
}

}  // namespace kv
