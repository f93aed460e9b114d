#include "apps/number_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <limits>
#include <optional>
#include <string>

#include "base/quote.h"

namespace kv {
namespace {

std::optional<std::uint64_t> number_of(std::string_view digits) {
  std::uint64_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, number);
  return error == std::errc() && stopped == end ? std::optional(number) : std::nullopt;
}

// So many binary digits the unit adds; 0: it is none.
unsigned shift_of(char unit) {
  switch (unit) {
    case 'k':
    case 'K': return 10;
    case 'm':
    case 'M': return 20;
    case 'g':
    case 'G': return 30;
    default: return 0;
  }
}

std::optional<std::uint64_t> bytes_of(std::string_view text) {
  const unsigned shift = text.empty() ? 0 : shift_of(text.back());
  if (shift != 0) text.remove_suffix(1);
  const std::optional<std::uint64_t> number = number_of(text);
  if (!number || *number > std::numeric_limits<std::uint64_t>::max() >> shift) return std::nullopt;
  return *number << shift;
}

CLI::Validator reading(std::optional<std::uint64_t> (*value_of)(std::string_view),
                       std::string_view what, std::uint64_t least) {
  const auto read = [value_of, what, least](std::string& text) -> std::string {
    const std::optional<std::uint64_t> value = value_of(text);
    if (text.starts_with('-') || (value && *value < least)) {
      return fmt::format("must be {} or more", least);
    }
    if (!value) return fmt::format("takes a {}, not {}", what, abbreviated(text));
    text = std::to_string(*value);
    return {};
  };
  return {read, /*validator_desc=*/""};
}

}  // namespace

CLI::Validator whole_number(std::uint64_t least) {
  return reading(number_of, "whole number less than 2^64", least);
}

CLI::Validator number_of_bytes(std::uint64_t least) {
  return reading(bytes_of,
                 "number of bytes less than 2^64, as in 4194304, or as in 4096K, 4M or 1G, in "
                 "powers of 1024",
                 least);
}

}  // namespace kv
