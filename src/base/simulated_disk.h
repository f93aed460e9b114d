#pragma once

// What SimulatedFileSystem remembers: for each file and each directory what the kernel knows, what
// the disk holds, and the unsynced changes between the two.
//
//   kernel   ────────────────────────────► what the process reads
//      ▲
//      │ unsynced changes, in their order; a sync applies all of them to the disk,
//      │ a crash those that its policy keeps
//   disk     ────────────────────────────► what a loss of power leaves
//
// Files and directories have numbers (inodes) and names lead to numbers, so that all of it is one
// value, copied like any other.
//
// *Thread safety*: one thread at a time.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/crash_policy.h"
#include "base/random.h"

namespace kv::simulated {

// The number of a file or directory; 0 stands for none.
using Inode = std::uint64_t;

class File {
 public:
  // Bytes put at an offset. The file reaches at least to their end, with zeros before them, also
  // where there are no bytes: so a preallocated file gets its size.
  struct Write {
    std::uint64_t offset = 0;
    std::string bytes;

    std::uint64_t end() const { return offset + bytes.size(); }
  };

  const std::string& content() const { return kernel_; }
  void write(Write write);
  void sync();

  // A sync that fails: the kernel takes the unsynced changes for written, but they are not.
  // `revert` says whether it also forgets them.
  void fail_sync(bool revert);

  void crash(CrashPolicy policy, Random& random);

 private:
  std::string torn_prefix(Random& random) const;
  std::string random_sectors(Random& random) const;

  std::string kernel_;
  std::string disk_;
  std::vector<Write> unsynced_;
};

class Directory {
 public:
  using Entries = std::map<std::string, Inode, std::less<>>;

  // The name now leads to this inode, which has no other name; or, for 0, to nothing. So a rename
  // is one change, done as a whole or not at all.
  struct Change {
    std::string name;
    Inode inode = 0;
  };

  const Entries& entries() const { return kernel_; }
  Inode find(std::string_view name) const;
  void change(Change change);
  void sync();
  void fail_sync() { unsynced_.clear(); }
  void crash(CrashPolicy policy, Random& random);

  // All inodes that a name leads to, has led to, or may lead to after a crash.
  std::vector<Inode> reachable() const;

 private:
  Entries kernel_;
  Entries disk_;
  std::vector<Change> unsynced_;
};

class Disk {
 public:
  Disk();

  // 0 if there is no such name.
  Inode find(std::string_view path) const;

  // The directory that holds the path's last name, and that name. The directory is 0 if there is
  // none, or the path names the root.
  std::pair<Inode, std::string> parent(std::string_view path) const;

  File* file(Inode inode);
  Directory* directory(Inode inode);

  // Without a name as yet.
  Inode add_file();
  Inode add_directory();

  // Leaves what the policy says, and forgets what no name leads to.
  void crash(CrashPolicy policy, Random& random);

 private:
  std::map<Inode, File> files_;
  std::map<Inode, Directory> directories_;
  Inode next_ = 1;
};

}  // namespace kv::simulated
