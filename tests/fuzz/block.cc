// A block of any bytes: whoever reads it stays inside of it, and comes to the same entries from
// every side, or says `corruption`.

#include "storage/block.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/internal_key.h"
#include "tests/fuzz/demand.h"

namespace {

using kv::Code;
using kv::Direction;
using kv::fuzz::demand;

using Entries = std::vector<std::pair<std::string, std::string>>;

// All entries that a walk comes to; false where it fails.
bool walk(const kv::Block& block, Direction direction, Entries& entries) {
  const auto steps = block.iterate(direction);
  while (steps->next()) {
    demand(steps->key().size() >= kv::tag_bytes, "a key is long enough for an internal key");
    entries.emplace_back(steps->key(), steps->value());
  }
  demand(!steps->next(), "behind the end there is nothing");
  const kv::Status status = steps->status();
  demand(status || status.error().code() == Code::corruption, "a block is intact or damaged");
  return status.has_value();
}

bool ascend(const Entries& entries) {
  for (std::size_t i = 1; i < entries.size(); ++i) {
    if (!kv::internal_key_less(entries[i - 1].first, entries[i].first)) return false;
  }
  return true;
}

// Looks for the key; where the block is intact and in order, it must be there.
void look_for(const kv::Block& block, const std::string& key, const std::string& value,
              bool intact) {
  std::string scratch;
  const auto found = block.first_at_or_after(key, scratch);
  demand(found || found.error().code() == Code::corruption, "a search succeeds or sees damage");
  if (found && *found) {
    demand(!kv::internal_key_less((*found)->key, key), "what is found is not before the target");
  }
  for (const Direction direction : {Direction::forward, Direction::reverse}) {
    const auto steps = block.iterate(direction);
    const bool stepped = steps->seek(key);
    if (!intact) continue;
    demand(stepped && steps->key() == key && steps->value() == value, "seek comes to each entry");
  }
  if (!intact) return;
  demand(found && *found && (*found)->key == key && (*found)->value == value,
         "each entry is found");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto block = kv::make_block(bytes);
  if (!block) {
    demand(block.error().code() == Code::corruption, "bytes are a block or damaged");
    return 0;
  }
  Entries forward;
  Entries reverse;
  const bool there = walk(**block, Direction::forward, forward);
  const bool back = walk(**block, Direction::reverse, reverse);
  if (there && back) {
    demand(forward == Entries(reverse.rbegin(), reverse.rend()), "both ways lead to the same");
  }
  const bool intact = there && back && ascend(forward);
  for (const auto& [key, value] : forward) look_for(**block, key, value, intact);
  if (bytes.size() >= kv::tag_bytes) look_for(**block, bytes, {}, false);
  return 0;
}
