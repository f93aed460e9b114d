// LMDB (0.9.24), a B+tree in a memory map: readers see the map itself, a writer copies the pages
// that it changes and then makes them count by writing one of the two meta pages. Its read
// transactions are our snapshots and iterators, its write transactions, one at a time, our batches.
//
// Durability, never with MDB_WRITEMAP (whose writes into the map a stray pointer could forge):
//
//   sync  LMDB's default: pages and meta page are on the disk when a commit returns.
//   wal   MDB_NOSYNC. LMDB has no log, yet the death of the process loses nothing: a commit has
//         handed its pages to the kernel by pwrite, and after them the meta page, when it returns;
//         a process that dies between the two leaves the old meta page, so the old tree. The loss
//         of power may lose what came after the last flush, and, since the kernel writes pages in
//         any order, may leave a meta page that points to pages which never arrived: a damaged
//         file. `wal` does not promise more; LevelDB's log, there, would lose its tail and no more.
//   none  the same: LMDB has nothing that is cheaper without MDB_WRITEMAP. (With it, puts of 100
//         bytes took a seventh of the time: no pwrite of whole pages at each commit. But then the
//         file has the map's size at once, and a full disk is a signal instead of an error.)
//
// What it cannot do: keys of more than 511 bytes and the empty key (a put answers
// `invalid_argument`; a get finds nothing, an erase has nothing to do); more data than its map has
// addresses for, 64 GiB (`no_space`). Conditional batches cost it nothing extra; on the other hand
// no two writers share a sync. A snapshot or iterator that lives long keeps every page since then,
// and, after its store was closed, the directory. The iterators of one snapshot take turns, since
// LMDB wants one thread at a time in a transaction.

#include <fmt/format.h>
#include <lmdb.h>

#include <array>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "bench/peers/directory.h"
#include "bench/peers/lmdb_database.h"
#include "bench/peers/open.h"
#include "bench/peers/requirement.h"
#include "bench/peers/striped_mutex.h"
#include "bench/peers/walk.h"

namespace kv {
namespace {

using peers::LmdbDatabase;
using peers::LmdbReading;
using Sharing = LmdbReading::Sharing;

// LMDB's cursor as a Cursor (walk.h).
class LmdbCursor {
 public:
  static Result<LmdbCursor> open(const std::shared_ptr<LmdbReading>& reading) {
    const auto lock = reading->lock();
    MDB_cursor* cursor = nullptr;
    const int code = mdb_cursor_open(reading->transaction(), reading->database().handle(), &cursor);
    if (code != MDB_SUCCESS) return failure(reading->database().error_of(code));
    return LmdbCursor(reading, cursor);
  }

  // To LMDB it is an error to seek the empty key.
  void seek(std::string_view key) {
    key_ = peers::lmdb_value(key);
    move(key.empty() ? MDB_FIRST : MDB_SET_RANGE);
  }
  void last() { move(MDB_LAST); }
  void next() { move(MDB_NEXT); }
  void previous() { move(MDB_PREV); }
  bool valid() const { return code_ == MDB_SUCCESS; }
  std::string_view key() const { return peers::view(key_); }
  std::string_view value() const { return peers::view(value_); }
  Status status() const {
    if (code_ == MDB_SUCCESS || code_ == MDB_NOTFOUND) return {};
    return failure(reading_->database().error_of(code_));
  }

 private:
  LmdbCursor(std::shared_ptr<LmdbReading> reading, MDB_cursor* cursor)
      : reading_(std::move(reading)), cursor_(cursor) {}

  void move(MDB_cursor_op operation) {
    const auto lock = reading_->lock();
    code_ = mdb_cursor_get(cursor_.get(), &key_, &value_, operation);
  }

  struct Close {
    void operator()(MDB_cursor* cursor) const { mdb_cursor_close(cursor); }
  };

  // In this order, since the cursor must go first.
  std::shared_ptr<LmdbReading> reading_;
  std::unique_ptr<MDB_cursor, Close> cursor_;
  MDB_val key_{};
  MDB_val value_{};
  int code_ = MDB_NOTFOUND;
};

Result<std::unique_ptr<Iterator>> walk(const std::shared_ptr<LmdbReading>& reading,
                                       const Range& range, Iterator::Scope scope) {
  Result<LmdbCursor> cursor = LmdbCursor::open(reading);
  if (!cursor) return failure(std::move(cursor));
  return std::make_unique<peers::Walk<LmdbCursor>>(*std::move(cursor), range, std::move(scope));
}

class LmdbSnapshot final : public Snapshot {
 public:
  LmdbSnapshot(std::shared_ptr<Lifetime> lifetime, std::shared_ptr<LmdbReading> reading)
      : Snapshot(std::move(lifetime)), reading_(std::move(reading)) {}

 private:
  Result<std::string> do_get(std::string_view key, const Context&) override {
    const auto lock = reading_->lock();
    return reading_->database().get(reading_->transaction(), key);
  }

  Result<std::unique_ptr<Iterator>> do_scan(const Range& range, Iterator::Scope scope) override {
    return walk(reading_, range, std::move(scope));
  }

  const std::shared_ptr<LmdbReading> reading_;
};

class LmdbStore final : public Store {
 public:
  LmdbStore(const Limits& limits, std::shared_ptr<LmdbDatabase> database)
      : Store(limits), database_(std::move(database)) {}

  ~LmdbStore() override { static_cast<void>(close()); }

 private:
  Result<std::string> do_get(std::string_view key, const Context&) override {
    Slot& slot = slots_[peers::stripe_of_this_thread()];
    const std::lock_guard lock(slot.mutex);
    if (!database_) return Lifetime::refusal();
    if (const int code = renew(slot); code != MDB_SUCCESS) {
      return failure(database_->error_of(code));
    }
    Result<std::string> value = database_->get(slot.transaction, key);
    mdb_txn_reset(slot.transaction);
    return value;
  }

  Result<std::unique_ptr<Iterator>> do_scan(const Range& range, Iterator::Scope scope) override {
    Result<std::shared_ptr<LmdbReading>> reading = begin_reading(Sharing::one_owner);
    if (!reading) return failure(std::move(reading));
    return walk(*reading, range, std::move(scope));
  }

  Result<std::unique_ptr<Snapshot>> do_snapshot(const Context&) override {
    Result<std::shared_ptr<LmdbReading>> reading = begin_reading(Sharing::many_threads);
    if (!reading) return failure(std::move(reading));
    return std::make_unique<LmdbSnapshot>(lifetime(), *std::move(reading));
  }

  Status do_put(std::string_view key, std::string_view value, const Context&) override {
    return write([&](MDB_txn* transaction) { return put(transaction, key, value); });
  }

  Status do_erase(std::string_view key, const Context&) override {
    return write([&](MDB_txn* transaction) { return erase(transaction, key); });
  }

  Status do_apply(const Batch& batch, const Context&) override {
    return write([&](MDB_txn* transaction) -> Status {
      for (const Batch::Operation& requirement : batch.requirements()) {
        if (Status met = check(transaction, requirement); !met) return met;
      }
      for (const Batch::Operation& change : batch.changes()) {
        Status made = change.kind == Batch::Kind::put ? put(transaction, change.key, change.value)
                                                      : erase(transaction, change.key);
        if (!made) return made;
      }
      return {};
    });
  }

  Status do_flush(const Context&) override {
    const std::shared_lock lock(writes_);
    if (!database_) return Lifetime::refusal();
    const int code = mdb_env_sync(database_->environment(), 1);
    if (code == MDB_SUCCESS) return {};
    return failure(database_->error_of(code));
  }

  Status do_close() override {
    const std::unique_lock writes(writes_);
    for (Slot& slot : slots_) slot.mutex.lock();
    for (Slot& slot : slots_) {
      mdb_txn_abort(std::exchange(slot.transaction, nullptr));  // null is fine
    }
    database_.reset();
    for (Slot& slot : slots_) slot.mutex.unlock();
    return {};
  }

  // A transaction that waits to be used again: to begin one costs as much as a get.
  struct alignas(64) Slot {
    std::mutex mutex;
    MDB_txn* transaction = nullptr;  // guarded by mutex
  };

  // Makes the transaction see what is there now.  Requires: its mutex is held, the store is open.
  int renew(Slot& slot) {
    if (slot.transaction != nullptr) return mdb_txn_renew(slot.transaction);
    return mdb_txn_begin(database_->environment(), nullptr, MDB_RDONLY, &slot.transaction);
  }

  Result<std::shared_ptr<LmdbReading>> begin_reading(Sharing sharing) {
    const std::lock_guard lock(slots_[peers::stripe_of_this_thread()].mutex);
    if (!database_) return Lifetime::refusal();
    return LmdbReading::begin(database_, sharing);
  }

  // One write transaction, in which `changes` is called; it is undone if that fails.
  template <class Changes>
  Status write(Changes changes) {
    const std::shared_lock lock(writes_);
    if (!database_) return Lifetime::refusal();
    MDB_txn* transaction = nullptr;
    if (const int code = mdb_txn_begin(database_->environment(), nullptr, 0, &transaction)) {
      return failure(database_->error_of(code));
    }
    if (Status made = changes(transaction); !made) {
      mdb_txn_abort(transaction);
      return made;
    }
    const int code = mdb_txn_commit(transaction);
    if (code == MDB_SUCCESS) return {};
    // A full disk is met before the meta page is written, so nothing happened; of other failures
    // one cannot tell.
    Error error = database_->error_of(code);
    const bool open = error.code() == Code::io_error;
    return failure(open ? peers::outcome_unknown(error) : std::move(error));
  }

  Status put(MDB_txn* transaction, std::string_view key, std::string_view value) {
    MDB_val lmdb_key = peers::lmdb_value(key);
    MDB_val lmdb_value = peers::lmdb_value(value);
    const int code = mdb_put(transaction, database_->handle(), &lmdb_key, &lmdb_value, 0);
    if (code == MDB_SUCCESS) return {};
    return failure(database_->error_of(code));
  }

  Status erase(MDB_txn* transaction, std::string_view key) {
    if (key.empty()) return {};  // to LMDB it is an error, not an absent key
    MDB_val lmdb_key = peers::lmdb_value(key);
    const int code = mdb_del(transaction, database_->handle(), &lmdb_key, nullptr);
    if (code == MDB_SUCCESS || code == MDB_NOTFOUND) return {};
    return failure(database_->error_of(code));
  }

  Status check(MDB_txn* transaction, const Batch::Operation& requirement) {
    const Result<std::string> value = database_->get(transaction, requirement.key);
    if (value) return peers::check_requirement(requirement, *value);
    if (!failed_with(Code::not_found, value)) return failure(value.error());
    return peers::check_requirement(requirement, std::nullopt);
  }

  std::shared_mutex writes_;  // shared by writes, which LMDB lets in one by one; alone by close
  std::array<Slot, peers::stripes> slots_;
  std::shared_ptr<LmdbDatabase> database_;  // guarded by writes_ and by all slots; null: closed
};

}  // namespace

std::string lmdb_version() {
  return fmt::format("{}.{}.{}", MDB_VERSION_MAJOR, MDB_VERSION_MINOR, MDB_VERSION_PATCH);
}

Result<std::unique_ptr<Store>> open_lmdb(const Options& options) {
  if (Status made = peers::make_directory("lmdb", options); !made) {
    return failure(std::move(made));
  }
  Result<std::shared_ptr<LmdbDatabase>> database =
      LmdbDatabase::open(options.directory, options.durability.value_or(Durability::wal));
  if (!database) return failure(std::move(database));
  return std::make_unique<LmdbStore>(options.limits, *std::move(database));
}

}  // namespace kv
