#pragma once

// The walk over a file's records that listings of logs and checkpoints share: their records are
// framed alike. It prints a line for each, marks damage, sums up the zeros at the end, and keeps
// within what is to be shown.
//
// *Thread safety*, *Ownership*, *Errors*: as apps/kvcli/listing.h.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/kvcli/listing.h"
#include "persistence/wal.h"

namespace kv::cli {

// What a record says.
struct Described {
  std::string numbers;               // of its writes or entries, and what it proves
  std::vector<std::string> changes;  // as many of them as are to be shown
  std::uint64_t count = 0;           // all of them
  std::string nonsense;              // why it can't be understood, though its checksum is right
};

// So many numbers from this one on: "5", or "5..7", or "none".
std::string range_text(std::uint64_t first, std::uint64_t count);

class RecordLines {
 public:
  RecordLines(std::string_view file, const Shown& shown, Printer printer)
      : file_(file), shown_(shown), printer_(printer) {}

  // Walks over the records that have this seed. `expected` is the number of the first write or
  // entry that should come (0: unknown), of `things`.
  void walk(std::uint64_t seed, std::uint64_t expected, std::string_view things,
            const std::function<Described(const LogRecord&)>& describe);

  void print(std::string_view text);

  // Marks a place that is not as it was written.
  void damage(std::uint64_t offset, std::string_view what);

  std::uint64_t records() const { return records_; }
  std::uint64_t count() const { return count_; }  // of all records' changes or entries
  bool ended() const { return ended_; }           // there is an end record
  std::uint64_t end() const { return end_; }      // of the last record
  std::uint64_t damages() const { return damages_; }

  // What the walk comes to: what failed, or whether the file is intact.
  Outcome outcome() const;

 private:
  void record(const LogRecord& record, std::uint64_t offset, const Described& described);
  void tail();
  bool shows(std::uint64_t offset);
  void tell_hidden();

  const std::string_view file_;
  const Shown shown_;
  const Printer printer_;
  Outcome failed_;
  std::uint64_t records_ = 0;
  std::uint64_t lines_ = 0;   // of records and damage
  std::uint64_t hidden_ = 0;  // records that were left out since the last line
  std::uint64_t damages_ = 0;
  std::uint64_t count_ = 0;
  std::uint64_t end_ = log_layout::header_bytes;
  bool ended_ = false;
};

}  // namespace kv::cli
