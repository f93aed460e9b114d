#pragma once

// Files and directories, as a database needs them: files that grow by appending, files whose space
// is allocated beforehand, and the calls that decide what survives. Code that stores takes a
// FileSystem, so that a test can hand it one that fails and crashes when told
// (base/simulated_file_system.h).
//
// What survives a loss of power? A file and its name are two things, and each has its own sync:
//
//    call                  memory of the process   memory of the kernel      disk
//
//    append, write         [bytes] ────────────────► [bytes]
//    sync                                            [bytes] ────────────────► [bytes, size]
//
//    create, preallocate,  [name] ─────────────────► [name]
//    rename, unlink
//    sync_directory                                  [name] ─────────────────► [name]
//
//    the process dies      lost                      stays                     stays
//    the power goes        lost                      any part of it may stay   stays
//
// So a file is safe once it was synced *and* its directory was. Before that, a loss of power may
// leave any part of the unsynced bytes, in pieces of 512; an unsynced end may read as zeros, and
// recycled space as its old bytes. Changes of names may come undone in any order, but each as a
// whole: after a rename without sync_directory the file has its old name or its new one. (In
// colour: docs/durability.svg.)
//
// A sync that failed is never tried again. The kernel forgets which bytes it could not write, so
// that the next sync succeeds and has written nothing (PostgreSQL learned it in 2018, "fsyncgate";
// Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020). What was
// written since the last sync that succeeded is then in doubt, even where it can still be read, by
// the next process, too: whoever needs it writes it again, into another file.
//
// *Thread safety*: any thread may call a FileSystem. Each kind of file says its own.
// *Ownership*: an open file keeps what it stands for: it may be used after an unlink or rename, and
// after its FileSystem is gone. Destroying it closes it; there is no other close, since it could
// tell nothing that sync has not told.
// *Errors*: `io_error`, `no_space`, and those that a call names. A missing file is `io_error`, not
// `not_found`: handed on by a store's get, that would say that the key has no value. Whoever must
// know asks `exists`. What is no regular file (a pipe, a device) is `io_error`, too: it has no end
// to read to, or would make one wait.
// *Simplification*: files never shrink; whoever wants one shorter writes another and renames it.
// Names change within one directory only, so that one sync_directory makes the change durable.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kv {

// A file that grows at its end.
//
// *Thread safety*: one thread at a time, but `sync` may run while another thread appends; a file is
// opened for appending once at a time.
class AppendFile {
 public:
  virtual ~AppendFile() = default;

  // Adds the bytes at the end; they survive the death of the process once this returns. After a
  // failure the file may have grown by a part of them.
  virtual Status append(std::string_view bytes) = 0;

  // Makes durable what was appended before the call, and the file's size.
  virtual Status sync() = 0;

  // Where the next append goes.
  virtual std::uint64_t size() const = 0;
};

// A file of fixed size, whose space is allocated: writing into it never fails for want of space,
// and costs no call of the operating system.
//
// *Thread safety*: any thread; writes that overlap are kept apart by the caller.
class PreallocatedFile {
 public:
  virtual ~PreallocatedFile() = default;

  // Puts the bytes at the offset; they survive the death of the process once this returns.
  // `invalid_argument` where they would reach over the end, and then nothing is written.
  virtual Status write(std::uint64_t offset, std::string_view bytes) = 0;

  // Makes durable what was written before the call, and the file's size.
  virtual Status sync() = 0;

  virtual std::uint64_t size() const = 0;
};

// A file to read from any place.
//
// *Thread safety*: any thread.
class RandomAccessFile {
 public:
  virtual ~RandomAccessFile() = default;

  // Fills `into` with the bytes from the offset on, and returns how many there were: fewer than
  // asked only at the end of the file, none behind it. After a failure `into` holds anything.
  virtual Result<std::size_t> read(std::uint64_t offset, std::span<char> into) const = 0;

  // As it is now: the file may grow.
  virtual Result<std::uint64_t> size() const = 0;
};

// Reads a file from its front to its end.
//
// *Thread safety*: one thread at a time. *Ownership*: owns the file.
class SequentialFile {
 public:
  // Requires: file is not null.
  explicit SequentialFile(std::unique_ptr<RandomAccessFile> file) : file_(std::move(file)) {}

  // The next bytes, as many as `into` takes; fewer only at the end of the file. After a failure it
  // stands where it stood.
  Result<std::size_t> read(std::span<char> into);

  // Passes over so many bytes; behind the end there is nothing to read.
  void skip(std::uint64_t bytes) { offset_ += bytes; }

  // Where the next read begins.
  std::uint64_t offset() const { return offset_; }

 private:
  std::unique_ptr<RandomAccessFile> file_;
  std::uint64_t offset_ = 0;
};

// Held until it is destroyed, or the process dies.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

// Paths are as the operating system takes them; names in them are parted by '/'.
class FileSystem {
 public:
  FileSystem() = default;
  virtual ~FileSystem() = default;
  FileSystem& operator=(const FileSystem&) = delete;

  // The operating system's; lives as long as the process.
  static FileSystem& posix();

  // A new, empty file. `conflict` if the name is taken.
  virtual Result<std::unique_ptr<AppendFile>> create(std::string_view path) = 0;

  // An existing file, to go on at its end.
  virtual Result<std::unique_ptr<AppendFile>> open_append(std::string_view path) = 0;

  // A new file of so many bytes, all zero and all allocated. `conflict` if the name is taken,
  // `no_space` if there is no room, `invalid_argument` for 0 bytes; then there is no new file. If
  // the process dies meanwhile, there may be one that is empty or too short.
  virtual Result<std::unique_ptr<PreallocatedFile>> preallocate(std::string_view path,
                                                                std::uint64_t bytes) = 0;

  // An existing file, to be written over in the size it has: this is how a log's space is recycled.
  // It holds its old bytes. `invalid_argument` if it is empty.
  virtual Result<std::unique_ptr<PreallocatedFile>> open_preallocated(std::string_view path) = 0;

  virtual Result<std::unique_ptr<RandomAccessFile>> open(std::string_view path) const = 0;

  // The same file, but opening costs more, and where the system can, a read costs no call of it:
  // for a file that is complete and read again and again.
  virtual Result<std::unique_ptr<RandomAccessFile>> open_for_lookups(std::string_view path) const {
    return open(path);
  }

  // Gives a file another name in the same directory (`invalid_argument` for another directory).
  // A file of that name is replaced: at every moment the name means one of the two.
  virtual Status rename(std::string_view from, std::string_view to) = 0;

  // Takes a file's name away; its space is free when nobody has it open.
  virtual Status unlink(std::string_view path) = 0;

  // Makes a directory whose parent exists; ok if there is one already.
  virtual Status create_directory(std::string_view path) = 0;

  // Takes an empty directory away. Errors: `io_error` if there is something in it.
  virtual Status remove_directory(std::string_view path) = 0;

  // Makes durable which names the directory holds, and what they mean. The directory's own name is
  // a name in its parent.
  virtual Status sync_directory(std::string_view path) = 0;

  // The names in the directory, sorted, of files and directories.
  virtual Result<std::vector<std::string>> list(std::string_view directory) const = 0;

  // Whether there is a file or directory of that name.
  virtual Result<bool> exists(std::string_view path) const = 0;

  virtual Result<std::uint64_t> file_size(std::string_view path) const = 0;

  // Takes the lock that the file stands for, and makes the file if it is missing. `unavailable` if
  // it is held, in this process or another. The file stays when the lock goes.
  virtual Result<std::unique_ptr<FileLock>> lock(std::string_view path) = 0;

 protected:
  FileSystem(const FileSystem&) = default;
};

// Makes the names in a certain directory durable: FileSystem::sync_directory for one that several
// parts share. A failed sync leaves the names of all of them in doubt, whoever called it, so what
// is shared remembers it (persistence/logged_commit.cc).
using SyncNames = std::function<Status()>;

// The whole file.
Result<std::string> read_file(const FileSystem& files, std::string_view path);

// Writes what a new file holds; a failure is handed on.
using FillFile = std::function<Status(AppendFile& file)>;

// What replace_file writes first has the path with this behind it.
inline constexpr std::string_view unfinished_suffix = ".new";

// Puts a new file in the place of the one at the path, or of none, as a whole: at every moment, and
// after every crash, the path means the old file or the new one. The new one is durable when this
// returns. Gives its size.
//
//   create PATH.new ── fill ── sync ── rename to PATH ── sync_names
//
// `sync_names` is how the directory is synced; null: by sync_directory. A PATH.new that a crash has
// left is removed first.  Requires: nobody else replaces the same file meanwhile.
// Errors: those of the calls and of `fill`: the old file stands then, and PATH.new is gone. But if
// it was `sync_names` that failed, the new one stands, and a loss of power may bring the old one
// back: whoever needs the new one replaces the file once more.
Result<std::uint64_t> replace_file(FileSystem& files, std::string_view path, const FillFile& fill,
                                   const SyncNames& sync_names = {});

// "db" for "db/000007.log", "." for "000007.log", "/" for "/tmp". Lives as long as the path.
std::string_view directory_of(std::string_view path);

// "db/000007.log" from "db" and "000007.log".
std::string join(std::string_view directory, std::string_view name);

// "000007.log" from 7 and ".log"; the number has more digits where it needs them.
std::string numbered_name(std::uint64_t number, std::string_view suffix);

// The number in such a name; none for any other: each number has one name. 0 is no number, and
// neither is the largest of 64 bits, since one more must be able to follow.
std::optional<std::uint64_t> number_in(std::string_view name, std::string_view suffix);

}  // namespace kv
