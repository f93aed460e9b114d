// A log of any bytes: what reads it ends, steps over records that are there, and comes to the same
// conclusions as its contracts. Each input is looked at as it is, and with its checksums set right.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "persistence/log_reader.h"
#include "persistence/recovery.h"
#include "tests/fuzz/demand.h"
#include "tests/fuzz/held_files.h"
#include "tests/fuzz/summed.h"

namespace {

using kv::Code;
using kv::fuzz::demand;

constexpr kv::LogNumber number = 1;
constexpr std::string_view path = "db/000001.log";

void read_header(std::string_view log) {
  const auto header = kv::decode_log_header(log, path);
  if (header) {
    demand(kv::encode_log_header(*header) == log.substr(0, kv::log_layout::header_bytes),
           "a header has one encoding");
  } else {
    demand(header.error().code() == Code::corruption ||
               header.error().code() == Code::invalid_argument,
           "a header is intact, damaged or of another version");
  }
}

// The record that the reader stands on is what the log has there.
void look_at(const kv::LogReader& reader, std::string_view log) {
  const kv::LogRecord& record = reader.record();
  const std::size_t bytes = kv::log_layout::record_header_bytes + record.payload.size();
  demand(reader.offset() % kv::log_layout::alignment == 0, "records begin at multiples of 8");
  demand(reader.offset() + bytes <= log.size(), "a record lies inside the log");
  std::string again;
  kv::append_record(again, number, record);
  demand(again.substr(0, bytes) == log.substr(reader.offset(), bytes), "a record has one encoding");
}

void read_records(std::string_view log) {
  const auto reader = kv::make_log_reader(log, number);
  std::uint64_t behind = kv::log_layout::header_bytes;  // the last record
  for (;;) {
    bool more = reader->next();
    if (more) demand(reader->offset() == behind, "the next record follows without a gap");
    if (!more) more = reader->resync();
    if (!more) break;
    demand(reader->offset() >= behind, "the reader goes on");
    look_at(*reader, log);
    behind = reader->offset() + kv::record_bytes(reader->record().payload.size());
  }
  demand(!reader->next() && !reader->resync(), "behind the last record there is none");
}

// A directory with this log alone.
void recover(std::string_view log, kv::RecoveryMode mode) {
  const kv::fuzz::HeldFiles files({{std::string(path), log}});
  const bool strict = mode == kv::RecoveryMode::strict;
  kv::SequenceNumber last = 0;
  const auto recovered = kv::recover(
      files, "db",
      [&](const kv::InternalKey& key, std::string_view) {
        demand(strict ? key.sequence == last + 1 : key.sequence > last,
               "writes come in order, and without a hole unless it is salvage");
        last = key.sequence;
      },
      mode);
  if (!recovered) {
    demand((strict && recovered.error().code() == Code::corruption) ||
               recovered.error().code() == Code::invalid_argument,
           "a log is recovered, of another version, or, unless it is salvage, damaged");
    return;
  }
  demand(strict ? recovered->last == last : recovered->last >= last,
         "nothing newer was handed over than the last write");
  demand(!strict || recovered->synced <= last, "what is proven durable is there");
  demand(!strict || !recovered->closed || recovered->damages.empty(),
         "a closed store lost nothing");
  demand(recovered->next_log == number + 1, "the next log follows");
  for (const kv::Damage& damage : recovered->damages) {
    demand(damage.offset + damage.bytes <= log.size(), "damage lies inside the log");
  }
}

void read(std::string_view log) {
  read_header(log);
  read_records(log);
  recover(log, kv::RecoveryMode::strict);
  recover(log, kv::RecoveryMode::salvage);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read(bytes);
  const std::string summed = kv::fuzz::summed(bytes, number);
  if (summed != bytes) read(summed);
  return 0;
}
