#include "persistence/salvage.h"

#include <fmt/format.h>

#include "apps/kvcli/inspect.h"
#include "apps/kvcli/record_lines.h"
#include "base/quote.h"
#include "storage/memtable.h"

namespace kv::cli {
namespace {

std::string losses_text(const SalvageReport& report) {
  std::string text;
  for (const Damage& damage : report.damages) {
    const std::string place = damage.bytes == 0 ? fmt::format("offset {}", damage.offset)
                                                : fmt::format("bytes {} to {}", damage.offset,
                                                              damage.offset + damage.bytes - 1);
    text += fmt::format("{}: {}, {}: {}\n", report.changed ? "lost" : "torn",
                        printable(damage.path), place, damage.what);
  }
  for (const MissingWrites& writes : report.missing) {
    text += fmt::format("lost: {} {}\n", writes.first == writes.last ? "write" : "writes",
                        range_text(writes.first, writes.last - writes.first + 1));
  }
  for (const KeptFile& kept : report.kept) {
    text += fmt::format("kept: {} as {}\n", printable(kept.path), printable(kept.copy));
  }
  return text;
}

std::string verdict_text(const SalvageReport& report) {
  if (!report.changed) {
    return fmt::format("nothing to salvage: the store opens, with the state after write {}\n",
                       report.last);
  }
  if (report.versions == 0 && report.missing.empty()) {
    return fmt::format("the store opens again, with the state after write {}\n", report.last);
  }
  return fmt::format("saved: {} versions of keys, up to write {}; the store opens again\n",
                     report.versions, report.last);
}

}  // namespace

Outcome salvage(const Invocation& invocation, Output& output) {
  const auto memtable = make_memtable();
  const Result<SalvageReport> report =
      kv::salvage(FileSystem::posix(), invocation.arguments[0], *memtable);
  if (!report) return store_error(report.error());
  const Status written = output.write(losses_text(*report) + verdict_text(*report));
  if (!written) return output_error(output, written.error());
  return {report->changed ? Exit::no : Exit::ok, {}, false};
}

}  // namespace kv::cli
