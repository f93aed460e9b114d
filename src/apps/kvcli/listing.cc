#include "apps/kvcli/listing.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/kvcli/record_lines.h"
#include "base/coding.h"
#include "base/quote.h"
#include "persistence/checkpoint.h"
#include "storage/internal_key.h"

namespace kv::cli {
namespace {

Described describe_batch(const LogRecord& record, const Shown& shown) {
  Described described;
  if (record.kind == RecordKind::entries || record.kind == RecordKind::edit) {
    described.nonsense = "records of this kind are not for logs";
  } else if (record.kind == RecordKind::batch) {
    const Result<Batch> batch = Batch::decode(record.payload);
    if (!batch) {
      described.nonsense = batch.error().message();
    } else {
      described.count = batch->change_count();
      for (const Batch::Operation& change : batch->changes()) {
        if (described.changes.size() == shown.changes) break;
        const bool put = change.kind == Batch::Kind::put;
        described.changes.push_back(
            put ? fmt::format("put {} = {}", abbreviated(change.key), abbreviated(change.value))
                : fmt::format("erase {}", abbreviated(change.key)));
      }
    }
  }
  const std::string writes = record.kind == RecordKind::end
                                 ? fmt::format("before {}", record.first)
                                 : range_text(record.first, described.count);
  described.numbers = fmt::format("{}, {}", writes, synced_before(record.first, record.unsynced));
  return described;
}

Described describe_entries(const LogRecord& record, const Shown& shown) {
  Described described;
  if (record.kind == RecordKind::batch || record.kind == RecordKind::edit) {
    described.nonsense = "records of this kind are not for checkpoints";
  }
  std::string_view rest = record.kind == RecordKind::entries ? record.payload : std::string_view();
  while (!rest.empty()) {
    std::string_view key;
    std::string_view value;
    Result<InternalKey> parsed = failure(Code::corruption, "the entries break off");
    if (take_string(rest, key) && take_string(rest, value)) parsed = parse_internal_key(key);
    if (!parsed) {
      described.nonsense = parsed.error().message();
      break;
    }
    ++described.count;
    if (described.changes.size() == shown.changes) continue;
    described.changes.push_back(fmt::format("{} = {}, of write {}", abbreviated(parsed->user_key),
                                            abbreviated(value), parsed->sequence));
  }
  described.numbers = record.kind == RecordKind::end ? fmt::format("before {}", record.first)
                                                     : range_text(record.first, described.count);
  return described;
}

std::string records_text(std::uint64_t records) {
  return fmt::format("{} record{}", records, records == 1 ? "" : "s");
}

}  // namespace

Outcome list_log(std::string_view bytes, const std::string& name, LogNumber number,
                 const Shown& shown, Printer printer) {
  const Result<LogHeader> header = decode_log_header(bytes, name);
  if (failed_with(Code::invalid_argument, header)) return usage_error(header.error().message());
  RecordLines lines(bytes, shown, printer);
  lines.print(fmt::format("{}: log {}, {} bytes", name, number, bytes.size()));
  std::uint64_t expected = 0;
  SequenceNumber synced = 0;
  if (header && header->number == number) {
    expected = header->first;
    synced = synced_before(header->first, header->unsynced);
    lines.print(fmt::format("; begins with write {}; when it was made, all up to {} were synced\n",
                            header->first, synced));
  } else {
    lines.print("\n");
    lines.damage(0, header ? fmt::format("the header says that this is log {}; a log counts under "
                                         "its own name alone",
                                         header->number)
                           : without_place(header.error(), name));
  }
  lines.print("    offset     bytes  kind     writes, and up to which all were synced then\n");
  lines.walk(number, expected, {"write", "writes"}, [&](const LogRecord& record) {
    synced = std::max(synced, synced_before(record.first, record.unsynced));
    return describe_batch(record, shown);
  });
  lines.print(fmt::format("{}: {}, {} writes; all up to {} are proven to be synced; {}; {}\n", name,
                          records_text(lines.records()), lines.count(), synced,
                          lines.ended() ? "the store was closed" : "not closed", lines.verdict()));
  return lines.outcome();
}

Outcome list_checkpoint(std::string_view bytes, const std::string& name, const Shown& shown,
                        Printer printer) {
  const Result<CheckpointHeader> header = decode_checkpoint_header(bytes, name);
  if (failed_with(Code::invalid_argument, header)) return usage_error(header.error().message());
  RecordLines lines(bytes, shown, printer);
  lines.print(fmt::format("{}: checkpoint, {} bytes", name, bytes.size()));
  if (header) {
    lines.print(fmt::format("; the state after write {}; goes on with log {}\n", header->sequence,
                            header->next_log));
    lines.print("    offset     bytes  kind     entries\n");
    lines.walk(header->sequence, 1, {"entry", "entries"},
               [&](const LogRecord& record) { return describe_entries(record, shown); });
    if (!lines.ended()) lines.damage(lines.end(), "the end record is missing");
  } else {
    lines.print("\n");
    lines.damage(0, without_place(header.error(), name));
    lines.print(
        "   Its records can't be told from other bytes without the header's sequence "
        "number.\n");
  }
  lines.print(fmt::format("{}: {}, {} entries; {}\n", name, records_text(lines.records()),
                          lines.count(), lines.verdict()));
  return lines.outcome();
}

}  // namespace kv::cli
