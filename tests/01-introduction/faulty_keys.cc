#include "tests/01-introduction/faulty_keys.h"

#include <algorithm>
#include <cstddef>

namespace kv::test {
namespace {

template <class Change>
std::string each_byte(std::string_view key, Change change) {
  std::string changed(key);
  std::transform(changed.begin(), changed.end(), changed.begin(), [&](char byte) {
    return static_cast<char>(change(static_cast<unsigned char>(byte)));
  });
  return changed;
}

// With the sign bit turned, the order of unsigned bytes is that of signed ones.
std::string turn_sign_bits(std::string_view key) {
  return each_byte(key, [](unsigned byte) { return byte ^ 0x80U; });
}

// Three bytes hold the length of any key, the largest first.
constexpr std::size_t length_bytes = 3;

std::string put_length_first(std::string_view key) {
  std::string stored;
  for (std::size_t i = length_bytes; i-- > 0;) {
    stored.push_back(static_cast<char>(key.size() >> (8 * i) & 0xff));
  }
  return stored.append(key);
}

}  // namespace

std::string stored_key(Fault fault, std::string_view key) {
  switch (fault) {
    case Fault::key_ends_at_zero_byte: return std::string(key.substr(0, key.find('\0')));
    case Fault::key_ends_at_255_bytes: return std::string(key.substr(0, 255));
    case Fault::key_ignores_case:
      return each_byte(
          key, [](unsigned byte) { return byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte; });
    case Fault::key_has_seven_bits:
      return each_byte(key, [](unsigned byte) { return byte & 0x7fU; });
    default: return stored_bound(fault, key);
  }
}

std::string stored_bound(Fault fault, std::string_view bound) {
  if (fault == Fault::bytes_are_signed) return turn_sign_bits(bound);
  if (fault == Fault::shorter_keys_come_first) return put_length_first(bound);
  return std::string(bound);
}

std::string shown_key(Fault fault, std::string_view stored) {
  if (fault == Fault::bytes_are_signed) return turn_sign_bits(stored);
  if (fault == Fault::shorter_keys_come_first) return std::string(stored.substr(length_bytes));
  return std::string(stored);
}

}  // namespace kv::test
