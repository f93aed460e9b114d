#include "bench/workloads/settings.h"

#include <fmt/format.h>

#include "base/quote.h"
#include "bench/workloads/entries.h"

namespace kv::bench {
namespace {

std::unexpected<Error> wrong(std::string complaint) {
  return failure(Code::invalid_argument, std::move(complaint));
}

}  // namespace

std::string_view name(Distribution distribution) {
  switch (distribution) {
    case Distribution::uniform: return "uniform";
    case Distribution::zipfian: return "zipfian";
    case Distribution::latest: return "latest";
  }
  return "unknown";
}

Result<Distribution> distribution_of(std::string_view given) {
  for (const auto each : {Distribution::uniform, Distribution::zipfian, Distribution::latest}) {
    if (name(each) == given) return each;
  }
  return wrong(fmt::format("no distribution is called {}; there are uniform, zipfian, latest",
                           abbreviated(given)));
}

Status check(const Settings& settings) {
  constexpr std::size_t most_threads = 1024;
  constexpr std::size_t most_filter_bits = 40;  // as Options::filter_bits_per_key
  const Limits limits;
  if (settings.entries == 0) return wrong("--entries must be 1 or more");
  if (settings.threads == 0 || settings.threads > most_threads)
    return wrong(fmt::format("--threads must be from 1 to {}", most_threads));
  if (settings.key_bytes == 0 || settings.key_bytes > limits.key_bytes - 1)
    return wrong(fmt::format("--key-bytes must be from 1 to {}", limits.key_bytes - 1));
  if (KeyWriter::capacity(settings.key_bytes) < settings.entries)
    return wrong(fmt::format("--key-bytes {} has room for {} different keys; {} entries need more",
                             settings.key_bytes, KeyWriter::capacity(settings.key_bytes),
                             settings.entries));
  if (settings.value_bytes > limits.value_bytes)
    return wrong(fmt::format("--value-bytes must be {} or less", limits.value_bytes));
  if (settings.store.filter_bits_per_key.value_or(0) > most_filter_bits)
    return wrong(fmt::format("--filter-bits must be {} or less", most_filter_bits));
  if (settings.store.block_bytes == 0) return wrong("--block-bytes must be 1 or more");
  for (const auto& [option, share] : {std::pair{"--compressible", settings.compressible},
                                      std::pair{"--read-share", settings.read_share}}) {
    if (!(share >= 0 && share <= 1)) return wrong(fmt::format("{} must be from 0 to 1", option));
  }
  constexpr double most_seconds = 1e6;  // as --limit; what the clock counts in holds far more
  for (const auto& [option, seconds] : {std::pair{"--seconds", settings.measured.seconds},
                                        std::pair{"--warm-up", settings.warm_up.seconds}}) {
    if (!(seconds >= 0 && seconds <= most_seconds))
      return wrong(fmt::format("{} must be {:.0f} s or less", option, most_seconds));
  }
  return {};
}

}  // namespace kv::bench
