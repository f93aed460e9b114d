#pragma once

// The directory that a store keeps its files in: one store, one engine, one process at a time.
//
//   LOCK         held by the process that has the store open; its content means nothing
//   FORMAT       "kvdb 1 wal": the version of the directory's format, and the engine
//   checkpoint   persistence/checkpoint.h
//   000007.log   persistence/wal.h
//   000003.sst   storage/sstable.h
//   manifest     persistence/manifest.h: engine lsm alone makes one
//   *.damaged    what salvage has set aside (persistence/salvage.h); nobody reads it
//
// FORMAT is made before any file that holds data, and durable before it: a directory without it
// holds no store, and whatever else is in it belongs to somebody else. A FORMAT beside no data
// proves nothing: its maker may have died before its name was durable, or have heard that the sync
// failed, and no later sync makes up for that (base/file_system.h). So as long as there is no data,
// every opening writes it anew.
//
// *Thread safety*: one thread at a time. *Ownership*: borrows the file system. Destroying it lets
// go of the lock. *Errors*: each names the directory and says what to do.
// *Simplification*: a directory that was there before us has a name that somebody else made. If the
// sync of that name fails, the opening fails; but the next one syncs again, and believes it.

#include <memory>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/result.h"

namespace kv {

inline constexpr std::string_view format_name = "FORMAT";

// Of the copies of damaged files that a salvage keeps; a number may follow.
inline constexpr std::string_view damaged_suffix = ".damaged";

class DatabaseDirectory {
 public:
  // Opens the directory for this engine; makes it, and those above it, where they are missing. A
  // store of engine `takes_over`, if that is not empty, is this one's from now on: whoever opens it
  // so calls take_over once its data is in this engine's form.
  // Errors: `invalid_argument` for an empty path, for a directory that holds other files, another
  // engine's, or a newer format; `unavailable` if the store is open, in this process or another;
  // `corruption` if FORMAT is damaged, or missing beside files of ours; those of FileSystem.
  static Result<DatabaseDirectory> open(FileSystem& files, std::string_view path,
                                        std::string_view engine, std::string_view takes_over = {});

  // Opens a directory that is there, whatever its FORMAT says; for salvage. Errors: `unavailable`
  // as open; those of FileSystem.
  static Result<DatabaseDirectory> open_unchecked(FileSystem& files, std::string_view path);

  // Says in FORMAT that the directory belongs to this engine; durable when this returns. If it
  // fails, there is no FORMAT, so that nobody takes one for durable that is not.
  Status write_format(std::string_view engine);

  // Says in FORMAT that the directory belongs to this engine now. If it fails, FORMAT says the one
  // or the other. `sync_names` is how the directory is synced; null: by
  // FileSystem::sync_directory.
  Status take_over(std::string_view engine, const SyncNames& sync_names = {});

  // What FORMAT said when the directory was opened.
  const std::string& made_by() const { return made_by_; }

  // Lets go of the lock.
  void release() { lock_.reset(); }

  FileSystem& files() const { return *files_; }
  const std::string& path() const { return path_; }

 private:
  DatabaseDirectory(FileSystem& files, std::string path, std::unique_ptr<FileLock> lock)
      : files_(&files), path_(std::move(path)), lock_(std::move(lock)) {}

  FileSystem* files_;
  std::string path_;
  std::unique_ptr<FileLock> lock_;
  std::string made_by_;
};

// Which engine the directory belongs to; lsm, if there is a manifest, also where FORMAT does not
// say so yet. Takes no lock. Errors: as open; `invalid_argument` if there is no store.
Result<std::string> engine_of(const FileSystem& files, std::string_view directory);

}  // namespace kv
