// A table of any bytes: it is opened or not, and what it then answers is what stands in it, or
// `corruption`. Each input is looked at as it is, and with its checksums set right.

#include "storage/table.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/internal_key.h"
#include "tests/fuzz/demand.h"
#include "tests/fuzz/held_files.h"
#include "tests/fuzz/summed_table.h"

namespace {

using kv::Code;
using kv::Direction;
using kv::fuzz::demand;

using Entries = std::vector<std::pair<std::string, std::string>>;

// Blocks are few here, and may be made to stand for much more than the input has bytes: as many
// entries as this are enough.
constexpr std::size_t most_entries = 2000;

// A table that is damaged ends with that error, and no other.
bool walk(const kv::Table& table, Direction direction, Entries& entries) {
  const auto steps = table.iterate(direction);
  while (entries.size() < most_entries && steps->next()) {
    demand(steps->key().size() >= kv::tag_bytes, "a key is long enough for an internal key");
    entries.emplace_back(steps->key(), steps->value());
  }
  const kv::Status status = steps->status();
  demand(status || status.error().code() == Code::corruption, "a table is intact or damaged");
  return status.has_value();
}

void find(const kv::Table& table, const std::string& key, const std::string& value, bool intact) {
  const std::uint64_t tag = kv::tag_of(key);
  const kv::SequenceNumber sequence = tag >> 8;
  std::string seen;
  const auto found = table.find(
      {.user_key = kv::user_key_of(key), .sequence = sequence, .value = &seen, .trace = nullptr});
  demand(found || found.error().code() == Code::corruption, "a find succeeds or sees damage");
  if (found && *found) demand((*found)->sequence <= sequence, "nothing newer is found");
  if (!intact) return;
  demand(found && *found && (*found)->sequence == sequence &&
             (*found)->kind == static_cast<kv::EntryKind>(tag & 0xff) &&
             ((*found)->kind == kv::EntryKind::tombstone || seen == value),
         "each version is found");
  for (const Direction direction : {Direction::forward, Direction::reverse}) {
    const auto steps = table.iterate(direction);
    demand(steps->seek(key) && steps->key() == key, "seek comes to each entry");
  }
}

void read(std::string_view bytes) {
  const auto opened = kv::open_table({.file = std::make_unique<kv::fuzz::HeldFile>(bytes),
                                      .path = "000007.sst",
                                      .number = 7,
                                      .cache = kv::make_block_cache(std::size_t{1} << 16),
                                      .statistics = std::make_shared<kv::TableStatistics>()});
  if (!opened) {
    demand(opened.error().code() == Code::corruption ||
               opened.error().code() == Code::invalid_argument,
           "a table is intact, damaged or of another version");
    return;
  }
  const kv::Table& table = **opened;
  const kv::Status verified = table.verify();
  demand(verified || verified.error().code() == Code::corruption, "verify finds it right or not");
  Entries forward;
  Entries reverse;
  const bool there = walk(table, Direction::forward, forward);
  const bool back = walk(table, Direction::reverse, reverse);
  const bool intact = verified.has_value();
  if (intact && forward.size() < most_entries) {
    demand(there && back, "what was verified can be read");
    demand(forward == Entries(reverse.rbegin(), reverse.rend()), "both ways lead to the same");
    demand(forward.size() == table.properties().entries, "there are as many entries as it says");
  }
  for (const auto& [key, value] : forward) {
    if (kv::tag_of(key) >> 8 < kv::max_sequence) find(table, key, value, intact);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read(bytes);
  const std::string summed = kv::fuzz::summed_table(bytes);
  if (summed != bytes) read(summed);
  return 0;
}
