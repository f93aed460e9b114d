#pragma once

// A checkpoint: a sorted dump of all that a store held at a sequence number. With it, the logs that
// hold older writes alone are not needed any more. There is one in a directory, and a new one takes
// its place as a whole: written under another name, synced, renamed, the directory synced.
//
//   logs      000003  000004  000005  000006          writes 1 … 900 │ 901 … 1200 │ 1201 …
//                                                              003     004 005      006
//   checkpoint of write 1200, next log 6         ──>  003, 004, 005 may be removed
//
// *Byte layout*: numbers as in base/coding.h; records as in persistence/wal.h, their seed is the
// checkpoint's sequence number.
//
//   offset  0  8 bytes  "kvdb.chk"
//           8  fixed32  format version, 1
//          12  fixed32  0
//          16  fixed64  sequence number
//          24  fixed64  next log: those with smaller numbers are not needed
//          32  fixed64  checksum of the 32 bytes before, with seed 0
//          40  records of kind `entries`, then one of kind `end`. The number in a record's header
//              is 1 + how many entries stand before it; `unsynced` is 0
//
//   entries   as many as fit into 32 KiB, at least one: string internal key, string value
//
// The entries ascend by user key; of each key there is the version that a reader at the sequence
// number sees, and nothing if that is a tombstone. They keep their sequence numbers.
//
// A checkpoint was synced before it got its name, so whatever is wrong with one is `corruption`.
//
// *Thread safety*: writing is up to one thread at a time for each directory.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "persistence/wal.h"
#include "storage/internal_iterator.h"
#include "storage/internal_key.h"

namespace kv {

struct CheckpointHeader {
  SequenceNumber sequence = 0;
  LogNumber next_log = 0;

  bool operator==(const CheckpointHeader&) const = default;
};

namespace checkpoint_layout {
inline constexpr std::string_view magic = "kvdb.chk";
inline constexpr std::uint32_t version = 1;
inline constexpr std::size_t header_bytes = 40;
inline constexpr std::size_t entries_bytes = std::size_t{32} << 10;
}  // namespace checkpoint_layout

// Takes one version that was recovered. The views live as long as the call.
using AddVersion = std::function<void(const InternalKey& key, std::string_view value)>;

inline constexpr std::string_view checkpoint_name = "checkpoint";

// "db/checkpoint".
std::string checkpoint_path(std::string_view directory);

// Puts a new checkpoint in the place of the old one, if there is one; it is durable when this
// returns.  Requires: `versions` walks forward, has not stepped yet, and walks over every version
// up to header.sequence; later ones are passed over. Returns the file's size.
// Errors: those of the files and of the walk; the old checkpoint stands then, unless it was the
// directory's sync that failed: then either may. `sync_names` is how the directory is synced; null:
// by FileSystem::sync_directory.
Result<std::uint64_t> write_checkpoint(FileSystem& files, std::string_view directory,
                                       const CheckpointHeader& header, InternalIterator& versions,
                                       const SyncNames& sync_names = {});

// What a file is missing, for the salvage that goes on where others stop.
struct Damage {
  std::string path;
  std::uint64_t offset;  // of the first byte that is not what was written
  std::uint64_t bytes;   // up to where reading could go on, or to the last byte that is not zero
  std::string what;      // for people
};

// The 40 bytes that a checkpoint begins with; and what they say. `path` is for messages. Errors:
// `corruption`; `invalid_argument` for a newer format version.
std::string encode_checkpoint_header(const CheckpointHeader& header);
Result<CheckpointHeader> decode_checkpoint_header(std::string_view file, std::string_view path);

// Reads the directory's checkpoint and hands over its entries in order; none if there is no
// checkpoint. With `damages`, damage is noted there and passed over. That goes for the header, too,
// if the number which it lost can be found out: it may still stand there, or follow from the first
// write of a log; the records' checksums tell whether it is right. If not, it is as if there were
// no checkpoint. Errors: `corruption`, naming the offset; `invalid_argument` for a newer format
// version.
Result<std::optional<CheckpointHeader>> read_checkpoint(const FileSystem& files,
                                                        std::string_view directory,
                                                        const AddVersion& add,
                                                        std::vector<Damage>* damages = nullptr);

}  // namespace kv
