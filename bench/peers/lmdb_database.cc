#include "bench/peers/lmdb_database.h"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <set>
#include <system_error>

namespace kv::peers {
namespace {

// Addresses, not memory: the file grows as data comes. More than any benchmark here writes.
constexpr std::size_t map_bytes = std::size_t{64} << 30;

// Each snapshot and iterator that lives needs one, and each cached transaction (lmdb.cc). They cost
// 64 bytes each in the lock file.
constexpr unsigned most_readers = 4096;

// LMDB must not be opened twice by one process (closing one drops the other's file locks), and does
// not notice. These are the directories that are open.
class OpenDirectories {
 public:
  bool add(const std::string& path) {
    const std::lock_guard lock(mutex_);
    return paths_.insert(path).second;
  }
  void remove(const std::string& path) {
    const std::lock_guard lock(mutex_);
    paths_.erase(path);
  }

  static OpenDirectories& instance() {
    static OpenDirectories directories;
    return directories;
  }

 private:
  std::mutex mutex_;
  std::set<std::string> paths_;  // guarded by mutex_
};

}  // namespace

Result<std::shared_ptr<LmdbDatabase>> LmdbDatabase::open(const std::string& directory,
                                                         Durability durability) {
  std::shared_ptr<LmdbDatabase> database(new LmdbDatabase(directory));
  std::error_code error;
  const std::string path = std::filesystem::canonical(directory, error).string();
  if (error) return failure(database->error_of(error.value()));
  if (!OpenDirectories::instance().add(path)) {
    return failure(Code::unavailable,
                   fmt::format("lmdb in {} is open in this process already; close that store, and "
                               "let go of its snapshots and iterators",
                               directory));
  }
  database->registered_ = path;
  const unsigned durable = durability == Durability::sync ? 0 : MDB_NOSYNC;
  if (const int code = database->open_environment(MDB_NOTLS | durable); code != MDB_SUCCESS) {
    return failure(database->error_of(code));
  }
  return database;
}

int LmdbDatabase::open_environment(unsigned flags) {
  if (const int code = mdb_env_create(&environment_); code != MDB_SUCCESS) return code;
  if (const int code = mdb_env_set_mapsize(environment_, map_bytes)) return code;
  if (const int code = mdb_env_set_maxreaders(environment_, most_readers)) return code;
  if (const int code = mdb_env_open(environment_, directory_.c_str(), flags, 0644)) return code;
  int dead_readers = 0;  // of processes that were killed: they would keep old pages for ever
  if (const int code = mdb_reader_check(environment_, &dead_readers)) return code;
  MDB_txn* transaction = nullptr;
  if (const int code = mdb_txn_begin(environment_, nullptr, MDB_RDONLY, &transaction)) return code;
  if (const int code = mdb_dbi_open(transaction, nullptr, 0, &handle_)) {
    mdb_txn_abort(transaction);
    return code;
  }
  return mdb_txn_commit(transaction);
}

LmdbDatabase::~LmdbDatabase() {
  if (environment_ != nullptr) mdb_env_close(environment_);
  if (!registered_.empty()) OpenDirectories::instance().remove(registered_);
}

Error LmdbDatabase::error_of(int code) const {
  const auto error = [&](Code ours, std::string_view remedy) {
    return Error(ours, fmt::format("lmdb in {}: {}; {}", directory_, mdb_strerror(code), remedy));
  };
  switch (code) {
    case MDB_NOTFOUND: return Code::not_found;
    case MDB_MAP_FULL: return error(Code::no_space, "its map of 64 GiB is full: erase something");
    case ENOSPC: return error(Code::no_space, "free some space");
    case MDB_READERS_FULL:
      return error(Code::unavailable, "let go of some snapshots and iterators");
    case MDB_BAD_VALSIZE: return error(Code::invalid_argument, "keys have 1 to 511 bytes");
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_PANIC:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH: return error(Code::corruption, "restore a copy of the directory");
    default: return error(Code::io_error, "look after the disk and the rights");
  }
}

Result<std::string> LmdbDatabase::get(MDB_txn* transaction, std::string_view key) const {
  if (key.empty()) return failure(Code::not_found);  // to LMDB it is an error to ask for it
  MDB_val lmdb_key = lmdb_value(key);
  MDB_val value;
  const int code = mdb_get(transaction, handle_, &lmdb_key, &value);
  if (code != MDB_SUCCESS) return failure(error_of(code));
  return std::string(view(value));
}

Result<std::shared_ptr<LmdbReading>> LmdbReading::begin(std::shared_ptr<LmdbDatabase> database,
                                                        Sharing sharing) {
  MDB_txn* transaction = nullptr;
  const int code = mdb_txn_begin(database->environment(), nullptr, MDB_RDONLY, &transaction);
  if (code != MDB_SUCCESS) return failure(database->error_of(code));
  return std::shared_ptr<LmdbReading>(new LmdbReading(std::move(database), sharing, transaction));
}

}  // namespace kv::peers
