// A Bloom filter of any bytes answers; one that can't be a filter says "perhaps"; and one that was
// built denies nothing that was added.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/bloom_filter.h"
#include "tests/fuzz/demand.h"

namespace {

using kv::fuzz::demand;

constexpr std::size_t least_bytes = 9;
constexpr unsigned char most_probes = 30;

void ask(std::string_view filter, std::string_view key) {
  const bool perhaps = kv::may_contain(filter, kv::filter_hash(key));
  const auto probes = static_cast<unsigned char>(filter.empty() ? '\0' : filter.back());
  if (filter.size() < least_bytes || probes == 0 || probes > most_probes) {
    demand(perhaps, "what is no filter denies nothing");
  }
}

// Keys of the input's bytes, each as long as its first one says.
void build(std::string_view bytes, std::size_t bits_per_key) {
  const auto builder = kv::make_bloom_filter_builder(bits_per_key);
  std::vector<std::string_view> keys;
  while (!bytes.empty()) {
    const std::size_t length = static_cast<unsigned char>(bytes.front()) % 16;
    keys.push_back(bytes.substr(1, length));
    bytes.remove_prefix(std::min(bytes.size(), length + 1));
    builder->add(keys.back());
  }
  const std::string filter = builder->finish();
  const auto probes = static_cast<unsigned char>(filter.empty() ? '\0' : filter.back());
  demand(filter.size() >= least_bytes && probes >= 1 && probes <= most_probes,
         "what is built is a filter");
  for (const std::string_view key : keys) {
    demand(kv::may_contain(filter, kv::filter_hash(key)), "a key that was added is not denied");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  ask(bytes, "");
  ask(bytes, "key");
  ask(bytes, bytes);
  if (bytes.empty()) return 0;
  build(bytes.substr(1), 1 + static_cast<unsigned char>(bytes.front()) % 40);
  return 0;
}
