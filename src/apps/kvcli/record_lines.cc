#include "apps/kvcli/record_lines.h"

#include <fmt/format.h>

#include <algorithm>

#include "persistence/log_reader.h"

namespace kv::cli {
namespace {

std::string_view name_of(RecordKind kind) {
  switch (kind) {
    case RecordKind::batch: return "batch";
    case RecordKind::end: return "end";
    case RecordKind::entries: return "entries";
    case RecordKind::edit: return "edit";
  }
  return "unknown";
}

}  // namespace

std::string range_text(std::uint64_t first, std::uint64_t count) {
  if (count == 0) return "none";
  return count == 1 ? std::to_string(first) : fmt::format("{}..{}", first, first + count - 1);
}

void RecordLines::walk(std::uint64_t seed, std::uint64_t expected, const Things& things,
                       const std::function<Described(const LogRecord&)>& describe,
                       TornEnd torn_end) {
  const auto reader = make_log_reader(file_, seed);
  while (!stopped()) {
    bool more = reader->next();
    if (!more && !reader->ended()) {
      const std::uint64_t stopped = reader->offset();
      more = reader->resync();
      if (more) {
        damage(stopped, fmt::format("no intact record begins here: {} bytes are damaged; the next "
                                    "intact record is at {}",
                                    reader->offset() - stopped, reader->offset()));
      }
    }
    if (!more) break;
    const LogRecord& found = reader->record();
    if (expected != 0 && found.first > expected) {
      const std::uint64_t missing = found.first - expected;
      damage(reader->offset(),
             fmt::format("missing before this record: {} {}",
                         missing == 1 ? things.one : things.many, range_text(expected, missing)));
    }
    const Described described = describe(found);
    record(found, reader->offset(), described);
    expected = found.first + described.count;
  }
  ended_ = reader->ended();
  if (!stopped()) tail(torn_end);
}

void RecordLines::record(const LogRecord& record, std::uint64_t offset,
                         const Described& described) {
  const std::uint64_t bytes = record_bytes(record.payload.size());
  ++records_;
  count_ += described.count;
  end_ = std::min<std::uint64_t>(offset + bytes, file_.size());
  if (!described.nonsense.empty()) {
    damage(offset, fmt::format("the record's checksum is right, and it makes no sense: {}",
                               described.nonsense));
  }
  part(offset,
       fmt::format("{:>10} {:>9}  {:<8} {}\n", offset, bytes, name_of(record.kind),
                   described.numbers),
       described.changes, std::max(described.count, described.lines));
}

// What stands behind the last record.
void RecordLines::tail(TornEnd torn_end) {
  tell_hidden();
  const bool is_whole = records_ > 0 && damages() == 0 && !ended_;
  if (torn_end == TornEnd::harmless && is_whole && end_ < file_.size()) {
    torn_ = true;
    print(fmt::format("{:>10} {:>9}  torn     {}\n", end_, file_.size() - end_,
                      "a record that was never finished; opening drops it"));
    return;
  }
  const std::uint64_t used = used_bytes(file_);
  std::uint64_t zeros = end_;
  if (used > end_) {
    zeros = used;
    if (ended_) {
      print(fmt::format("{:>10} {:>9}  bytes behind the end record, which nobody reads\n", end_,
                        used - end_));
    } else {
      damage(end_, fmt::format("no intact record begins here, nor behind: {} bytes are damaged, or "
                               "torn by a crash",
                               used - end_));
    }
  }
  if (zeros < file_.size()) {
    print(fmt::format("{:>10} {:>9}  zeros\n", zeros, file_.size() - zeros));
  }
}

}  // namespace kv::cli
