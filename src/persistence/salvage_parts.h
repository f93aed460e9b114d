#pragma once

// What the salvages of all engines (persistence/salvage.h) have in common: how they open a
// directory, and how they keep what is damaged.
//
// *Thread safety*: one thread at a time for each directory. *Errors*: those of the files.

#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "persistence/database_directory.h"
#include "persistence/salvage.h"

namespace kv {

// Opens the directory, and writes FORMAT anew where it is damaged, which goes into the report.
// `takes_over`: as DatabaseDirectory::open. Errors: as salvage.
Result<DatabaseDirectory> open_damaged(FileSystem& files, std::string_view path,
                                       std::string_view engine, SalvageReport& report,
                                       std::string_view takes_over = {});

// Copies a file of these bytes to a name that nobody else uses, durably, and notes it in the
// report. A copy that an earlier attempt has left is as good.
Status keep(FileSystem& files, const std::string& path, std::string_view bytes,
            SalvageReport& report);

// The same for each of these logs that is not intact from its first byte to its last.
Status keep_damaged_logs(const DatabaseDirectory& directory, const std::vector<LogNumber>& logs,
                         SalvageReport& report);

}  // namespace kv
