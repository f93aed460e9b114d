#include "bench/workloads/entries.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/random.h"

namespace kv::bench {
namespace {

constexpr std::uint64_t half_range = 100'000'000;  // eight digits

// "00", "01", …, "99"
constexpr auto pairs = [] {
  std::array<char, 200> table{};
  for (std::size_t i = 0; i < 100; ++i) {
    table[2 * i] = static_cast<char>('0' + i / 10);
    table[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return table;
}();

void write_pair(char* at, std::uint32_t number) {
  std::memcpy(at, &pairs[std::size_t{2} * number], 2);
}

// The two halves of the number are taken apart side by side: half the time of one digit after the
// other, and a key is made for every operation.
void write_eight(char* at, std::uint32_t number) {
  const std::uint32_t high = number / 10'000;
  const std::uint32_t low = number % 10'000;
  write_pair(at, high / 100);
  write_pair(at + 2, high % 100);
  write_pair(at + 4, low / 100);
  write_pair(at + 6, low % 100);
}

}  // namespace

std::uint64_t KeyWriter::capacity(std::size_t key_bytes) {
  std::uint64_t count = 1;
  for (std::size_t i = 0; i < std::min<std::size_t>(key_bytes, 16); ++i) count *= 10;
  return count;
}

void KeyWriter::write(std::uint64_t entry) {
  char text[16];
  write_eight(text, static_cast<std::uint32_t>(entry / half_range));
  write_eight(text + 8, static_cast<std::uint32_t>(entry % half_range));
  std::memcpy(buffer_.data() + buffer_.size() - 1 - digits_, text + sizeof text - digits_, digits_);
}

ValuePool::ValuePool(std::size_t value_bytes, double compressible, std::uint64_t seed)
    : value_bytes_(value_bytes), step_(std::max<std::size_t>(value_bytes, 1)) {
  constexpr std::size_t least_bytes = std::size_t{1} << 20;
  constexpr std::size_t piece_bytes = 100;
  places_ = std::bit_floor(std::max<std::uint64_t>(2, least_bytes / step_));
  const std::size_t pool_bytes = static_cast<std::size_t>(places_) * step_;
  const auto fresh_bytes = std::max<std::size_t>(
      1, static_cast<std::size_t>(std::lround((1 - compressible) * piece_bytes)));
  Random random(seed);
  pool_.reserve(pool_bytes + piece_bytes);
  while (pool_.size() < pool_bytes) {
    const std::string fresh = random.bytes(fresh_bytes);
    for (std::size_t room = piece_bytes; room > 0;) {
      const std::size_t part = std::min(room, fresh.size());
      pool_.append(fresh, 0, part);
      room -= part;
    }
  }
}

}  // namespace kv::bench
