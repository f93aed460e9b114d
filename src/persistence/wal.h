#pragma once

// The write-ahead log: before a write is acknowledged, a record of it stands at the end of a file,
// and whoever opens the store again replays the records (Gray, "Notes on Data Base Operating
// Systems", 1978, section 5.8; Mohan et al., "ARIES", ACM TODS 17(1), 1992). This header says what
// the bytes are, and frames single records; persistence/log_writer.h and log_reader.h write and
// read whole files, and recovery.h puts several of them together.
//
// A log is a file of fixed size, allocated when it is made, so that writing into it cannot fail for
// want of space. When the next record doesn't fit, the log *rolls*: a file with the next number
// takes over. Together they are one sequence of writes, without holes.
//
//   000007.log   [header][record][record]  ...  [record] 00 00 00      "full": the next log goes on
//   000008.log   [header][record][record] 00 00 00 00 00 00 00 00      being written
//
// *Byte layout* of a log, numbers as in base/coding.h:
//
//   offset  0  8 bytes  "kvdb.log"
//           8  fixed32  format version, 1
//          12  fixed32  unsynced, as in a record: before the first write that goes here
//          16  fixed64  the log's number
//          24  fixed64  the sequence number of the first write that goes here
//          32  fixed64  checksum of the 32 bytes before, with seed 0
//          40  records, from here on without gaps; behind the last one zeros
//
// A record, which begins at a multiple of 8:
//
//   offset  0  fixed64  checksum of everything from offset 8 to the payload's end; its seed is the
//                       log's number
//           8  fixed64  the sequence number of its first write << 8 | kind
//          16  fixed32  unsynced: how many writes before that one were not yet known to be synced
//                       when the record was made (2^32-1: that many or more)
//          20  fixed32  payload bytes
//          24  the payload, then zeros up to a multiple of 8
//
//   kind 1, batch     the payload is a batch without requirements (kv/batch.h); its changes have
//                     the numbers from the first on
//   kind 2, end       no payload; nothing follows, the store was closed. Its number is that of the
//                     write that would have come next
//   kind 3, entries   in checkpoints only (persistence/checkpoint.h)
//   kind 4, edit      in manifests only (persistence/manifest.h)
//
// Why it is made this way:
//
//   The checksum covers the length, since a length that is torn and trusted sends the reader
//   anywhere. Its seed is the log's number, so that a record of another file, whose space this one
//   may have inherited, is never taken for one of this.
//   `unsynced` is the proof that tells a torn tail from corruption. A record that says "all writes
//   up to 41 were synced" means that damage at or before write 41 is no matter of a crash: the disk
//   had it, and has lost it. Damage behind everything that was proven may be what a crash left of
//   writes that nobody was promised.
//
// *Thread safety*: pure functions. *Errors*: the bytes come from a disk, so nothing about them is
// taken for granted: what is no record is "no record", never a crash.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "kv/batch.h"
#include "kv/capabilities.h"

namespace kv {

using LogNumber = std::uint64_t;

enum class RecordKind : unsigned char { batch = 1, end = 2, entries = 3, edit = 4 };

// What a record (or a log) that begins with this write says in `unsynced`, if all writes up to
// `synced` are known to be durable.
constexpr std::uint32_t unsynced_before(SequenceNumber first, SequenceNumber synced) {
  const SequenceNumber before = first - 1;
  if (synced >= before) return 0;
  return before - synced >= UINT32_MAX ? UINT32_MAX : static_cast<std::uint32_t>(before - synced);
}

// The other way round: all writes up to this one are known to be durable.
constexpr SequenceNumber synced_before(SequenceNumber first, std::uint32_t unsynced) {
  const SequenceNumber before = first - 1;
  return unsynced == UINT32_MAX || unsynced > before ? 0 : before - unsynced;
}

struct LogHeader {
  LogNumber number;
  SequenceNumber first;    // of the first write that goes into this log
  std::uint32_t unsynced;  // before that one, when the log was made

  bool operator==(const LogHeader&) const = default;
};

struct LogRecord {
  RecordKind kind;
  SequenceNumber first;
  std::uint32_t unsynced;
  std::string_view payload;  // points into the bytes that it was read from

  bool operator==(const LogRecord&) const = default;
};

namespace log_layout {
inline constexpr std::string_view magic = "kvdb.log";
inline constexpr std::uint32_t version = 1;
inline constexpr std::size_t header_bytes = 40;
inline constexpr std::size_t record_header_bytes = 24;
inline constexpr std::size_t alignment = 8;
inline constexpr std::size_t max_payload_bytes = UINT32_MAX;
}  // namespace log_layout

// How many bytes a record with such a payload takes in the file.
constexpr std::size_t record_bytes(std::size_t payload_bytes) {
  const std::size_t bytes = log_layout::record_header_bytes + payload_bytes;
  return (bytes + log_layout::alignment - 1) / log_layout::alignment * log_layout::alignment;
}

// Appends the record's bytes to `out`, whose size is a multiple of 8 (lab 4.1).
// Requires: 1 <= first < 2^56, and a payload of up to max_payload_bytes that does not lie in `out`.
void append_record(std::string& out, std::uint64_t seed, const LogRecord& record);

// The record that begins at this offset of the file's bytes, or none: they end too early, the
// checksum is not theirs, or there is no such kind (lab 4.1). The payload points into `file`.
// `summed`, where given, grows by the number of bytes whose checksum was computed: that is what
// looking costs.
std::optional<LogRecord> record_at(std::string_view file, std::uint64_t offset, std::uint64_t seed,
                                   std::uint64_t* summed = nullptr);

// How many of the file's bytes there are up to the last that is not zero: files begin as zeros, so
// behind those nothing was ever written. Fast, since it is asked of files that are nearly empty.
std::size_t used_bytes(std::string_view file);

// The 40 bytes that a log begins with.
std::string encode_log_header(const LogHeader& header);

// What they say. `path` is for messages. Errors: `corruption` where they are damaged or too few;
// `invalid_argument` for a format version that is newer than this program.
Result<LogHeader> decode_log_header(std::string_view file, std::string_view path);

// Those of the directory's log of this number. Errors: as above; those of reading.
Result<LogHeader> read_log_header(const FileSystem& files, std::string_view directory,
                                  LogNumber number);

inline constexpr std::string_view log_suffix = ".log";

// "db/000007.log"; the number has more digits where it needs them.
std::string log_path(std::string_view directory, LogNumber number);

// The number in a file's name, "000007.log" for instance, or none: it is not a log's.
std::optional<LogNumber> log_number(std::string_view name);

// The numbers of the directory's logs, ascending. Errors: those of FileSystem::list.
Result<std::vector<LogNumber>> logs_in(const FileSystem& files, std::string_view directory);

}  // namespace kv
