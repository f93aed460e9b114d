// A manifest's listing (apps/kvcli/listing.h).

#include <fmt/format.h>

#include <string>
#include <vector>

#include "apps/kvcli/record_lines.h"
#include "base/quote.h"
#include "persistence/manifest.h"

namespace kv::cli {
namespace {

std::string user_key_text(std::string_view internal_key) {
  return abbreviated(user_key_of(internal_key));
}

// `table 7: "b" ... "q", writes 50..59, 17 entries, 1007 bytes`
std::string table_text(const TableInfo& table) {
  return fmt::format(
      "table {}: {} ... {}, writes {}, {} {}, {} bytes", table.number,
      user_key_text(table.smallest), user_key_text(table.largest),
      range_text(table.first_sequence, table.last_sequence - table.first_sequence + 1),
      table.entries, table.entries == 1 ? "entry" : "entries", table.bytes);
}

void add_number(std::string& text, std::string_view what,
                const std::optional<std::uint64_t>& number) {
  if (number) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", what, *number);
}

// What the edit sets, takes away and brings, a line for each.
std::vector<std::string> edit_lines(const VersionEdit& edit) {
  std::vector<std::string> lines;
  std::string numbers;
  add_number(numbers, "next log", edit.next_log);
  add_number(numbers, "in tables up to write", edit.put_away);
  add_number(numbers, "known from write", edit.known_from);
  add_number(numbers, "next table", edit.next_table);
  if (!numbers.empty()) lines.push_back(numbers);
  for (const auto& [level, number] : edit.removed) {
    lines.push_back(fmt::format("- level {}, table {}", level, number));
  }
  for (const auto& [level, table] : edit.added) {
    lines.push_back(fmt::format("+ level {}, {}", level, table_text(table)));
  }
  return lines;
}

// Lists one manifest, edit by edit, and the version that they make.
class ManifestListing {
 public:
  ManifestListing(std::string_view bytes, const std::string& name, const Shown& shown,
                  Printer printer)
      : bytes_(bytes), name_(name), shown_(shown), lines_(bytes, shown, printer) {}

  Outcome list(std::uint64_t number) {
    lines_.print(fmt::format("{}: manifest {}, {} bytes\n", name_, number, bytes_.size()));
    lines_.print("    offset     bytes  kind     number\n");
    lines_.walk(
        number, 1, {"edit", "edits"}, [this](const LogRecord& record) { return describe(record); },
        TornEnd::harmless);
    if (lines_.ended() && lines_.end() < bytes_.size()) {
      lines_.damage(lines_.end(), "something stands behind the end record");
    }
    if (lines_.records() == 0 && lines_.damages() == 0) {
      lines_.damage(manifest_layout::header_bytes, "the first edit is missing");
    }
    version();
    return finish();
  }

  // Without a header.
  Outcome list(const Error& damaged) {
    lines_.print(fmt::format("{}: manifest, {} bytes\n", name_, bytes_.size()));
    lines_.damage(0, without_place(damaged, name_));
    lines_.print("   Its records can't be told from other bytes without the header's number.\n");
    return finish();
  }

 private:
  Described describe(const LogRecord& record) {
    Described described{.numbers = std::to_string(record.first), .count = 1};
    if (record.first < turn_) described.nonsense = "an edit of that number was there before";
    turn_ = record.first + 1;
    if (record.kind == RecordKind::end) {
      described.numbers = fmt::format("before {}", record.first);
      if (record.first == 1) described.nonsense = "it stands in the place of the first edit";
    } else if (record.kind != RecordKind::edit) {
      described.nonsense = "records of this kind are not for manifests";
    } else {
      describe_edit(record, described);
    }
    return described;
  }

  void describe_edit(const LogRecord& record, Described& described) {
    const Result<VersionEdit> edit = decode_edit(record.payload);
    if (!edit) {
      described.nonsense = edit.error().message();
      return;
    }
    described.changes = edit_lines(*edit);
    described.lines = described.changes.size();
    if (described.lines > shown_.changes) {
      described.changes.resize(static_cast<std::size_t>(shown_.changes));
    }
    Result<Version> next = apply(version_, *edit);
    if (next) {
      version_ = *std::move(next);
      last_ = record.first;
    } else if (lines_.damages() == 0) {  // else it may be that an edit before it is missing
      described.nonsense = next.error().message();
    }
  }

  // The version that the edits make, as far as they fit.
  void version() {
    if (last_ == 0) return;
    lines_.print(fmt::format(
        "   After edit {}: next log {}; writes up to {} are in tables; known "
        "from write {}; next table {}\n",
        last_, version_.next_log, version_.put_away, version_.known_from, version_.next_table));
    for (std::size_t level = 0; level < level_count; ++level) {
      const std::vector<TableInfo>& tables = version_.levels[level];
      if (tables.empty()) continue;
      lines_.print(fmt::format("   level {}: {} table{}, {} bytes\n", level, tables.size(),
                               tables.size() == 1 ? "" : "s", level_bytes(version_, level)));
      std::uint64_t shown = 0;
      for (const TableInfo& table : tables) {
        if (shown++ == shown_.changes) {
          lines_.print(fmt::format("      and {} more (--changes)\n", tables.size() - shown + 1));
          break;
        }
        lines_.print(fmt::format("      {}\n", table_text(table)));
      }
    }
  }

  Outcome finish() {
    lines_.print(fmt::format("{}: {} record{}; {}; {}\n", name_, lines_.records(),
                             lines_.records() == 1 ? "" : "s",
                             lines_.ended() ? "the store was closed" : "not closed",
                             lines_.torn() ? "intact but for its torn end" : lines_.verdict()));
    return lines_.outcome();
  }

  const std::string_view bytes_;
  const std::string& name_;
  const Shown shown_;
  RecordLines lines_;
  Version version_;
  std::uint64_t turn_ = 1;  // the number of the next record
  std::uint64_t last_ = 0;  // the last edit that fitted
};

}  // namespace

Outcome list_manifest(std::string_view bytes, const std::string& name, const Shown& shown,
                      Printer printer) {
  const Result<std::uint64_t> number = decode_manifest_header(bytes, name);
  if (failed_with(Code::invalid_argument, number)) return usage_error(number.error().message());
  ManifestListing listing(bytes, name, shown, printer);
  return number ? listing.list(*number) : listing.list(number.error());
}

}  // namespace kv::cli
