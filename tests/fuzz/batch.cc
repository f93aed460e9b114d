// Batch::decode on any bytes: it says `corruption`, or gives a batch that has just these bytes as
// its encoding and can be built by hand from what it says is in it.

#include "kv/batch.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/fuzz/demand.h"

namespace {

using kv::Batch;
using kv::fuzz::demand;

// The same batch, made with the functions that a caller has.
Batch rebuilt(const Batch& batch) {
  Batch again;
  for (const Batch::Operation& operation : batch.requirements()) {
    if (operation.kind == Batch::Kind::require_value) {
      again.require(operation.key, operation.value);
    } else {
      again.require(operation.key, kv::absent);
    }
  }
  for (const Batch::Operation& operation : batch.changes()) {
    if (operation.kind == Batch::Kind::put) {
      again.put(operation.key, operation.value);
    } else {
      again.erase(operation.key);
    }
  }
  return again;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const kv::Result<Batch> batch = Batch::decode(bytes);
  if (!batch) {
    demand(batch.error().code() == kv::Code::corruption, "what is not a batch is corruption");
    demand(batch.error().message().find(" at byte ") != std::string::npos,
           "the message names the offset");
    return 0;
  }
  demand(batch->encode() == bytes, "a batch has one encoding");
  demand(batch->bytes() == size, "bytes() is the size of the encoding");

  const Batch again = rebuilt(*batch);
  demand(again.encode() == bytes, "the operations are all there, in their order");
  demand(again.requirement_count() == batch->requirement_count(), "requirements are counted");
  demand(again.change_count() == batch->change_count(), "changes are counted");
  demand(again.largest_key() == batch->largest_key(), "the largest key is known");
  demand(again.largest_value() == batch->largest_value(), "the largest value is known");
  return 0;
}
