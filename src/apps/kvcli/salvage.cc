#include "persistence/salvage.h"

#include <fmt/format.h>

#include "apps/kvcli/inspect.h"
#include "apps/kvcli/record_lines.h"
#include "apps/kvcli/store_directory.h"
#include "base/quote.h"
#include "storage/memtable.h"

namespace kv::cli {
namespace {

constexpr std::size_t most_ranges = 12;  // of missing writes; more are counted

std::string missing_text(const std::vector<MissingWrites>& missing) {
  std::string text;
  SequenceNumber left = 0;
  for (std::size_t i = 0; i < missing.size(); ++i) {
    const SequenceNumber count = missing[i].last - missing[i].first + 1;
    if (i >= most_ranges) {
      left += count;
      continue;
    }
    text += fmt::format("lost: {} {}\n", count == 1 ? "write" : "writes",
                        range_text(missing[i].first, count));
  }
  if (left > 0) {
    text +=
        fmt::format("lost: {} more {}, between {} and {}\n", left, left == 1 ? "write" : "writes",
                    missing[most_ranges].first, missing.back().last);
  }
  return text;
}

// A salvage that failed, or changed something, has found more than a tail that a crash has torn.
std::string losses_text(const SalvageReport& report, bool done) {
  const bool lost = report.changed || !done;
  std::string text;
  for (const Damage& damage : report.damages) {
    const std::string place = damage.bytes == 0 ? fmt::format("offset {}", damage.offset)
                                                : fmt::format("bytes {} to {}", damage.offset,
                                                              damage.offset + damage.bytes - 1);
    text += fmt::format("{}: {}, {}: {}\n", lost ? "lost" : "torn", printable(damage.path), place,
                        damage.what);
  }
  text += missing_text(report.missing);
  for (const KeptFile& kept : report.kept) {
    text += fmt::format("kept: {} as {}\n", printable(kept.path), printable(kept.copy));
  }
  for (const std::string& note : report.notes) text += fmt::format("note: {}\n", printable(note));
  return text;
}

std::string verdict_text(const SalvageReport& report) {
  if (!report.changed) {
    return fmt::format("nothing to salvage: the store opens, with the state after write {}\n",
                       report.last);
  }
  const bool lost = !report.missing.empty() || report.lost_versions;
  if (report.versions == 0 && !lost) {
    return fmt::format("the store opens again, with the state after write {}\n", report.last);
  }
  std::string text;
  if (report.versions > 0 && lost) {
    text =
        "A key whose newest version is lost has an older value now, or one that had been erased.\n";
  }
  return text + fmt::format("saved: {} versions of keys, up to write {}; the store opens again\n",
                            report.versions, report.last);
}

// By the salvage of the directory's engine.
Status salvage_into(SalvageReport& report, FileSystem& files, std::string_view path) {
  const Result<std::string> engine = engine_to_salvage(files, path);
  if (engine && *engine == "sstable") return salvage_tables(files, path, report);
  if (engine && *engine == "lsm") return salvage_levels(files, path, report);
  const auto memtable = make_memtable();
  return kv::salvage(files, path, *memtable, report);
}

}  // namespace

Outcome salvage(const Invocation& invocation, Output& output) {
  const std::string& path = invocation.arguments[0];
  if (const Status fit = check_store_directory(path); !fit) return store_error(fit.error());
  SalvageReport report;
  const Status done = salvage_into(report, FileSystem::posix(), path);
  const Status written =
      output.write(losses_text(report, done.has_value()) + (done ? verdict_text(report) : ""));
  if (!done) return store_error(done.error());
  if (!written) return output_error(output, written.error());
  return {report.changed ? Exit::no : Exit::ok, {}, false};
}

}  // namespace kv::cli
