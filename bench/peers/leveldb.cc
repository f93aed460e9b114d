// LevelDB (1.23). Where the options say nothing it has its default settings: 4 MB write buffer, 8
// MB block cache, Snappy, no Bloom filter, blocks of 4 KB. It has no LZ4: where that is asked for
// it takes Snappy, which is of the same kind; Zstandard it refuses, and a level 1 that is not of
// its own 10 MiB.
//
// Durability: its log is always written, so `none` is refused; `wal` is its default (the bytes are
// in the kernel when a write returns); `sync` is WriteOptions::sync. It answers everything that a
// Store is asked; of a full disk it tells by its messages' text only, and of a compaction that
// failed at the next write.

#include <fcntl.h>
#include <fmt/format.h>
#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "bench/peers/log_structured.h"
#include "bench/peers/open.h"
#include "bench/peers/table_settings.h"

namespace kv {
namespace {

constexpr std::size_t level1_bytes = std::size_t{10} << 20;  // MaxBytesForLevel

// Makes the file, or directory, survive the loss of power. One that is gone is not missed.
leveldb::Status sync_path(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = file >= 0 ? ::fsync(file) == 0 : errno == ENOENT;
  const int error = errno;
  if (file >= 0) ::close(file);
  if (synced) return leveldb::Status::OK();
  return leveldb::Status::IOError(path, std::generic_category().message(error));
}

struct LevelDb {
  using DB = leveldb::DB;
  using NativeIterator = leveldb::Iterator;
  using NativeSnapshot = leveldb::Snapshot;
  using NativeStatus = leveldb::Status;
  using ReadOptions = leveldb::ReadOptions;
  using WriteOptions = leveldb::WriteOptions;
  using WriteBatch = leveldb::WriteBatch;
  using Slice = leveldb::Slice;

  static WriteOptions write_options(Durability durability) {
    WriteOptions options;
    options.sync = durability == Durability::sync;
    return options;
  }

  // A synced write, an empty one, syncs the log that it stands in, and with it what was written to
  // that log before. Besides, there may be an older log whose entries are just being written to a
  // table; LevelDB never syncs it, so it is done here.
  static NativeStatus flush(DB& db, Durability, const std::string& directory) {
    WriteBatch nothing;
    NativeStatus status = db.Write(write_options(Durability::sync), &nothing);
    std::error_code error;
    for (std::filesystem::directory_iterator file(directory, error), end;
         status.ok() && !error && file != end; file.increment(error)) {
      if (file->path().extension() == ".log") status = sync_path(file->path());
    }
    if (status.ok() && error) status = NativeStatus::IOError(directory, error.message());
    return status.ok() ? sync_path(directory) : status;
  }

  static NativeStatus compact(DB& db) {
    db.CompactRange(nullptr, nullptr);
    return NativeStatus::OK();  // LevelDB tells of a compaction that failed at the next write
  }

  static Error error_of(const NativeStatus& status, const std::string& directory) {
    const std::string text = status.ToString();
    const auto error = [&](Code code, std::string_view remedy) {
      return Error(code, fmt::format("leveldb in {}: {}; {}", directory, text, remedy));
    };
    if (text.find(": lock ") != std::string::npos) {
      return error(Code::unavailable, "close the other store that has this directory open");
    }
    if (status.IsCorruption()) return error(Code::corruption, "restore a copy of the directory");
    if (status.IsInvalidArgument()) return error(Code::invalid_argument, "name another directory");
    if (status.IsNotSupportedError()) return error(Code::unimplemented, "LevelDB cannot do this");
    if (text.find(std::generic_category().message(ENOSPC)) != std::string::npos) {
      return error(Code::no_space, "free some space, then open it again");
    }
    return error(Code::io_error, "look after the disk and the rights, then open it again");
  }
};

// A database with what it borrows to its end.
struct TunedDatabase : peers::Database<LevelDb> {
  explicit TunedDatabase(const std::string& path) : Database{path, nullptr} {}
  ~TunedDatabase() { db.reset(); }

  // What the options make of LevelDB's own settings.
  leveldb::Options settings(const Options& options) {
    leveldb::Options settings;
    settings.create_if_missing = true;
    if (options.write_buffer_bytes) settings.write_buffer_size = *options.write_buffer_bytes;
    if (options.table_bytes) settings.max_file_size = *options.table_bytes;
    if (options.block_bytes) settings.block_size = *options.block_bytes;
    if (options.block_cache_bytes) {
      cache.reset(leveldb::NewLRUCache(*options.block_cache_bytes));
      settings.block_cache = cache.get();
    }
    if (options.filter_bits_per_key.value_or(0) > 0) {
      filter.reset(leveldb::NewBloomFilterPolicy(static_cast<int>(*options.filter_bits_per_key)));
      settings.filter_policy = filter.get();
    }
    if (options.compression == Compression::none) settings.compression = leveldb::kNoCompression;
    return settings;
  }

  std::unique_ptr<leveldb::Cache> cache;
  std::unique_ptr<const leveldb::FilterPolicy> filter;
};

}  // namespace

Result<std::unique_ptr<Store>> open_leveldb(const Options& options) {
  const Durability durability = options.durability.value_or(Durability::wal);
  if (durability == Durability::none) {
    return failure(Code::invalid_argument,
                   "leveldb always writes its log: take the durability wal or sync");
  }
  if (options.compression == Compression::zstd) {
    return failure(Code::invalid_argument,
                   "leveldb has no Zstandard: take the compression none or lz4");
  }
  if (options.level1_bytes.value_or(level1_bytes) != level1_bytes) {
    return failure(
        Code::invalid_argument,
        fmt::format("leveldb's level 1 always holds {} bytes: take these, or leave it unset",
                    level1_bytes));
  }
  if (Status made = peers::make_directory("leveldb", options); !made) {
    return failure(std::move(made));
  }
  auto database = std::make_shared<TunedDatabase>(options.directory);
  leveldb::DB* db = nullptr;
  const leveldb::Status status =
      leveldb::DB::Open(database->settings(options), options.directory, &db);
  if (!status.ok()) return failure(LevelDb::error_of(status, options.directory));
  database->db.reset(db);
  return std::make_unique<peers::LogStructuredStore<LevelDb>>(options.limits, std::move(database),
                                                              durability);
}

std::string leveldb_version() {
  return fmt::format("{}.{}", leveldb::kMajorVersion, leveldb::kMinorVersion);
}

std::string leveldb_settings(const Options& options) {
  constexpr std::size_t own_cache_bytes = std::size_t{8} << 20;
  const leveldb::Options own;
  std::string compression = "Snappy";
  if (options.compression == Compression::none) compression = "none";
  if (options.compression == Compression::lz4) compression = "Snappy (it has no LZ4)";
  if (options.compression == Compression::zstd) compression = "zstd, which it has not";
  return peers::text(
      {.write_buffer_bytes = options.write_buffer_bytes.value_or(own.write_buffer_size),
       .block_cache_bytes = options.block_cache_bytes.value_or(own_cache_bytes),
       .compression = compression,
       .filter_bits_per_key = options.filter_bits_per_key.value_or(0),
       .block_bytes = options.block_bytes.value_or(own.block_size),
       .table_bytes = options.table_bytes.value_or(own.max_file_size),
       .level1_bytes = level1_bytes});
}

}  // namespace kv
