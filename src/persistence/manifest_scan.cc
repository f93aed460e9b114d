#include "persistence/manifest_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "base/coding.h"
#include "persistence/log_reader.h"
#include "persistence/wal.h"

namespace kv {
namespace {

constexpr std::size_t number_offset = 16;  // in the header

// The number that stands in the header, right or not.
std::uint64_t number_in_header(std::string_view file) {
  std::uint64_t number = 0;
  if (file.size() < manifest_layout::header_bytes) return number;
  file.remove_prefix(number_offset);
  static_cast<void>(take_fixed64(file, number));
  return number;
}

class Scan {
 public:
  Scan(std::string_view file, const std::string& path, ScannedManifest& found)
      : file_(file), path_(path), found_(found) {}

  void run() {
    look_at_header();
    const auto reader = make_log_reader(file_, found_.number);
    std::uint64_t end = manifest_layout::header_bytes;
    for (;;) {
      while (reader->next()) {
        take(reader->record(), reader->offset());
        end = reader->offset() + record_bytes(reader->record().payload.size());
      }
      const bool more = reader->resync();
      lost(end, more ? reader->offset() : file_.size(), why_lost(more));
      if (!more) break;
      broken_ = true;
      take(reader->record(), reader->offset());
      end = reader->offset() + record_bytes(reader->record().payload.size());
    }
    if (turn_ == 1 && found_.damages.empty()) {
      note_damage(manifest_layout::header_bytes, "the first edit is missing");
    }
    found_.complete = !broken_ && turn_ > 1;
  }

 private:
  void look_at_header() {
    const Result<std::uint64_t> number = decode_manifest_header(file_, path_);
    found_.number = number ? *number : number_in_header(file_);
    has_header_ = number.has_value();
    if (number) return;
    lost(0, std::min(file_.size(), manifest_layout::header_bytes), "the header");
    if (file_.empty()) note_damage(0, "the file is empty");
  }

  void take(const LogRecord& record, std::uint64_t offset) {
    has_records_ = true;
    if (!broken_ && record.first != turn_) {
      broken_ = true;
      note_damage(offset,
                  fmt::format("record {} stands where number {} should", record.first, turn_));
    }
    if (record.kind == RecordKind::end) return;
    const Result<VersionEdit> edit = decode_edit(record.payload);
    if (record.kind != RecordKind::edit || !edit) {
      broken_ = true;
      return lost(offset, offset + record_bytes(record.payload.size()), "a record that is no edit");
    }
    note(*edit);
    if (broken_) return;
    Result<Version> next = apply(found_.version, *edit);
    if (!next) {
      broken_ = true;
      return lost(offset, offset + record_bytes(record.payload.size()), next.error().message());
    }
    found_.version = *std::move(next);
    ++turn_;
  }

  void note(const VersionEdit& edit) {
    CheckpointHeader& put_away = found_.put_away;
    put_away.sequence = std::max(put_away.sequence, edit.put_away.value_or(0));
    put_away.next_log = std::max(put_away.next_log, edit.next_log.value_or(0));
    found_.next_table = std::max(found_.next_table, edit.next_table.value_or(1));
    for (const VersionEdit::Removed& each : edit.removed) found_.let_go.insert(each.number);
    for (const VersionEdit::Added& each : edit.added) found_.let_go.erase(each.table.number);
  }

  // Why no edit was found in some bytes; `more`: one was found behind them.
  std::string why_lost(bool more) const {
    if (has_header_ || has_records_ || more) return "no intact edit begins here";
    return "edits can't be told from other bytes without the header's number, which they are "
           "summed with; they may be intact";
  }

  void note_damage(std::uint64_t offset, std::string what) {
    found_.damages.push_back({path_, offset, 0, std::move(what)});
  }

  void lost(std::uint64_t begin, std::uint64_t end, std::string what) {
    if (begin < end) found_.damages.push_back({path_, begin, end - begin, std::move(what)});
  }

  const std::string_view file_;
  const std::string& path_;
  ScannedManifest& found_;
  std::uint64_t turn_ = 1;  // the number of the edit that comes next
  bool broken_ = false;     // an edit is missing
  bool has_header_ = false;
  bool has_records_ = false;  // intact ones
};

}  // namespace

Result<ScannedManifest> scan_manifest(const FileSystem& files, std::string_view directory) {
  const std::string path = manifest_path(directory);
  ScannedManifest found;
  Result<bool> exists = files.exists(path);
  if (!exists) return failure(std::move(exists));
  found.exists = *exists;
  if (!found.exists) {
    found.damages.push_back({path, 0, 0, "it is missing"});
    return found;
  }
  const Result<std::string> file = read_file(files, path);
  if (!file) return failure(file.error());
  const Result<ReadManifest> read = read_manifest(*file, path);
  if (!read && read.error().code() != Code::corruption) return failure(read.error());
  Scan(*file, path, found).run();
  if (!read) {
    if (found.damages.empty()) {
      found.damages.push_back({path, 0, 0, "its records don't fit each other"});
    }
    return found;
  }
  found.damages.clear();
  found.dropped = read->dropped;
  return found;
}

}  // namespace kv
