#include "persistence/manifest.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/quote.h"
#include "base/todo.h"
#include "persistence/log_reader.h"
#include "persistence/wal.h"

namespace kv {
namespace {

class FileManifestWriter final : public ManifestWriter {
 public:
  // Goes on in a manifest that holds its first edit.
  FileManifestWriter(std::unique_ptr<AppendFile> file, std::uint64_t number)
      : file_(std::move(file)), number_(number) {}

  Status append(const VersionEdit& edit) override {
    return add(RecordKind::edit, encode_edit(edit));
  }
  Status close() override { return add(RecordKind::end, {}); }

  std::uint64_t bytes() const override { return file_->size(); }
  std::uint64_t number() const override { return number_; }

 private:
  // Adds a record, durable when this returns.
  Status add(RecordKind kind, std::string_view payload) {
    // LAB 6.3  Frame the record (append_record), append and sync it. After a failure nothing is
    // done any more: failed_ says which it was.
    //[ throw todo("6.3", kind, payload, failed_, file_, number_, next_);
    if (failed_) return failure(*failed_);
    std::string record;
    append_record(record, number_, {kind, next_, 0, payload});
    Status done = file_->append(record);
    if (done) done = file_->sync();
    if (done) {
      ++next_;
    } else {
      failed_ = done.error();
    }
    return done;
    //]
  }

  const std::unique_ptr<AppendFile> file_;
  const std::uint64_t number_;
  std::uint64_t next_ = 2;  // the number of the next record
  std::optional<Error> failed_;
};

std::unexpected<Error> corrupt(std::string_view path, std::uint64_t offset, std::string_view what) {
  return failure(Code::corruption,
                 fmt::format("{}, offset {}: {}; `kvcli salvage` makes a new manifest of the "
                             "tables that it finds",
                             quote(path), offset, what));
}

// Takes the record whose turn it is. Errors: `corruption`, without the place.
Status take_record(const LogRecord& record, std::uint64_t turn, ReadManifest& read) {
  // LAB 6.3  Look whether the record belongs here, and make of its edit the next version.
  //[ throw todo("6.3", record, turn, read);
  if (record.first != turn) {
    return failure(Code::corruption,
                   fmt::format("record {} stands where number {} should", record.first, turn));
  }
  if (record.kind == RecordKind::end && turn > 1) {
    read.closed = true;
    return {};
  }
  if (record.kind != RecordKind::edit) {
    return failure(Code::corruption, "a record that does not belong here");
  }
  const Result<VersionEdit> edit = decode_edit(record.payload);
  if (!edit) return failure(edit.error());
  Result<Version> version = apply(read.version, *edit);
  if (!version) return failure(std::move(version));
  read.version = *std::move(version);
  return {};
  //]
}

// Looks at what stands where the records stopped.
Status judge_rest(std::string_view file, std::string_view path, LogReader& reader,
                  ReadManifest& read) {
  // LAB 6.3  Behind an end record nothing may stand. Elsewhere the end of the file is no damage,
  // and bytes that are no record may be an edit that a crash tore: unless it was the first, or an
  // intact record stands further on (resync).
  //[ throw todo("6.3", file, path, &reader, read, corrupt("", 0, ""));
  const std::uint64_t stop = reader.offset();
  if (read.closed) {
    const std::uint64_t end = stop + record_bytes(0);
    if (end >= file.size()) return {};
    return corrupt(path, end, "something stands behind the end record");
  }
  if (stop == manifest_layout::header_bytes) {
    return corrupt(path, stop, "the first edit is damaged or missing");
  }
  if (stop >= file.size()) return {};
  if (reader.resync()) {
    return corrupt(path, stop,
                   fmt::format("no intact record begins here, though it was on the disk: the one "
                               "at {} was made later",
                               reader.offset()));
  }
  const std::uint64_t bytes = file.size() - stop;
  read.dropped = Damage{
      std::string(path), stop, bytes,
      fmt::format("{} bytes of an edit, or of the end record, that was never finished", bytes)};
  return {};
  //]
}

}  // namespace

Result<std::unique_ptr<ManifestWriter>> start_manifest(FileSystem& files,
                                                       std::string_view directory,
                                                       std::uint64_t number, const Version& version,
                                                       const SyncNames& sync_names) {
  // LAB 6.3  Replace the manifest (replace_file) by one that holds the header and the version, as
  // edit 1 (as_edit), and open it to go on behind that.
  //[ throw todo("6.3", files, directory, number, version, sync_names);
  const std::string path = manifest_path(directory);
  std::string bytes = encode_manifest_header(number);
  append_record(bytes, number, {RecordKind::edit, 1, 0, encode_edit(as_edit(version))});
  const Result<std::uint64_t> replaced = replace_file(
      files, path, [&](AppendFile& file) -> Status { return file.append(bytes); }, sync_names);
  if (!replaced) return failure(replaced.error());
  Result<std::unique_ptr<AppendFile>> file = files.open_append(path);
  if (!file) return failure(std::move(file));
  return std::make_unique<FileManifestWriter>(*std::move(file), number);
  //]
}

Result<ReadManifest> read_manifest(std::string_view file, std::string_view path) {
  // LAB 6.3  Read the header, take each record (take_record), and judge where they stop
  // (judge_rest).
  //[ throw todo("6.3", file, path, &take_record, &judge_rest, corrupt("", 0, ""));
  const Result<std::uint64_t> number = decode_manifest_header(file, path);
  if (!number) return failure(number.error());
  ReadManifest read;
  read.number = *number;
  const auto reader = make_log_reader(file, *number);
  for (std::uint64_t turn = 1; reader->next(); ++turn) {
    const Status taken = take_record(reader->record(), turn, read);
    if (!taken) return corrupt(path, reader->offset(), taken.error().message());
  }
  if (Status judged = judge_rest(file, path, *reader, read); !judged) {
    return failure(std::move(judged));
  }
  return read;
  //]
}

}  // namespace kv
