#pragma once

// Puts a store's state together again from what is on the disk: its checkpoint, then the logs that
// follow it, record by record. The result is the state after some write, all writes before it
// included: a *prefix of the commit order*, never one with a hole.
//
//   checkpoint: ... 1200 │ 000006.log: 1201 1202 ... 1490 │ 000007.log: 1491 ... 1502  ·· torn
//                        └── each log begins with the write that follows the last one ──┘
//
// Where the writes break off before the end, somebody must have lost something. A crash may, of
// what was not synced; a disk may not, of what was. So the question is whether anything proves that
// the write which should come next was durable, or that it must be there:
//
//   a record behind the break, in this log or a later one, says that this write was synced, or the
//   log ends with an end record                                  ──>  `corruption`
//   nothing does                                                 ──>  a *torn tail*: dropped, and
//                                                                     everything behind it
//
// Nothing is written. Whoever goes on with the store must first make durable what was recovered and
// is not proven to be: what was read may stand in the kernel alone (persistence/logged_commit.h).
//
// *Thread safety*: one thread at a time for each directory.
// *Errors*: `corruption`, naming file and offset and what to do; `invalid_argument` for a newer
// format version; those of reading. Then nothing may be concluded from what was handed over.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "persistence/checkpoint.h"
#include "persistence/wal.h"

namespace kv {

enum class RecoveryMode : unsigned char {
  strict,  // as above
  salvage  // passes over damage of any kind and takes every record that is intact, in order: what
           // is left may have holes. `damages` says what was lost
};

struct Recovered {
  // The writes up to this one are known only by the state that they led to.
  SequenceNumber checkpoint = 0;

  // The last write that was recovered.
  SequenceNumber last = 0;

  // All writes up to this one are proven to be durable.
  SequenceNumber synced = 0;

  // Whether the store was closed: the last log has an end record, nothing but zeros behind it, and
  // all is durable. Then one may go on in that log, in the place of the end record.
  bool closed = false;
  std::uint64_t end_offset = 0;  // of the end record

  // Larger than the number of any log in the directory; of the last one, by 1.
  LogNumber next_log = 1;

  // What was dropped as a torn tail, or passed over in salvage, in the order of the files.
  std::vector<Damage> damages{};
};

// Hands over each version once, those of the checkpoint first, those of the logs in the order of
// their numbers. (Task 4.6; the checkpoint is read by read_checkpoint.)
// `put_away`, where given, stands for a checkpoint: the writes up to its sequence number are
// durable in another form, and so are the logs before its next_log; they are not handed over.
Result<Recovered> recover(const FileSystem& files, std::string_view directory,
                          const AddVersion& add, RecoveryMode mode = RecoveryMode::strict,
                          const std::optional<CheckpointHeader>& put_away = std::nullopt);

}  // namespace kv
