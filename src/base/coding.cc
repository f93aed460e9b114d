#include "base/coding.h"

#include <array>

namespace kv {
namespace {

template <class Number>
void append_fixed(std::string& out, Number value) {
  std::array<char, sizeof value> bytes;
  for (std::size_t i = 0; i < sizeof value; ++i) bytes[i] = static_cast<char>(value >> (8 * i));
  out.append(bytes.data(), bytes.size());
}

template <class Number>
bool take_fixed(std::string_view& input, Number& value) {
  if (input.size() < sizeof value) return false;
  value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) {
    value |= static_cast<Number>(static_cast<unsigned char>(input[i])) << (8 * i);
  }
  input.remove_prefix(sizeof value);
  return true;
}

}  // namespace

void append_fixed32(std::string& out, std::uint32_t value) { append_fixed(out, value); }
void append_fixed64(std::string& out, std::uint64_t value) { append_fixed(out, value); }

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

void append_string(std::string& out, std::string_view value) {
  append_varint(out, value.size());
  out.append(value);
}

bool take_fixed32(std::string_view& input, std::uint32_t& value) {
  return take_fixed(input, value);
}
bool take_fixed64(std::string_view& input, std::uint64_t& value) {
  return take_fixed(input, value);
}

bool take_varint(std::string_view& input, std::uint64_t& value) {
  std::uint64_t result = 0;
  for (std::size_t i = 0; i < max_varint_bytes && i < input.size(); ++i) {
    const std::uint64_t byte = static_cast<unsigned char>(input[i]);
    if (i == max_varint_bytes - 1 && byte > 1) return false;  // more than 64 bits
    result |= (byte & 0x7f) << (7 * i);
    if (byte >= 0x80) continue;
    if (byte == 0 && i > 0) return false;  // a shorter form exists
    value = result;
    input.remove_prefix(i + 1);
    return true;
  }
  return false;
}

bool take_string(std::string_view& input, std::string_view& value) {
  std::string_view rest = input;
  std::uint64_t length = 0;
  if (!take_varint(rest, length) || length > rest.size()) return false;
  value = rest.substr(0, length);
  input = rest.substr(length);
  return true;
}

std::size_t varint_bytes(std::uint64_t value) {
  std::size_t bytes = 1;
  for (; value >= 0x80; value >>= 7) ++bytes;
  return bytes;
}

}  // namespace kv
