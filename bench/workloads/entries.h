#pragma once

// The keys and values that workloads write and expect back. Entry i has the same key and value in
// every process with the same settings, so an answer of a store can be checked without keeping a
// copy of what was written.
//
//   key     the number i in decimal, with leading zeros, so that keys are in the order of numbers
//   value   bytes of a pool of random bytes; neighbours in number are neighbours in the pool
//
// The pool is made of pieces of 100 bytes of which a share repeats the piece's beginning, so that a
// compressor saves about that share (the way of LevelDB's db_bench).

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kv::bench {

// Writes keys into a buffer of its own. *Thread safety*: one thread at a time.
class KeyWriter {
 public:
  explicit KeyWriter(std::size_t key_bytes)
      : buffer_(key_bytes + 1, '0'), digits_(std::min<std::size_t>(key_bytes, 16)) {}

  // How many different keys there are with so many bytes: entries 0 … capacity-1.
  static std::uint64_t capacity(std::size_t key_bytes);

  // The key of the entry, in a view that lives until the next call.  Requires: entry < capacity.
  std::string_view key(std::uint64_t entry) {
    write(entry);
    return {buffer_.data(), buffer_.size() - 1};
  }

  // A key that no entry has, right behind that of the entry: the same with a dot at its end.
  std::string_view missing(std::uint64_t entry) {
    write(entry);
    buffer_.back() = '.';
    return buffer_;
  }

 private:
  void write(std::uint64_t entry);

  std::string buffer_;
  std::size_t digits_;
};

// *Thread safety*: nothing changes it; any thread. *Memory*: about 1 MiB, or more for long values.
class ValuePool {
 public:
  // `compressible` is the share, 0 to 1, that a compressor can save.
  ValuePool(std::size_t value_bytes, double compressible, std::uint64_t seed);

  // The value of the entry. Lives as long as the pool.
  std::string_view value(std::uint64_t entry) const {
    return {pool_.data() + (entry & (places_ - 1)) * step_, value_bytes_};
  }

 private:
  std::size_t value_bytes_;
  std::size_t step_;      // from the value of one entry to that of the next
  std::uint64_t places_;  // how many values before they repeat, a power of two
  std::string pool_;
};

}  // namespace kv::bench
