#pragma once

// What the engines that keep a log have in common: the LSM core (storage/lsm_store.h) over a commit
// with a log (persistence/logged_commit.h). They differ in where full logs go.
//
// *Errors*: `invalid_argument` for limits that a record of the log cannot hold, and for options
// that are out of range; those of the parts.

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "engines/environment.h"
#include "kv/options.h"
#include "kv/store.h"
#include "persistence/log_archive.h"
#include "storage/lsm_store.h"

namespace kv {

struct LoggedEngine {
  std::string name;               // for FORMAT
  std::string takes_over{};       // LoggedCommitOptions
  std::size_t default_log_bytes;  // where Options::write_buffer_bytes is unset
  std::function<std::unique_ptr<LogArchive>(ArchivePlace place, std::size_t log_bytes)>
      make_archive;
  MakeReadView make_read_view{};  // LsmParts

  // Asked before the commit's own make_room. Absent: nothing more to do.
  std::function<Status(const Context& context)> make_room{};

  // As Maintenance; what is in memory is in tables by then. Absent: what full logs hold is put
  // away, and that is all.
  std::function<Status(const Range& range, const Context& context)> compact{};

  std::function<std::vector<Maintenance::Level>()> levels{};  // LsmParts
  std::function<void(Figures& figures)> count{};              // LsmParts
};

Result<std::unique_ptr<Store>> open_logged_store(const Options& options,
                                                 const Environment& environment,
                                                 const LoggedEngine& engine);

}  // namespace kv
