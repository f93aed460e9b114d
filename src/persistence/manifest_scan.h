#pragma once

// What can still be read of a manifest (persistence/manifest.h) that is damaged:
//
//   header │ 1: all there was │ 2: + 7 │ ✗✗✗✗✗ │ 4: − 7, + 9 │ ...
//          └── a version, and the last that is known ──┘   └── table 7 is of no use any more
//
// Edits before the first damage make a version. Those behind it can't be applied, but what an
// intact edit has let go of stays so: no number is used twice. Where the header is damaged, the
// number may still stand in it; the records' checksums tell.
//
// *Thread safety*: reading of files. *Errors*: `invalid_argument` for a newer format version; those
// of reading.

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "persistence/checkpoint.h"
#include "persistence/manifest.h"
#include "storage/version.h"

namespace kv {

struct ScannedManifest {
  bool exists = false;
  std::uint64_t number = 0;
  Version version{};      // before the first damage
  bool complete = false;  // nothing tells of an edit that is not in the version
  std::set<TableNumber> let_go;
  std::vector<Damage> damages;      // none: read_manifest reads it
  std::optional<Damage> dropped{};  // a torn edit

  // The largest that an intact edit tells of.
  CheckpointHeader put_away{};
  TableNumber next_table = 1;
};

// The directory's.
Result<ScannedManifest> scan_manifest(const FileSystem& files, std::string_view directory);

}  // namespace kv
