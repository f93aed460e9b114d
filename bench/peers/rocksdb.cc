// RocksDB (7.8). Where the options say nothing it has its default settings: 64 MB write buffer, 8
// MB block cache, Snappy, no Bloom filter, blocks of 4 KB; background threads that all open
// databases of the process share. It refuses a compression that the library was built without.
//
// Durability: `none` switches its log off for every write (a clean close still writes the memtable
// to a table); `wal` is its default; `sync` is WriteOptions::sync. It answers everything that a
// Store is asked.
//
// As `rocksdb_memtable` it is its memtable alone: no log, a write buffer that never fills, and a
// file system in memory for the little that it writes nevertheless. Volatile, so durability `none`.

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/version.h>
#include <rocksdb/write_batch.h>

#include <algorithm>

#include "bench/peers/log_structured.h"
#include "bench/peers/open.h"
#include "bench/peers/table_settings.h"
#include "engines/volatile.h"

namespace kv {
namespace {

struct RocksDb {
  using DB = rocksdb::DB;
  using NativeIterator = rocksdb::Iterator;
  using NativeSnapshot = rocksdb::Snapshot;
  using NativeStatus = rocksdb::Status;
  using ReadOptions = rocksdb::ReadOptions;
  using WriteOptions = rocksdb::WriteOptions;
  using WriteBatch = rocksdb::WriteBatch;
  using Slice = rocksdb::Slice;

  static WriteOptions write_options(Durability durability) {
    WriteOptions options;
    options.sync = durability == Durability::sync;
    options.disableWAL = durability == Durability::none;
    return options;
  }

  // All logs are synced, or, where there is none, the memtable becomes a table.
  static NativeStatus flush(DB& db, Durability durability, const std::string&) {
    return durability == Durability::none ? db.Flush(rocksdb::FlushOptions()) : db.SyncWAL();
  }

  static NativeStatus compact(DB& db) {
    return db.CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr);
  }

  static Error error_of(const NativeStatus& status, const std::string& directory) {
    const std::string text = status.ToString();
    const auto error = [&](Code code, std::string_view remedy) {
      return Error(code, fmt::format("rocksdb in {}: {}; {}", directory, text, remedy));
    };
    if (text.find(": lock hold by ") != std::string::npos ||
        text.find("While lock file: ") != std::string::npos) {
      return error(Code::unavailable, "close the other store that has this directory open");
    }
    if (status.IsCorruption()) return error(Code::corruption, "restore a copy of the directory");
    if (status.IsInvalidArgument()) return error(Code::invalid_argument, "name another directory");
    if (status.IsNotSupported()) return error(Code::unimplemented, "RocksDB cannot do this");
    if (status.IsBusy() || status.IsTryAgain() || status.IsTimedOut()) {
      return error(Code::unavailable, "try later");
    }
    if (status.IsNoSpace()) return error(Code::no_space, "free some space, then open it again");
    return error(Code::io_error, "look after the disk and the rights, then open it again");
  }
};

// As a memtable alone: a flush, which has nothing to promise, must not make a table of it, and
// nothing is compacted.
struct RocksDbMemtable : RocksDb {
  static NativeStatus flush(DB&, Durability, const std::string&) { return NativeStatus::OK(); }
  static NativeStatus compact(DB&) { return NativeStatus::OK(); }
};

// A database on files in memory, which it needs to its end.
struct DatabaseInMemory : peers::Database<RocksDbMemtable> {
  DatabaseInMemory() : Database{"/memory", nullptr} {}
  ~DatabaseInMemory() { db.reset(); }
  const std::unique_ptr<rocksdb::Env> files{rocksdb::NewMemEnv(rocksdb::Env::Default())};
};

Result<std::unique_ptr<rocksdb::DB>> open(const rocksdb::Options& settings,
                                          const std::string& directory) {
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(settings, directory, &db);
  if (!status.ok()) return failure(RocksDb::error_of(status, directory));
  return std::unique_ptr<rocksdb::DB>(db);
}

rocksdb::CompressionType native(Compression compression) {
  switch (compression) {
    case Compression::none: return rocksdb::kNoCompression;
    case Compression::lz4: return rocksdb::kLZ4Compression;
    case Compression::zstd: return rocksdb::kZSTD;
  }
  return rocksdb::kNoCompression;
}

rocksdb::BlockBasedTableOptions table_settings(const Options& options) {
  rocksdb::BlockBasedTableOptions tables;
  if (options.block_bytes) tables.block_size = *options.block_bytes;
  if (options.block_cache_bytes == 0U) tables.no_block_cache = true;
  if (options.block_cache_bytes.value_or(0) > 0) {
    tables.block_cache = rocksdb::NewLRUCache(*options.block_cache_bytes);
  }
  if (options.filter_bits_per_key.value_or(0) > 0) {
    tables.filter_policy.reset(
        rocksdb::NewBloomFilterPolicy(static_cast<double>(*options.filter_bits_per_key)));
  }
  return tables;
}

// What the options make of RocksDB's own settings.
Result<rocksdb::Options> settings_of(const Options& options) {
  rocksdb::Options settings;
  settings.create_if_missing = true;
  if (options.write_buffer_bytes) settings.write_buffer_size = *options.write_buffer_bytes;
  if (options.table_bytes) settings.target_file_size_base = *options.table_bytes;
  if (options.level1_bytes) settings.max_bytes_for_level_base = *options.level1_bytes;
  settings.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table_settings(options)));
  if (!options.compression) return settings;
  settings.compression = native(*options.compression);
  settings.compression_opts.level = 1;  // of Zstandard, as ours
  if (std::ranges::count(rocksdb::GetSupportedCompressions(), settings.compression) == 0) {
    return failure(Code::invalid_argument,
                   "this RocksDB was built without that compression: take none");
  }
  return settings;
}

}  // namespace

Result<std::unique_ptr<Store>> open_rocksdb(const Options& options) {
  if (Status made = peers::make_directory("rocksdb", options); !made) {
    return failure(std::move(made));
  }
  auto settings = settings_of(options);
  if (!settings) return failure(std::move(settings));
  auto opened = open(*settings, options.directory);
  if (!opened) return failure(std::move(opened));
  auto database = std::make_shared<peers::Database<RocksDb>>(options.directory, std::move(*opened));
  return std::make_unique<peers::LogStructuredStore<RocksDb>>(
      options.limits, std::move(database), options.durability.value_or(Durability::wal));
}

Result<std::unique_ptr<Store>> open_rocksdb_memtable(const Options& options) {
  if (Status fits = check_volatile("rocksdb_memtable", options); !fits) {
    return failure(std::move(fits));
  }
  auto database = std::make_shared<DatabaseInMemory>();
  rocksdb::Options settings;
  settings.create_if_missing = true;
  settings.env = database->files.get();
  settings.write_buffer_size = std::size_t{64} << 30;  // the most that RocksDB takes
  settings.avoid_flush_during_shutdown = true;
  auto opened = open(settings, database->directory);
  if (!opened) return failure(std::move(opened));
  database->db = std::move(*opened);
  return std::make_unique<peers::LogStructuredStore<RocksDbMemtable>>(
      options.limits, std::move(database), Durability::none);
}

std::string rocksdb_version() {
  return fmt::format("{}.{}.{}", ROCKSDB_MAJOR, ROCKSDB_MINOR, ROCKSDB_PATCH);
}

std::string rocksdb_settings(const Options& options) {
  constexpr std::size_t own_cache_bytes = std::size_t{8} << 20;
  const rocksdb::Options own;
  std::string compression = "Snappy";
  if (options.compression == Compression::none) compression = "none";
  if (options.compression == Compression::lz4) compression = "lz4";
  if (options.compression == Compression::zstd) compression = "zstd";
  return peers::text(
      {.write_buffer_bytes = options.write_buffer_bytes.value_or(own.write_buffer_size),
       .block_cache_bytes = options.block_cache_bytes.value_or(own_cache_bytes),
       .compression = compression,
       .filter_bits_per_key = options.filter_bits_per_key.value_or(0),
       .block_bytes = options.block_bytes.value_or(table_settings({}).block_size),
       .table_bytes = options.table_bytes.value_or(own.target_file_size_base),
       .level1_bytes = options.level1_bytes.value_or(own.max_bytes_for_level_base)});
}

}  // namespace kv
