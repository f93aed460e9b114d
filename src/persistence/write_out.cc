#include <string>
#include <utility>

#include "persistence/table_archive.h"

namespace kv {
namespace {

constexpr std::string_view unfinished = ".new";

Status write_table(AppendFile& file, TableNumber number, InternalIterator& versions,
                   SequenceNumber first, SequenceNumber last, const TableOptions& options) {
  const auto writer = make_table_writer(file, number, options);
  while (versions.next()) {
    if (Status added = writer->add(versions.key(), versions.value()); !added) return added;
  }
  if (Status walked = versions.status(); !walked) return walked;
  Result<TableProperties> finished = writer->finish(first, last);
  if (!finished) return failure(std::move(finished));
  return file.sync();
}

}  // namespace

bool is_unfinished_table(std::string_view name) {
  return name.ends_with(unfinished) &&
         table_number(name.substr(0, name.size() - unfinished.size())).has_value();
}

Result<std::uint64_t> write_out(const ArchivePlace& place, TableNumber number,
                                InternalIterator& versions, SequenceNumber first,
                                SequenceNumber last, const TableOptions& options) {
  const std::string path = join(place.directory, table_name(number));
  const std::string path_now = path + std::string(unfinished);
  // One that was never finished: an attempt before this one, or a crash.
  Result<bool> left = place.files.exists(path_now);
  if (!left) return failure(std::move(left));
  if (*left) {
    if (Status removed = place.files.unlink(path_now); !removed) return failure(std::move(removed));
  }
  auto file = place.files.create(path_now);
  if (!file) return failure(std::move(file));
  if (Status done = write_table(**file, number, versions, first, last, options); !done) {
    // Its room may be what is missing.
    file->reset();
    static_cast<void>(place.files.unlink(path_now));
    return failure(std::move(done));
  }
  const std::uint64_t bytes = (*file)->size();
  Status named = place.files.rename(path_now, path);
  if (named) named = place.sync_names();
  if (!named) return failure(std::move(named));
  return bytes;
}

}  // namespace kv
