#pragma once

// Saves what can still be read of a store that is damaged, and makes a store of it that opens
// again.
//
//   wal      FORMAT  checkpoint   000006.log  000007.log          opening it says `corruption`
//                        ✗                        ✗
//   after    FORMAT  checkpoint                                   all that was intact, as one state
//                    checkpoint.damaged       000007.log.damaged  what was not, byte for byte
//
//   sstable  FORMAT  000001.sst  000002.sst      (gone)      000004.sst  000005.log  000006.log
//                                     ✗                                                   ✗
//   after    FORMAT  000001.sst  000002.sst    000003.sst    000004.sst        000006.sst
//                    as it was   of what was   empty: it     as it was   of what was intact
//                                intact        fills a gap
//                                000002.sst.damaged                            000006.log.damaged
//
//   lsm      FORMAT  manifest   000003.sst  000005.sst      000007.sst   000008.log
//                       ✗                                       ✗
//   after    FORMAT  manifest   000009.sst  000010.sst                   all that was intact, as
//                    manifest.damaged                       000007.sst.damaged     level 1
//
// Everything that is intact is kept, also what was written behind damage. So writes may be missing
// in the middle: what is left is no state that the store ever had, and its batches need not be
// whole together. **Where the newest version of a key is lost, an older one stands in its place**,
// or a value that had been erased: each is one that the key has had, and not the last. The report
// says what is missing: of logs and tables which writes, of a table's block which keys it had, as
// far as the index tells. Whoever can't do with old values deletes these keys, or restores a
// backup.
//
// *Engines wal and sstable.* A store that opens is left as it is, even where its last writes are
// torn: that is no damage (persistence/recovery.h); so is one of engine lsm. Of a store with tables
// every block is read, too, since one that is damaged lets it open, and reads fail. An intact table
// is never changed. A damaged one is written anew under its number, from its intact blocks. The
// newest, where it is damaged, is put together with the logs, which may still have its writes; so
// are logs that are damaged. A table that is not in the place where its writes belong ends the
// salvage with an error: nobody can say which of two that contradict each other is right. That is
// looked for before anything of the tables is changed, and again on the way where it can't be known
// before: behind a table of which nobody can say which writes it held.
//
// *Engine lsm.* Where the manifest can be read (a torn last edit is no damage), it is the frame:
// intact tables stay, a damaged one is written anew under a new number, from its intact blocks and
// in its place. Of one that is missing, or damaged so that versions are lost, the report tells the
// level, keys and writes, and how many versions could be saved. A table that is
// another than the manifest names ends the salvage. Damaged logs become a table of level 0. Tables
// that the manifest does not name are left out, as they are when the store is opened.
//
// Where there is no manifest, or an edit of it is lost, or where something is missing beside intact
// tables that it does not name (so that it may be an old one), nobody knows which tables count. A
// new manifest is made of **all** that are there: every version of every intact block and every log
// goes into one sorted run, level 1. Why that is right:
//   - A version carries the number of its write, and that is never given twice. So a version can
//     be out of date, but not in a wrong place: the newest of a key wins, from whichever table it
//     comes. Inputs of a compaction beside its outputs only say the same twice.
//   - A table that should not count any more holds nothing that is newer than what replaced it.
// What may be wrong: a compaction drops a tombstone together with all that it hides. If an input
// with a hidden value is still there, and not the one with the tombstone, **a key that was erased
// comes back**. Inputs are removed right after the edit that lets go of them, when their last
// reader is done, and at the latest when the store is opened: the window is small, and the report
// tells of it. What the edits that can still be read have let go of is left out. Tables of another
// store can't be told from ours as long as they contradict none of ours: where two say different
// things of one write, the salvage ends and changes nothing.
//
// The new tables are whole and durable before a new manifest takes the old one's place, and only
// then old files go. So a crash leaves the old store, with tables besides that say nothing new, or
// the new one. By which writes the versions of a lost table were, no one can tell, since a
// compaction may have dropped most of them: the report names tables, keys and ranges of writes.
//
// Each damaged file is copied before a new one takes its place. So a crash on the way leaves a
// store to be salvaged again, or the new one; and a damaged byte is never lost. The copies need
// room on the disk. What a salvage that was killed had repaired, the next one does not report:
// `kvcli inspect` of the copies shows it.
//
// *Simplification*: what is saved of one table, or of all logs, stands in memory before it is
// written; where a manifest is made of all tables, what is left of all damaged ones does, and 24
// bytes for each version; the new tables need as much room as the old ones beside them. New tables
// have the default TableOptions. Tables that are missing behind the last file there is, nobody
// misses. Of a table whose index is damaged, too, blocks between two damaged ones are not found.
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
  bool changed = false;      // no: the store opens as it is
  SequenceNumber last = 0;   // the newest write that is there
  std::size_t versions = 0;  // how many there are; in wal, 0 where only FORMAT was written anew
  std::vector<Damage> damages{};  // of files; in a store that opens, the torn tail
  std::vector<MissingWrites> missing{};
  std::vector<KeptFile> kept{};

  // Of engine lsm alone:
  bool lost_versions = false;        // of keys, from tables: by which writes, nobody can tell
  std::vector<std::string> notes{};  // for people: what was left out, and what is not certain
};

// Salvages the store of engine wal in this directory. What is saved is in the memtable, too, if
// anything had to be. The report is filled as far as the salvage comes, also where it ends with an
// error: what it has repaired by then is no damage any more, and the next one would not tell.
// Requires: an empty memtable and an empty report.
Status salvage(FileSystem& files, std::string_view path, Memtable& memtable, SalvageReport& report);

// Salvages the store of engine sstable in this directory; the report as above. Errors: also
// `corruption`, for a table that does not belong where it stands.  Requires: an empty report.
Status salvage_tables(FileSystem& files, std::string_view path, SalvageReport& report);

// Where FORMAT and a manifest are lost, a store of engine lsm looks much like one of engine
// sstable, which would pass over its logs. `corruption`, with what to do, where nothing says which
// engine it was, and tables and logs are not as engine sstable leaves them. Errors: also those of
// reading.
Status check_not_levels(const FileSystem& files, std::string_view path);

// Salvages the store of engine lsm in this directory; the report as above. (Stage 06 must be linked
// by who calls it: the other two need none of it.) Errors: also `corruption`, for files that
// contradict each other.  Requires: an empty report.
Status salvage_levels(FileSystem& files, std::string_view path, SalvageReport& report);

// Which engine the directory belongs to. Where FORMAT is damaged or missing, the names of the files
// tell: lsm, if there is a manifest; else sstable, if there are tables; else wal. So a store of
// engine sstable that has no table yet becomes one of engine wal, with the same logs; the report
// says which it was taken for. One of engine lsm that has lost both FORMAT and manifest is taken
// for one of engine sstable, whose salvage ends with `corruption` before anything is changed,
// unless tables and logs happen to be in its order: whoever knows better writes FORMAT first.
// Errors: those of engine_of (persistence/database_directory.h) but that.
Result<std::string> engine_to_salvage(const FileSystem& files, std::string_view path);

}  // namespace kv
