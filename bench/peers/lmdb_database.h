#pragma once

// LMDB's environment and its read transactions, owned as C++ owns things; what a failure is called
// here. Private to lmdb.cc.

#include <lmdb.h>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kv/options.h"

namespace kv::peers {

// The longest key: a limit that LMDB is compiled with.
inline constexpr std::size_t longest_key_bytes = 511;

inline MDB_val lmdb_value(std::string_view bytes) {
  // LMDB never writes to what it is given, but its C interface has no const.
  return {bytes.size(), const_cast<char*>(bytes.data())};
}

inline std::string_view view(const MDB_val& value) {
  return {static_cast<const char*>(value.mv_data), value.mv_size};
}

// An open environment with its one unnamed database. Whatever reads it shares it, so that it is
// closed last.
class LmdbDatabase {
 public:
  static Result<std::shared_ptr<LmdbDatabase>> open(const std::string& directory,
                                                    Durability durability);
  ~LmdbDatabase();
  LmdbDatabase(const LmdbDatabase&) = delete;
  LmdbDatabase& operator=(const LmdbDatabase&) = delete;

  MDB_env* environment() const { return environment_; }
  MDB_dbi handle() const { return handle_; }

  // The failure that an LMDB call returned.
  Error error_of(int code) const;

  // The key's value as the transaction sees it. Any key may be asked for, also one that cannot be
  // put.
  Result<std::string> get(MDB_txn* transaction, std::string_view key) const;

 private:
  explicit LmdbDatabase(std::string directory) : directory_(std::move(directory)) {}
  int open_environment(unsigned flags);

  const std::string directory_;
  std::string registered_;  // its real path, while it is among the open directories; or empty
  MDB_env* environment_ = nullptr;
  MDB_dbi handle_ = 0;
};

// A read transaction: a snapshot in LMDB's own words. One thread at a time may use it, so that
// where several share one they take its lock.
class LmdbReading {
 public:
  enum class Sharing : bool { one_owner, many_threads };

  static Result<std::shared_ptr<LmdbReading>> begin(std::shared_ptr<LmdbDatabase> database,
                                                    Sharing sharing);
  ~LmdbReading() { mdb_txn_abort(transaction_); }
  LmdbReading(const LmdbReading&) = delete;
  LmdbReading& operator=(const LmdbReading&) = delete;

  MDB_txn* transaction() const { return transaction_; }
  const LmdbDatabase& database() const { return *database_; }

  // Held while the transaction, or a cursor of it, is used.
  std::unique_lock<std::mutex> lock() {
    return sharing_ == Sharing::many_threads ? std::unique_lock(mutex_)
                                             : std::unique_lock<std::mutex>();
  }

 private:
  LmdbReading(std::shared_ptr<LmdbDatabase> database, Sharing sharing, MDB_txn* transaction)
      : database_(std::move(database)), sharing_(sharing), transaction_(transaction) {}

  const std::shared_ptr<LmdbDatabase> database_;
  const Sharing sharing_;
  MDB_txn* const transaction_;
  std::mutex mutex_;
};

}  // namespace kv::peers
