#pragma once

// The manifest: the file that says which tables make up the store (storage/version.h). It begins
// with an edit that makes a whole version of nothing, and every change appends one more:
//
//   manifest   header │ 1: all there was │ 2: + table 7 │ 3: − 7, 6, + 8, 9 │ ...
//                       └──── synced before the file got its name ────┘
//
// A table file exists before the manifest names it (synced, and its name made durable), and is
// removed only after the manifest has let go of it. So whatever edit a crash leaves as the last
// one, the tables that it speaks of are there. What the directory holds besides are orphans.
//
// There is one manifest, and it is replaced as a whole (base/file_system.h, replace_file): whenever
// the store is opened, and when it has grown long. Why whenever it is opened: what was read may
// stand in the kernel alone, and no sync of that file would prove otherwise.
//
// *Byte layout*: numbers as in base/coding.h; header and records stand as in a log, so that the
// reader of a log reads these, too (persistence/log_reader.h). The records' seed is the manifest's
// number.
//
//   offset  0  8 bytes  "kvdb.man"
//           8  fixed32  format version, 1
//          12  fixed32  0
//          16  fixed64  number: the next manifest's is larger by 1
//          24  fixed64  0
//          32  fixed64  checksum of the 32 bytes before, with seed 0
//          40  records of kind `edit`. The number in a record's header says which one it is, from 1
//              on; `unsynced` is 0. The payload is an edit (storage/version.h). Behind a clean
//              close, one of kind `end`, with the number that would come next
//
// *What a reader concludes.* An edit was synced before the next was begun. So where an intact
// record, an end record for instance, stands behind bytes that are none, the disk has lost what it
// had: `corruption`. Where nothing intact stands behind them, that may be an edit, or the
// end record, that a crash tore: it is dropped and reported, up to the end of the file. The first
// edit was synced before the manifest got its name: damage there is always `corruption`. So is
// anything behind the end record, zeros too: nothing was ever written there.
//
// *Thread safety*: one thread at a time for each directory.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/result.h"
#include "persistence/checkpoint.h"
#include "storage/version.h"

namespace kv {

namespace manifest_layout {
inline constexpr std::string_view magic = "kvdb.man";
inline constexpr std::uint32_t version = 1;
inline constexpr std::size_t header_bytes = 40;
}  // namespace manifest_layout

inline constexpr std::string_view manifest_name = "manifest";

// "db/manifest".
inline std::string manifest_path(std::string_view directory) {
  return join(directory, manifest_name);
}

// The header's 40 bytes; and what they say. `path` is for messages. Errors: `corruption` where they
// are damaged or too few; `invalid_argument` for a newer format version.
std::string encode_manifest_header(std::uint64_t number);
Result<std::uint64_t> decode_manifest_header(std::string_view file, std::string_view path);

class ManifestWriter {
 public:
  virtual ~ManifestWriter() = default;
  ManifestWriter(const ManifestWriter&) = delete;
  ManifestWriter& operator=(const ManifestWriter&) = delete;

  // Adds the edit; it is durable when this returns. Errors: those of the file. Then nobody knows
  // whether the edit is there: every later call fails with the same error, and touches nothing.
  virtual Status append(const VersionEdit& edit) = 0;

  // Adds the end record, durable when this returns. Errors: as append.  Requires: once it has
  // succeeded, neither is called again.
  virtual Status close() = 0;

  // Of the file.
  virtual std::uint64_t bytes() const = 0;
  virtual std::uint64_t number() const = 0;

 protected:
  ManifestWriter() = default;
};

// Puts a manifest of this number, which holds this version as its only edit, in the place of the
// one that is there, if there is one; it is durable, under its name, when this returns. Errors:
// those of the files; the old manifest stands then, unless it was the directory's sync that failed:
// then either may; or the opening of the new one, which stands then. `sync_names` is how the
// directory is synced; null: by FileSystem::sync_directory. (Task 6.3)
Result<std::unique_ptr<ManifestWriter>> start_manifest(FileSystem& files,
                                                       std::string_view directory,
                                                       std::uint64_t number, const Version& version,
                                                       const SyncNames& sync_names = {});

struct ReadManifest {
  std::uint64_t number = 0;
  Version version{};
  bool closed = false;              // it ends with an end record
  std::optional<Damage> dropped{};  // a torn edit or end record
};

// What the manifest's bytes say: the version after its last intact edit. `path` is for messages.
// Errors: `corruption`, naming the offset and what to do: damage as above, a record that does not
// belong here or has another number than its turn is, an end record in place of the first edit, an
// edit that is none, or that does not fit (storage/version.h); `invalid_argument` for a newer
// format version. (Task 6.3)
Result<ReadManifest> read_manifest(std::string_view file, std::string_view path);

// The directory's manifest, or none. Errors: as above; those of reading.
Result<std::optional<ReadManifest>> find_manifest(const FileSystem& files,
                                                  std::string_view directory);

}  // namespace kv
