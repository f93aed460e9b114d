#pragma once

// One function per engine: it checks the options, and puts the parts of a stage together. Engines
// are listed by name in engines/table.h, which only programs link; a test links the engines that it
// tests.
//
// *Errors*: `invalid_argument` for an option that the engine cannot honour, naming it and the
// remedy.

#include <memory>

#include "base/result.h"
#include "engines/environment.h"
#include "kv/options.h"
#include "kv/store.h"

namespace kv {

Result<std::unique_ptr<Store>> open_map(const Options& options);
Result<std::unique_ptr<Store>> open_hash(const Options& options);
Result<std::unique_ptr<Store>> open_memtable(const Options& options);

// Persistent engines, in the real environment or in a given one.
Result<std::unique_ptr<Store>> open_wal(const Options& options);
Result<std::unique_ptr<Store>> open_wal(const Options& options, const Environment& environment);
Result<std::unique_ptr<Store>> open_sstable(const Options& options);
Result<std::unique_ptr<Store>> open_sstable(const Options& options, const Environment& environment);
Result<std::unique_ptr<Store>> open_lsm(const Options& options);
Result<std::unique_ptr<Store>> open_lsm(const Options& options, const Environment& environment);

}  // namespace kv
