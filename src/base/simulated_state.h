#pragma once

// What stands behind SimulatedFileSystem and its open files: a disk, the numbered calls that change
// it, the crash ahead and the faults.
//
// *Thread safety*: any thread; one mutex. *Errors*: as FileSystem and SimulatedFileSystem say.

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/simulated_disk.h"
#include "base/simulated_file_system.h"

namespace kv {

namespace simulated {

// `io_error`: cannot do this to that file.
std::unexpected<Error> cannot(std::string_view what, std::string_view path, std::string_view why);

}  // namespace simulated

// An open file or a lock: it is good for one life of the process, from a start to a crash.
struct SimulatedHandle {
  simulated::Inode inode = 0;
  std::string path;
  std::uint64_t life = 0;
};

class SimulatedState {
 public:
  SimulatedState() = default;
  SimulatedState(const SimulatedState& other);
  SimulatedState& operator=(const SimulatedState&) = delete;

  std::uint64_t points() const;
  std::vector<CrashPoint> history() const;
  void crash_at(std::uint64_t number);
  bool dead() const;
  void crash(CrashPolicy policy, Random& random);
  void fail(Fault fault, std::uint64_t passing, std::uint64_t seed);
  void clear_faults();

  Result<SimulatedHandle> create(std::string_view path);
  Result<SimulatedHandle> preallocate(std::string_view path, std::uint64_t bytes);
  Result<SimulatedHandle> open(std::string_view path);
  Status rename(std::string_view from, std::string_view to);
  Status unlink(std::string_view path);
  Status create_directory(std::string_view path);
  Status remove_directory(std::string_view path);
  Status sync_directory(std::string_view path);
  Result<std::vector<std::string>> list(std::string_view path);
  Result<bool> exists(std::string_view path);
  Result<SimulatedHandle> lock(std::string_view path);
  void unlock(const SimulatedHandle& held);

  Status append(const SimulatedHandle& file, std::string_view bytes);
  Status write(const SimulatedHandle& file, std::uint64_t offset, std::string_view bytes);
  Status sync(const SimulatedHandle& file);
  Result<std::size_t> read(const SimulatedHandle& file, std::uint64_t offset, std::span<char> into);
  Result<std::uint64_t> size(const SimulatedHandle& file);

 private:
  using Place = std::pair<simulated::Inode, std::string>;

  // The call in which the process died: it may yet turn out to have happened. A preallocation
  // changes both a file, namely its size, and a directory.
  struct UnderWay {
    simulated::Inode file = 0;  // the file that was written, or 0
    simulated::File::Write write;
    simulated::Inode directory = 0;  // the directory that was changed, or 0
    simulated::Directory::Change change;
  };

  // All below require the mutex.
  Status alive() const;
  Result<simulated::File*> open_file(const SimulatedHandle& handle);
  Result<simulated::Inode> find_file(std::string_view what, std::string_view path);

  // The directory in which a name can be made, and the name.
  Result<Place> place(std::string_view what, std::string_view path);
  Result<Place> free_place(std::string_view what, std::string_view path);

  // Gives the call its number. Fails if the process dies in it.
  Status count(ChangingCall call, std::string_view path);
  Status change_bytes(ChangingCall call, const SimulatedHandle& file, simulated::File::Write write);
  Status change_name(ChangingCall call, std::string_view path, simulated::Inode directory,
                     simulated::Directory::Change change);

  // Makes happen what the dying call still did.
  void finish_under_way(CrashPolicy policy, Random& random);

  // Whether the fault strikes this call.
  bool strikes(Fault fault);

  struct Armed {
    std::uint64_t passing = 0;
    Random random{0};
  };
  static constexpr std::size_t fault_kinds = 6;

  mutable std::mutex mutex_;

  // Guarded by mutex_.
  simulated::Disk disk_;
  std::vector<CrashPoint> history_;
  std::optional<std::uint64_t> crash_at_;
  bool dead_ = false;
  std::optional<UnderWay> under_way_;
  std::uint64_t life_ = 0;
  std::set<simulated::Inode> locked_;
  std::array<std::optional<Armed>, fault_kinds> armed_;
  Random struck_{0};  // of the fault that struck last
  bool full_ = false;
};

}  // namespace kv
