// A checkpoint of any bytes: it is read as what its header drew, or is damaged; salvage takes the
// rest. Each input is looked at as it is, and with its checksums set right.

#include "persistence/checkpoint.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/coding.h"
#include "tests/fuzz/demand.h"
#include "tests/fuzz/held_files.h"
#include "tests/fuzz/summed.h"

namespace {

using kv::Code;
using kv::fuzz::demand;

// A log that was begun with the checkpoint of write 8: it tells the number where the header is
// lost.
const std::string& log_behind() {
  static const std::string log = kv::encode_log_header({.number = 2, .first = 9, .unsynced = 0});
  return log;
}

struct Read {
  kv::Result<std::optional<kv::CheckpointHeader>> header;
  std::vector<kv::Damage> damages;
};

Read read_one(const kv::FileSystem& files, std::string_view bytes, bool salvage) {
  std::vector<kv::Damage> damages;
  std::optional<std::string> last;
  kv::SequenceNumber newest = 0;
  auto header = kv::read_checkpoint(
      files, "db",
      [&](const kv::InternalKey& key, std::string_view) {
        demand(!last || *last < key.user_key, "entries ascend by key");
        demand(key.kind == kv::EntryKind::put, "a checkpoint has no tombstones");
        demand(key.sequence > 0, "a write has a number");
        newest = std::max(newest, key.sequence);
        last = key.user_key;
      },
      salvage ? &damages : nullptr);
  if (!header) {
    demand(header.error().code() == Code::invalid_argument ||
               (!salvage && header.error().code() == Code::corruption),
           "a checkpoint is damaged or of another version, and damage stops no salvage");
  } else if (*header) {
    demand((*header)->sequence >= newest, "no entry is newer than the checkpoint");
  } else {
    demand(!last && !damages.empty(), "what can't be trusted is reported and not used");
  }
  for (const kv::Damage& damage : damages) {
    demand(damage.offset + damage.bytes <= bytes.size(), "damage lies inside the file");
  }
  return {std::move(header), std::move(damages)};
}

void read(std::string_view bytes) {
  const kv::fuzz::HeldFiles files({{"db/000002.log", log_behind()}, {"db/checkpoint", bytes}});
  const Read strict = read_one(files, bytes, false);
  const Read salvaged = read_one(files, bytes, true);
  if (strict.header) {
    demand(salvaged.header && *salvaged.header == *strict.header && salvaged.damages.empty(),
           "an intact checkpoint is read alike by both");
  } else {
    demand(!salvaged.header || !salvaged.damages.empty(), "salvage reports what stops others");
  }
}

// The number that the header tells.
kv::SequenceNumber sequence_in(std::string_view bytes) {
  std::string_view field = bytes.substr(std::min<std::size_t>(16, bytes.size()));
  kv::SequenceNumber sequence = 0;
  return kv::take_fixed64(field, sequence) ? sequence : 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read(bytes);
  const std::string summed = kv::fuzz::summed(bytes, sequence_in(bytes));
  if (summed != bytes) read(summed);
  return 0;
}
