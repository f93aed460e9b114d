#pragma once

// What a store is opened with. One struct for all engines; an engine refuses what it cannot honour
// with `invalid_argument` instead of ignoring it.
//
// *Thread safety*: values and pure functions. *Errors*: `invalid_argument` for an unknown name,
// listing those that there are.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kv {

// What a write survives once the call has returned.
enum class Durability : unsigned char {
  none,  // nothing: gone with the process
  wal,   // the death of the process: the bytes are in the kernel before the call returns
  sync,  // the loss of power: the bytes are on the disk before the call returns
};

// "none", "wal" or "sync", valid for ever; and the other way round.
std::string_view name(Durability durability);
Result<Durability> durability_of(std::string_view name);

// The largest of each that a store takes, in bytes. More is `invalid_argument`. A put or erase is
// no batch: the limits of its key and value are all that it has to keep.
struct Limits {
  std::size_t key_bytes = std::size_t{64} << 10;
  std::size_t value_bytes = std::size_t{64} << 20;
  std::size_t batch_bytes = std::size_t{128} << 20;  // of Batch::bytes()
};

// How blocks of tables are made smaller (storage/compression.h). The values are written to disk.
enum class Compression : unsigned char { none = 0, lz4 = 1, zstd = 2 };

// "none", "lz4" or "zstd", valid for ever; and the other way round.
std::string_view name(Compression compression);
Result<Compression> compression_of(std::string_view name);

// Whether a key's value is of no use any more: one that has expired, for instance. A compaction
// asks it, of values that every reader would see as the newest; what it drops is as if erased.
// Called by a background thread; it must give the same answer for the same bytes, or "drop" from
// some moment on, and throw nothing. A snapshot that is taken while a compaction is under way may
// see a value that the filter drops, and no more when the compaction is done.
using CompactionFilter = std::function<bool(std::string_view key, std::string_view value)>;

struct Options {
  // Where a persistent engine keeps its files; it is created where missing. Volatile engines take
  // none.
  std::string directory{};

  // Unset: the engine's own default, `none` for volatile engines, `wal` for persistent ones. A
  // volatile engine (map, hash, memtable) takes nothing but `none`.
  std::optional<Durability> durability{};

  Limits limits{};

  // How much a persistent engine gathers before it puts it away elsewhere, in the background: the
  // size of a file of its log. With engines sstable and lsm that is what a memtable takes in before
  // it is written out. In bytes, at least 4096; unset: the engine's own. Volatile engines put
  // nothing away, and do not look at it.
  std::optional<std::size_t> write_buffer_bytes{};

  // For engines that keep tables; the others do not look at them. Unset: the engine's own.
  std::optional<std::size_t> block_cache_bytes{};    // for blocks that were read; 0: none
  std::optional<std::size_t> block_bytes{};          // of a data block, before compression
  std::optional<std::size_t> filter_bits_per_key{};  // of the Bloom filters; 0: none; up to 40
  std::optional<Compression> compression{};

  // For engines that compact; the others do not look at them. The first level below level 0 holds
  // level1_bytes, and each level below it so many times as much as the one above: 2 times at least.
  // Both sizes are 1024 bytes at least, a table 1 GiB at most.
  std::optional<std::size_t> table_bytes{};  // a compaction ends a table once it is so large
  std::optional<std::size_t> level1_bytes{};
  std::optional<std::size_t> level_multiplier{};
  CompactionFilter compaction_filter{};  // null: nothing is dropped by it
};

}  // namespace kv
