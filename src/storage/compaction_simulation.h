#pragma once

// What a picker (storage/compaction.h) makes of a store in the long run, tried out without one:
// keys are numbers, a table is a list of them, and no file is touched. So a million writes take a
// second, and what a picker costs can be counted instead of estimated:
//
//   write-out of keys ──> a table in level 0 ──> the picker, until it has nothing to do:
//                                                its jobs are merged exactly, key by key
//
//   write amplification   bytes written into tables ÷ bytes that the user wrote
//   read amplification    tables whose keys span a key that there is, on average: a get asks so
//                         many, without filters, if none but the last of them has the key
//   space amplification   bytes in tables ÷ bytes of the newest version of every key
//
// (The three cannot all be small: Athanassoulis et al., "Designing Access Methods: The RUM
// Conjecture", EDBT 2016.)
//
// *Simplifications*: nothing is erased, nobody holds a snapshot, and all entries are of a size. Of
// a key that was written twice between two write-outs, only the newer version is written out. The
// log is not counted.
//
// *Thread safety*: one thread at a time.
// *Errors*: `invalid_argument`: the picker gave a job that would damage a store. The message says
// how.

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "base/result.h"
#include "storage/compaction.h"

namespace kv {

struct SimulationOptions {
  std::uint64_t entry_bytes = 116;     // key, value, and what a table adds
  std::size_t table_entries = 10'000;  // a table below level 0 ends after so many; at least 1
};

struct SimulatedCosts {
  std::array<std::size_t, level_count> tables{};
  std::array<std::uint64_t, level_count> bytes{};
  std::uint64_t user_bytes = 0;
  std::uint64_t written_bytes = 0;
  std::uint64_t rewritings = 0;  // jobs that merged
  std::uint64_t moves = 0;       // jobs that only moved tables
  double write_amplification = 0;
  double read_amplification = 0;
  double space_amplification = 0;
};

class CompactionSimulation {
 public:
  CompactionSimulation(Picker picker, SimulationOptions options);

  // The user writes these keys, in this order; they become a table in level 0, and then the picker
  // is asked until it has nothing to do. Errors: as above; after one, the simulation is of no use.
  Status write_out(std::span<const std::uint64_t> keys);

  // How things stand now.
  SimulatedCosts costs() const;

  // Valid until the next write_out.
  const Version& version() const { return version_; }

  // Whether a get of every key, which asks the newest table first and then level by level, would
  // find what was written last. Errors: as above, with the key.
  Status check() const;

 private:
  struct Entry {
    std::uint64_t key;
    std::uint64_t write;  // which write of the user it was
  };
  using Entries = std::vector<Entry>;  // by key, ascending; no key twice

  static Entries newest_of_each(Entries entries);
  void add(std::size_t level, std::size_t place, Entries entries);
  std::size_t place_in(std::size_t level, std::uint64_t first_key) const;
  Status take_out(std::size_t level, const std::vector<TableInfo>& tables);
  Status run(const Compaction& job);
  Status merge(const Compaction& job);
  double read_amplification() const;

  const Picker picker_;
  const SimulationOptions options_;
  Version version_;
  std::map<TableNumber, Entries> entries_;  // of each table
  Entries newest_;                          // of all keys, what was written last
  std::uint64_t writes_ = 0;
  std::uint64_t written_entries_ = 0;
  std::uint64_t rewritings_ = 0;
  std::uint64_t moves_ = 0;
};

}  // namespace kv
