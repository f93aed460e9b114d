#include "bench/peers/open.h"
#include "bench/peers/peers.h"

namespace kv {
namespace {

// CMake defines KV_PEER_... for each library that it found.
constexpr Engine table[] = {
    {"unordered_map", "std::unordered_map behind one mutex", false, open_unordered_map},
#ifdef KV_PEER_TBB
    {"tbb", "oneTBB's concurrent_hash_map: no scans, no snapshots", false, open_tbb},
#endif
#ifdef KV_PEER_ROCKSDB
    {"rocksdb_memtable", "RocksDB's memtable alone: no log, nothing written out", false,
     open_rocksdb_memtable},
#endif
#ifdef KV_PEER_LEVELDB
    {"leveldb", "LevelDB, an LSM tree", true, open_leveldb},
#endif
#ifdef KV_PEER_ROCKSDB
    {"rocksdb", "RocksDB, an LSM tree", true, open_rocksdb},
#endif
#ifdef KV_PEER_LMDB
    {"lmdb", "LMDB, a B+tree in a memory map: keys of 1 to 511 bytes", true, open_lmdb},
#endif
};

}  // namespace

std::span<const Engine> peers() { return table; }

std::string peer_settings([[maybe_unused]] std::string_view peer,
                          [[maybe_unused]] const Options& options) {
#ifdef KV_PEER_LEVELDB
  if (peer == "leveldb") return leveldb_settings(options);
#endif
#ifdef KV_PEER_ROCKSDB
  if (peer == "rocksdb") return rocksdb_settings(options);
#endif
  return {};
}

std::string peer_version([[maybe_unused]] std::string_view peer) {
#ifdef KV_PEER_LEVELDB
  if (peer == "leveldb") return leveldb_version();
#endif
#ifdef KV_PEER_ROCKSDB
  if (peer == "rocksdb") return rocksdb_version();
#endif
#ifdef KV_PEER_LMDB
  if (peer == "lmdb") return lmdb_version();
#endif
  return {};
}

}  // namespace kv
