#include <string>
#include <utility>

#include "persistence/table_archive.h"

namespace kv {
namespace {

Status write_table(AppendFile& file, TableNumber number, InternalIterator& versions,
                   SequenceNumber first, SequenceNumber last, const TableOptions& options) {
  const auto writer = make_table_writer(file, number, options);
  while (versions.next()) {
    if (Status added = writer->add(versions.key(), versions.value()); !added) return added;
  }
  if (Status walked = versions.status(); !walked) return walked;
  Result<TableProperties> finished = writer->finish(first, last);
  if (!finished) return failure(std::move(finished));
  return {};
}

}  // namespace

bool is_unfinished_table(std::string_view name) {
  return name.ends_with(unfinished_suffix) &&
         table_number(name.substr(0, name.size() - unfinished_suffix.size())).has_value();
}

Result<std::uint64_t> write_out(const ArchivePlace& place, TableNumber number,
                                InternalIterator& versions, SequenceNumber first,
                                SequenceNumber last, const TableOptions& options) {
  return replace_file(
      place.files, join(place.directory, table_name(number)),
      [&](AppendFile& file) { return write_table(file, number, versions, first, last, options); },
      place.sync_names);
}

}  // namespace kv
