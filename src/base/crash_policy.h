#pragma once

// What a crash leaves of the changes that were not synced. A file had "aaaa" synced, then "bb" and
// "cc" were appended; a directory held "old", then "new" was created and "old" unlinked:
//
//                    the file is                             the directory holds
//   process_death    aaaabbcc                                new
//   nothing          aaaa                                    old
//   everything       aaaabbcc                                new
//   torn_prefix      aaaa  aaaab  aaaabb  aaaabbc  …         old   old new   new
//   random_sectors   each sector of 512 bytes as it was at   new
//                    some moment since the sync, zeros where
//                    only the size has become durable
//   lost_entry       aaaabbcc                                any mix, but not all changes: old
//                                                            old new   nothing at all
//
// *Thread safety*: a value.

namespace kv {

enum class CrashPolicy : unsigned char {
  process_death,   // SIGKILL: the kernel lives on, and has all; what was unsynced still is
  nothing,         // the power goes, and nothing of it had reached the disk
  everything,      // the power goes, but all had reached the disk
  torn_prefix,     // of each file and each directory, the first changes, the last one in part
  random_sectors,  // each sector for itself; all changes of names
  lost_entry,      // all bytes, but at least one change of names in each directory is undone
};

}  // namespace kv
