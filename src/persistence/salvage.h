#pragma once

// Saves what can still be read of a store that is damaged, and makes a store of it that opens
// again.
//
//   before   FORMAT  checkpoint   000006.log  000007.log          opening it says `corruption`
//                        ✗                        ✗
//   after    FORMAT  checkpoint                                   all that was intact, as one state
//                    checkpoint.damaged       000007.log.damaged  what was not, byte for byte
//
// Writes may be missing in the middle: what is left is no state that the store ever had, and its
// batches need not be whole together. The report says what is missing. A store that opens is left
// as it is, even where its last writes are torn: that is no damage (persistence/recovery.h).
//
// Each damaged file is copied before the new checkpoint takes the place of all. So a crash on the
// way leaves either the damaged store, to be salvaged again, or the new one; and a damaged byte is
// never lost. The copies need room on the disk.
//
// *Simplification*: only of engine wal. A store with tables is refused and left as it is: what is
// whole in it can be read as long as it opens, and a table can be put back from a copy.
//
// *Thread safety*: one thread at a time for each directory.
// *Errors*: `unavailable` while the store is open; `invalid_argument` where there is no store, of
// another engine, or of a newer format; those of the file system, a place on the disk that can't be
// read for instance: copy the directory with a tool that passes over it, and salvage the copy.

#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "persistence/checkpoint.h"
#include "storage/memtable.h"

namespace kv {

// These writes were made, and nothing that is left tells of them.
struct MissingWrites {
  SequenceNumber first;
  SequenceNumber last;

  bool operator==(const MissingWrites&) const = default;
};

struct KeptFile {
  std::string path;  // of the damaged file
  std::string copy;  // of its copy
};

struct SalvageReport {
  bool changed = false;           // no: the store opens as it is
  SequenceNumber last = 0;        // the newest write that is there
  std::size_t versions = 0;       // how many were saved; 0 where only FORMAT was written anew
  std::vector<Damage> damages{};  // of files; in a store that opens, the torn tail
  std::vector<MissingWrites> missing{};
  std::vector<KeptFile> kept{};
};

// Salvages the store of engine wal in this directory. What is saved is in the memtable, too, if
// anything had to be.  Requires: an empty memtable.
Result<SalvageReport> salvage(FileSystem& files, std::string_view path, Memtable& memtable);

}  // namespace kv
