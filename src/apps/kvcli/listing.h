#pragma once

// A log, a checkpoint, a table or a manifest made readable: its header, each record or block with
// what it holds and proves, and every place where the bytes are not what was written.
//
//   000001.log: log 1, 16777216 bytes; begins with write 1; when it was made, all up to 0 were
//   synced
//       offset     bytes  kind     writes, and up to which all were synced then
//           40        40  batch    1, 0
//                                  put "k1" = "v1"
//   !! offset 80: ...
//          120        40  batch    3, 2
//                                  put "k3" = "v3"
//          160        24  end      before 4, 3
//          184  16777032  zeros
//   000001.log: 3 records, ...
//
//   manifest: manifest 3, 272 bytes
//       offset     bytes  kind     number
//           40       120  edit     1
//                                  next log 4, in tables up to write 9, known from write 1, next
//                                  ...
//                                  + level 0, table 7: "a" ... "z", writes 1..9, 9 entries, 471
//                                  bytes
//   ...
//
//   000001.sst: table 1, 471 bytes
//       offset     bytes  kind        content
//            0       121  data        3 entries (lz4, 168 bytes)
//                                  "k1" = "v1", by write 1
//   ...
//
// *Thread safety*: one thread at a time for each output. *Ownership*: borrows all that it is given,
// for the call. *Errors*: of damage, Exit::no without a complaint; otherwise those of the output,
// and Exit::interrupted. Any bytes may come.

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "apps/kvcli/outcome.h"
#include "apps/kvcli/output.h"
#include "persistence/wal.h"
#include "storage/sstable.h"

namespace kv::cli {

// How much is shown of a file. It is read and judged as a whole, whatever is shown.
struct Shown {
  std::uint64_t offset = 0;            // records and blocks from here on
  std::uint64_t records = UINT64_MAX;  // at most so many
  std::uint64_t changes = 5;           // or entries of each, at most so many
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

// Each edit, and the version after the last one.
Outcome list_manifest(std::string_view bytes, const std::string& name, const Shown& shown,
                      Printer printer);

// `number` is the one that its name tells, if it does; needed where the footer is damaged.
Outcome list_table(std::string_view bytes, const std::string& path,
                   std::optional<TableNumber> number, const Shown& shown, Printer printer);

}  // namespace kv::cli
