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
    throw todo("6.3", kind, payload, failed_, file_, number_, next_);
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
  throw todo("6.3", record, turn, read);
}

// Looks at what stands where the records stopped.
Status judge_rest(std::string_view file, std::string_view path, LogReader& reader,
                  ReadManifest& read) {
  // LAB 6.3  Behind an end record nothing may stand. Elsewhere the end of the file is no damage,
  // and bytes that are no record may be an edit that a crash tore: unless it was the first, or an
  // intact record stands further on (resync).
  throw todo("6.3", file, path, &reader, read, corrupt("", 0, ""));
}

}  // namespace

Result<std::unique_ptr<ManifestWriter>> start_manifest(FileSystem& files,
                                                       std::string_view directory,
                                                       std::uint64_t number, const Version& version,
                                                       const SyncNames& sync_names) {
  // LAB 6.3  Replace the manifest (replace_file) by one that holds the header and the version, as
  // edit 1 (as_edit), and open it to go on behind that.
  throw todo("6.3", files, directory, number, version, sync_names);
}

Result<ReadManifest> read_manifest(std::string_view file, std::string_view path) {
  // LAB 6.3  Read the header, take each record (take_record), and judge where they stop
  // (judge_rest).
  throw todo("6.3", file, path, &take_record, &judge_rest, corrupt("", 0, ""));
}

}  // namespace kv
