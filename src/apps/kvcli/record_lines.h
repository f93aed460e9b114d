#pragma once

// The walk over a file's records that listings of logs, checkpoints and manifests share: their
// records are framed alike. It prints a line for each, marks damage, and sums up the zeros at the
// end.
//
// *Thread safety*, *Ownership*, *Errors*: as apps/kvcli/listing.h.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/kvcli/listing_lines.h"
#include "persistence/wal.h"

namespace kv::cli {

// What a record says.
struct Described {
  std::string numbers;                 // of its writes or entries, and what it proves
  std::vector<std::string> changes{};  // as many of them as are to be shown
  std::uint64_t count = 0;             // all of them: so many numbers the record takes
  std::uint64_t lines = 0;             // all changes, where that is not the count
  std::string nonsense{};              // why it can't be understood, though its checksum is right
};

// So many numbers from this one on: "5", or "5..7", or "none".
std::string range_text(std::uint64_t first, std::uint64_t count);

// What a file's records have numbers of.
struct Things {
  std::string_view one;
  std::string_view many;
};

// What bytes at the end are that no intact record stands behind.
enum class TornEnd : unsigned char {
  suspect,   // damage, or torn by a crash: this file alone can't tell
  harmless,  // torn by a crash, where intact records stand before and nothing is damaged
};

class RecordLines : public ListingLines {
 public:
  RecordLines(std::string_view file, const Shown& shown, Printer printer)
      : ListingLines(shown, printer), file_(file) {}

  // Walks over the records that have this seed. `expected` is the number of the first write or
  // entry that should come (0: unknown), of `things`.
  void walk(std::uint64_t seed, std::uint64_t expected, const Things& things,
            const std::function<Described(const LogRecord&)>& describe,
            TornEnd torn_end = TornEnd::suspect);

  std::uint64_t records() const { return records_; }
  std::uint64_t count() const { return count_; }  // of all records' changes or entries
  bool ended() const { return ended_; }           // there is an end record
  bool torn() const { return torn_; }             // harmlessly
  std::uint64_t end() const { return end_; }      // of the last record

 private:
  void record(const LogRecord& record, std::uint64_t offset, const Described& described);
  void tail(TornEnd torn_end);

  const std::string_view file_;
  std::uint64_t records_ = 0;
  std::uint64_t count_ = 0;
  std::uint64_t end_ = log_layout::header_bytes;
  bool ended_ = false;
  bool torn_ = false;
};

}  // namespace kv::cli
