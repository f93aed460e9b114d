#pragma once

// Reads the records of one log (persistence/wal.h), from its first to the place where there is none
// any more: the log was closed, or is not full, or a crash tore its end, or the disk has lost
// something. Which of them it is can't be told by one log alone; persistence/recovery.h does. For
// that, and for whoever wants to save what can be saved, a reader goes on behind the damage at the
// next place where a record is.
//
//   auto reader = make_log_reader(bytes, 7);
//   while (reader->next()) ... reader->record() ...
//   if (!reader->ended()) ... stopped at reader->offset() ...
//   while (reader->resync()) ... a record behind the damage, and next() goes on from there ...
//
// *Thread safety*: one thread at a time. *Ownership*: borrows the bytes, which must outlive it and
// the records that it gives.
// *Errors*: none; any bytes may come. Work is bounded: `resync` looks at each multiple of 8, and
// gives up, as if there were no record, once the reader has summed 256 times the log's size.
// *Simplification*: bytes inside of a damaged record's payload may be a record of their own: a
// value that holds a copy of a log, say. `resync` cannot tell; so nothing that it finds is replayed
// unless somebody salvages, but it does count as proof.

#include <cstdint>
#include <memory>
#include <string_view>

#include "persistence/wal.h"

namespace kv {

class LogReader {
 public:
  virtual ~LogReader() = default;
  LogReader(const LogReader&) = delete;
  LogReader& operator=(const LogReader&) = delete;

  // Steps to the record that follows. False if there is none, for whatever reason, and behind an
  // end record.
  virtual bool next() = 0;

  // After `next` returned false: steps to the first intact record further on, at whatever distance,
  // also behind an end record. If there is none, false, and it stays where it is.
  virtual bool resync() = 0;

  // The record it stands on.  Requires: the last step returned true.
  virtual const LogRecord& record() const = 0;

  // Where that record begins; after a step that returned false, where there is none. Behind an end
  // record `next` does not move: it stays on that one.
  virtual std::uint64_t offset() const = 0;

  // Whether the last record was an end record.
  virtual bool ended() const = 0;

 protected:
  LogReader() = default;
};

// A reader of the log's bytes, header included, before its first record. What the header says is
// not looked at (decode_log_header); the number is the one in the file's name. (Task 4.3)
std::unique_ptr<LogReader> make_log_reader(std::string_view log, LogNumber number);

}  // namespace kv
