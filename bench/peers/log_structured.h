#pragma once

// LevelDB and RocksDB as a Store. RocksDB began as a copy of LevelDB, and what is used here is
// still called the same in both; what differs stands in a Library:
//
//   DB, NativeIterator, NativeSnapshot, NativeStatus,          the library's types
//   ReadOptions, WriteOptions, WriteBatch, Slice
//   static WriteOptions write_options(Durability)
//   static NativeStatus flush(DB&, Durability, directory)      as Store::flush
//   static NativeStatus compact(DB&)                           all of it, to the end
//   static Error error_of(const NativeStatus&, directory)      what a failure is called here
//
// *Threads*: both libraries let any thread do anything, except close beside other calls, and check
// and write in one step. Two striped locks add that: reads share one, writes the other; a batch
// with requirements holds the writes' alone while it checks and writes, and close holds both.
//
// *Lifetimes*: snapshots and iterators share the open database. If some are left when the store is
// closed, the library keeps its lock on the directory until the last of them goes.

#include <memory>
#include <shared_mutex>
#include <string>
#include <utility>

#include "bench/compactable.h"
#include "bench/peers/directory.h"
#include "bench/peers/requirement.h"
#include "bench/peers/striped_mutex.h"
#include "bench/peers/walk.h"
#include "kv/store.h"

namespace kv::peers {

template <class Library>
typename Library::Slice slice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

// An open database, and the reading that store and snapshot have in common.
template <class Library>
struct Database {
  std::string directory;
  std::unique_ptr<typename Library::DB> db;

  Result<std::string> get(std::string_view key,
                          const typename Library::NativeSnapshot* snapshot = nullptr) {
    typename Library::ReadOptions options;
    options.snapshot = snapshot;
    std::string value;
    const auto status = db->Get(options, slice<Library>(key), &value);
    if (status.ok()) return value;
    if (status.IsNotFound()) return failure(Code::not_found);
    return failure(Library::error_of(status, directory));
  }
};

// A moment that the library remembers.
template <class Library>
struct Moment {
  explicit Moment(std::shared_ptr<Database<Library>> open)
      : database(std::move(open)), snapshot(database->db->GetSnapshot()) {}
  ~Moment() { database->db->ReleaseSnapshot(snapshot); }
  Moment(const Moment&) = delete;
  Moment& operator=(const Moment&) = delete;

  const std::shared_ptr<Database<Library>> database;
  const typename Library::NativeSnapshot* const snapshot;
};

// The library's iterator as a Cursor (walk.h); it stands for the moment at which it was made, or
// for the snapshot's.
template <class Library>
class NativeCursor {
 public:
  explicit NativeCursor(std::shared_ptr<Database<Library>> database,
                        std::shared_ptr<const Moment<Library>> moment = nullptr)
      : database_(std::move(database)), moment_(std::move(moment)) {
    typename Library::ReadOptions options;
    if (moment_) options.snapshot = moment_->snapshot;
    iterator_.reset(database_->db->NewIterator(options));
  }

  void seek(std::string_view key) { iterator_->Seek(slice<Library>(key)); }
  void last() { iterator_->SeekToLast(); }
  void next() { iterator_->Next(); }
  void previous() { iterator_->Prev(); }
  bool valid() const { return iterator_->Valid(); }
  std::string_view key() const { return view(iterator_->key()); }
  std::string_view value() const { return view(iterator_->value()); }
  Status status() const {
    const auto status = iterator_->status();
    if (status.ok()) return {};
    return failure(Library::error_of(status, database_->directory));
  }

 private:
  static std::string_view view(const typename Library::Slice& bytes) {
    return {bytes.data(), bytes.size()};
  }

  // In this order, since the iterator must go first.
  std::shared_ptr<Database<Library>> database_;
  std::shared_ptr<const Moment<Library>> moment_;
  std::unique_ptr<typename Library::NativeIterator> iterator_;
};

template <class Library>
class LogStructuredSnapshot final : public Snapshot {
 public:
  LogStructuredSnapshot(std::shared_ptr<Lifetime> lifetime,
                        std::shared_ptr<const Moment<Library>> moment)
      : Snapshot(std::move(lifetime)), moment_(std::move(moment)) {}

 private:
  Result<std::string> do_get(std::string_view key, const Context&) override {
    return moment_->database->get(key, moment_->snapshot);
  }

  Result<std::unique_ptr<Iterator>> do_scan(const Range& range, Iterator::Scope scope) override {
    return std::make_unique<Walk<NativeCursor<Library>>>(
        NativeCursor<Library>(moment_->database, moment_), range, std::move(scope));
  }

  const std::shared_ptr<const Moment<Library>> moment_;
};

template <class Library>
class LogStructuredStore final : public Store, public bench::Compactable {
 public:
  LogStructuredStore(const Limits& limits, std::shared_ptr<Database<Library>> database,
                     Durability durability)
      : Store(limits),
        durability_(durability),
        write_options_(Library::write_options(durability)),
        database_(std::move(database)) {}

  ~LogStructuredStore() override { static_cast<void>(close()); }

  Status compact() override {
    const std::shared_lock lock(reads_);
    if (!database_) return Lifetime::refusal();
    return answer(Library::compact(*database_->db));
  }

 private:
  Result<std::string> do_get(std::string_view key, const Context&) override {
    const std::shared_lock lock(reads_);
    if (!database_) return Lifetime::refusal();
    return database_->get(key);
  }

  Result<std::unique_ptr<Iterator>> do_scan(const Range& range, Iterator::Scope scope) override {
    const std::shared_lock lock(reads_);
    if (!database_) return Lifetime::refusal();
    return std::make_unique<Walk<NativeCursor<Library>>>(NativeCursor<Library>(database_), range,
                                                         std::move(scope));
  }

  Result<std::unique_ptr<Snapshot>> do_snapshot(const Context&) override {
    const std::shared_lock lock(reads_);
    if (!database_) return Lifetime::refusal();
    return std::make_unique<LogStructuredSnapshot<Library>>(
        lifetime(), std::make_shared<const Moment<Library>>(database_));
  }

  Status do_put(std::string_view key, std::string_view value, const Context&) override {
    const std::shared_lock lock(writes_);
    if (!database_) return Lifetime::refusal();
    return written(database_->db->Put(write_options_, slice<Library>(key), slice<Library>(value)));
  }

  Status do_erase(std::string_view key, const Context&) override {
    const std::shared_lock lock(writes_);
    if (!database_) return Lifetime::refusal();
    return written(database_->db->Delete(write_options_, slice<Library>(key)));
  }

  Status do_apply(const Batch& batch, const Context&) override {
    if (batch.requirement_count() == 0) {
      const std::shared_lock lock(writes_);
      return write(batch);
    }
    const std::unique_lock lock(writes_);
    if (!database_) return Lifetime::refusal();
    for (const Batch::Operation& requirement : batch.requirements()) {
      if (Status met = check(requirement); !met) return met;
    }
    return write(batch);
  }

  Status do_flush(const Context&) override {
    const std::shared_lock lock(reads_);
    if (!database_) return Lifetime::refusal();
    return answer(Library::flush(*database_->db, durability_, database_->directory));
  }

  Status do_close() override {
    const std::unique_lock writes(writes_);
    const std::unique_lock reads(reads_);
    database_.reset();
    return {};
  }

  // Requires: writes_ is held alone, and the store is open.
  Status check(const Batch::Operation& requirement) {
    const Result<std::string> value = database_->get(requirement.key);
    if (value) return check_requirement(requirement, *value);
    if (!failed_with(Code::not_found, value)) return failure(value.error());
    return check_requirement(requirement, std::nullopt);
  }

  // Makes the changes.  Requires: writes_ is held, shared or alone.
  Status write(const Batch& batch) {
    if (!database_) return Lifetime::refusal();
    if (batch.change_count() == 0) return {};
    typename Library::WriteBatch changes;
    for (const Batch::Operation& change : batch.changes()) {
      if (change.kind == Batch::Kind::put) {
        changes.Put(slice<Library>(change.key), slice<Library>(change.value));
      } else {
        changes.Delete(slice<Library>(change.key));
      }
    }
    return written(database_->db->Write(write_options_, &changes));
  }

  Status answer(const typename Library::NativeStatus& status) const {
    if (status.ok()) return {};
    return failure(Library::error_of(status, database_->directory));
  }

  // A log write or sync that failed leaves open what of it is on the disk.
  Status written(const typename Library::NativeStatus& status) const {
    if (status.ok()) return {};
    Error error = Library::error_of(status, database_->directory);
    const bool open = error.code() == Code::io_error || error.code() == Code::no_space;
    return failure(open ? outcome_unknown(error) : std::move(error));
  }

  const Durability durability_;
  const typename Library::WriteOptions write_options_;

  StripedMutex reads_;
  StripedMutex writes_;                          // where both are held, this one first
  std::shared_ptr<Database<Library>> database_;  // guarded by both; null: closed
};

}  // namespace kv::peers
