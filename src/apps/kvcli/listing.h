#pragma once

// A log or a checkpoint made readable: its header, each record with what it holds and proves, and
// every place where the bytes are not what was written.
//
//   000007.log: log 7, format 1, 16777216 bytes; begins with write 1491, all up to 1490 are synced
//       offset     bytes  kind     writes, and up to which all were synced by then
//           40        56  batch    1491, 1490
//                                  put "city/rome" = "2873000"
//   !!      96  no intact record begins here: 64 bytes are damaged; the next one is at 160
//          160        24  end      1493, 1492
//          184  16777032  zeros
//   000007.log: 2 records, ...
//
// *Thread safety*: one thread at a time for each output. *Ownership*: borrows all that it is given,
// for the call. *Errors*: of damage, Exit::no without a complaint; otherwise those of the output,
// and Exit::interrupted. Any bytes may come.

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

#include "apps/kvcli/outcome.h"
#include "apps/kvcli/output.h"
#include "persistence/wal.h"

namespace kv::cli {

// How much is shown of a file. It is read and judged as a whole, whatever is shown.
struct Shown {
  std::uint64_t offset = 0;            // records from here on
  std::uint64_t records = UINT64_MAX;  // at most so many
  std::uint64_t changes = 5;           // of each record, at most so many
};

// Where a listing goes.
struct Printer {
  Output& output;
  const std::stop_token& stop;
};

// `name` is what the listing calls the file; `number` the one that its records must have.
Outcome list_log(std::string_view bytes, const std::string& name, LogNumber number,
                 const Shown& shown, Printer printer);

Outcome list_checkpoint(std::string_view bytes, const std::string& name, const Shown& shown,
                        Printer printer);

}  // namespace kv::cli
