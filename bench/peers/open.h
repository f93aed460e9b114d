#pragma once

// One function per peer; table.cc lists those whose library was found. Private to bench/peers and
// its tests: programs use peers.h.
//
// *Errors*: `invalid_argument` for an option that the peer cannot honour, naming it and the remedy;
// `unavailable` where another store, here or in another process, has the directory open; otherwise
// what the library meets when it opens its files.

#include <memory>
#include <string>

#include "base/result.h"
#include "kv/options.h"
#include "kv/store.h"

namespace kv {

Result<std::unique_ptr<Store>> open_unordered_map(const Options& options);
Result<std::unique_ptr<Store>> open_tbb(const Options& options);
Result<std::unique_ptr<Store>> open_leveldb(const Options& options);
Result<std::unique_ptr<Store>> open_rocksdb(const Options& options);
Result<std::unique_ptr<Store>> open_rocksdb_memtable(const Options& options);
Result<std::unique_ptr<Store>> open_lmdb(const Options& options);

// With which settings it keeps its tables, for people (peer_settings in peers.h).
std::string leveldb_settings(const Options& options);
std::string rocksdb_settings(const Options& options);

// Which version of the library this was built with.
std::string leveldb_version();
std::string rocksdb_version();
std::string lmdb_version();

}  // namespace kv
