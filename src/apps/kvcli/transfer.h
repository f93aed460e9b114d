#pragma once

// Entries from a file into a store, and back: formats.h says what the files look like.
//
// *Thread safety*: one thread at a time for a RecordReader or NewFile; the functions as the stores
// they are given.

#include <cstdint>
#include <string>
#include <string_view>

#include "apps/kvcli/formats.h"
#include "apps/kvcli/lines.h"
#include "apps/kvcli/outcome.h"
#include "apps/kvcli/output.h"
#include "kv/store.h"

namespace kv::cli {

// The entries of a file, one after the other.
class RecordReader {
 public:
  RecordReader(LineSource& source, FileFormat format) : source_(source), format_(format) {}

  // False at the end of the file. Errors: those of the source, and `invalid_argument` for a record
  // that is malformed; line() then tells where.
  Result<bool> next(Record& record);

  // The number of the line on which the record last read begins.
  std::uint64_t line() const { return line_; }

 private:
  Result<bool> next_text();

  LineSource& source_;
  const FileFormat format_;
  std::string text_;
  std::uint64_t line_ = 0;
};

// Puts every record of the source into the store, many to a batch. `imported` counts what is in the
// store, also after a failure: all records before the one that failed. With `progress`, a bar on
// standard error for files of more than a megabyte.
Outcome import_records(Store& store, LineSource& source, FileFormat format, const Context& context,
                       bool progress, std::uint64_t& imported);

// Writes every entry of the range. `exported` counts them.
Outcome export_records(Reader& reader, const Range& range, FileFormat format,
                       const Context& context, Output& output, std::uint64_t& exported);

// A file that appears under its name when it is complete, or not at all: it is written under
// another name beside it, synced and renamed. Destroyed without commit, it leaves nothing behind.
//
// *Errors*: `io_error`, naming the file; `invalid_argument` where one exists and `replace` is not
// set.
class NewFile {
 public:
  static Result<NewFile> create(const std::string& path, bool replace);
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();

  int fd() const { return fd_; }
  Status commit();

 private:
  NewFile(int fd, std::string path, std::string temporary, bool replace)
      : fd_(fd), path_(std::move(path)), temporary_(std::move(temporary)), replace_(replace) {}

  int fd_;
  std::string path_;
  std::string temporary_;  // empty once there is nothing to remove
  bool replace_;
};

// "1 entry", "2 entries".
std::string entries_text(std::uint64_t count);

// "[#######.............]  35%", `width` bytes between the brackets.  Requires: total > 0.
std::string progress_bar(std::uint64_t done, std::uint64_t total, std::size_t width);

}  // namespace kv::cli
