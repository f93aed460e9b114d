#pragma once

// A file system in memory that forgets, fails and crashes when told: for tests of code that must
// survive it. It behaves as FileSystem says (a picture of what is durable when stands there), and
// keeps apart what the process sees and what the disk holds.
//
// Every call that changes something is a *crash point* and has a number, so that a test can run the
// same steps again and crash at each of them:
//
//   steps        create a   append a   sync a   sync_directory /   rename a to b
//   number          0          1          2             3                4
//                                         ▲
//                       crash_at(2): this call and all later ones fail: the process is dead.
//                       The call itself may have happened, or not, or in part.
//                       crash(policy, random): the restart. The policy says what is left.
//
// A test of replace_file, which is to put a new file in the place of an old one:
//
//   for (std::uint64_t point = 0;; ++point) {
//     SimulatedFileSystem files;
//     ... lay the old file down, with sync and sync_directory ...
//     files.crash_at(files.points() + point);
//     const bool done = replace_file(files, "/db/file", fill_with("new")).has_value();
//     if (!files.dead()) break;                    // it has crashed at each of its points
//     for (const CrashPolicy policy : power_losses) {
//       SimulatedFileSystem after = files;         // a world for each policy
//       after.crash(policy, random);
//       ... read_file(after, "/db/file") is the old text or the new; the new one if done ...
//     }
//   }
//
// A copy is independent, so that one crash can be followed by every crash of its recovery. Faults,
// by contrast, are failures that the process lives through and hears of.
//
// *Thread safety*: any thread; copying a file system that others use is safe, too. Numbers repeat
// only if the calls do: background work runs on a SimulatedExecutor then.
// *Ownership*: open files may outlive it. After a crash, files that were open before it answer
// `io_error`, and no lock is held. A copy has no open files, locks or faults, and no crash ahead,
// but it is dead if the original was.
// *Errors*: those of FileSystem, and `io_error` from a dead process.
// *Simplification*: all paths begin at the one root, which is there and durable; "a" is "/a". Only
// files can be renamed and unlinked. There is room for all bytes until a fault says otherwise.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/crash_policy.h"
#include "base/file_system.h"
#include "base/random.h"

namespace kv {

class SimulatedState;

// Every policy by which the power may go.
inline constexpr std::array power_losses = {CrashPolicy::nothing, CrashPolicy::everything,
                                            CrashPolicy::torn_prefix, CrashPolicy::random_sectors,
                                            CrashPolicy::lost_entry};

// The calls that change something. `lock` does where it makes the file.
enum class ChangingCall : unsigned char {
  create,
  append,
  preallocate,
  write,
  sync,
  rename,
  unlink,
  create_directory,
  remove_directory,
  sync_directory,
  lock,
};

// The call's name as it stands above. Valid for ever.
std::string_view name(ChangingCall call);

// A call that changed something, or failed to. A rename has its old path here, and an open file the
// path by which it was opened.
struct CrashPoint {
  ChangingCall call;
  std::string path;
};

enum class Fault : unsigned char {
  disk_full,          // an append takes a part of its bytes, or a preallocate nothing: `no_space`;
                      // so does every later one, until clear_faults
  write_fails,        // a write into a preallocated file gives `io_error`; any part of its bytes,
                      // none or all of them, is there
  read_fails,         // a read gives `io_error`
  read_flips_bit,     // a read succeeds, and one bit of what it gives is wrong
  sync_fails_keeps,   // a sync gives `io_error`; what was unsynced never reaches the disk, though
                      // the process still sees it and the next sync succeeds
  sync_fails_reverts  // the same, but the process sees what the disk holds, and zeros up to the
                      // file's size; of a directory it still sees all
};

class SimulatedFileSystem final : public FileSystem {
 public:
  SimulatedFileSystem();
  SimulatedFileSystem(const SimulatedFileSystem& other);
  ~SimulatedFileSystem() override;

  // How many calls have changed something: the number of the next. Goes on over a crash.
  std::uint64_t points() const;

  // All of them, in order.
  std::vector<CrashPoint> history() const;

  // The process dies in the call of this number.  Requires: number >= points().
  void crash_at(std::uint64_t number);

  // Whether it has died, and was not restarted.
  bool dead() const;

  // Restarts after a crash: at the crash point, or just now if the process is alive. Drops faults
  // and the crash ahead.
  void crash(CrashPolicy policy, Random& random);

  // Arms a fault: of the calls that it can strike, `passing` succeed and the next one fails. It
  // strikes appends and preallocations; or writes of at least one byte; or reads that give at least
  // one byte; or syncs of files and of directories. The seed chooses the bit and how many bytes
  // were written. A fault of the same kind that was armed is forgotten.
  void fail(Fault fault, std::uint64_t passing = 0, std::uint64_t seed = 0);

  // Disarms all faults, and makes room on the disk. What a sync forgot stays forgotten.
  void clear_faults();

  Result<std::unique_ptr<AppendFile>> create(std::string_view path) override;
  Result<std::unique_ptr<AppendFile>> open_append(std::string_view path) override;
  Result<std::unique_ptr<PreallocatedFile>> preallocate(std::string_view path,
                                                        std::uint64_t bytes) override;
  Result<std::unique_ptr<PreallocatedFile>> open_preallocated(std::string_view path) override;
  Result<std::unique_ptr<RandomAccessFile>> open(std::string_view path) const override;
  Status rename(std::string_view from, std::string_view to) override;
  Status unlink(std::string_view path) override;
  Status create_directory(std::string_view path) override;
  Status remove_directory(std::string_view path) override;
  Status sync_directory(std::string_view path) override;
  Result<std::vector<std::string>> list(std::string_view directory) const override;
  Result<bool> exists(std::string_view path) const override;
  Result<std::uint64_t> file_size(std::string_view path) const override;
  Result<std::unique_ptr<FileLock>> lock(std::string_view path) override;

 private:
  // Shared with the open files.
  const std::shared_ptr<SimulatedState> state_;
};

}  // namespace kv
